"""What customers are told when something cannot be done, and that nothing is left of it."""

from support.actors.attempt import Attempt
from support.actors.customer import Conversation
from support.actors.people import People
from support.drivers.contract.types import Malformed, Reason
from support.gherkin.sentences import then, when


@when("{who:Who} tries to start a conversation with {problem}", target_fixture="attempt")
async def tries_to_start_with(people: People, who: str, problem: str) -> Attempt:
    return await people.who(who).try_to_start_with(Malformed(problem), people.outsider)


@then("she is told that the {part} is wrong")
def is_told_what_is_wrong(attempt: Attempt, part: str) -> None:
    attempt.expect_part_named(part)


@then("the answer gives nothing else away")
def gives_nothing_away(attempt: Attempt) -> None:
    attempt.expect_nothing_given_away()


@then("nothing of it is kept or announced")
async def nothing_is_left(conversation: Conversation) -> None:
    await conversation.owner.expect_only(conversation)
    await conversation.owner.device("phone").expect_titles([conversation.thread.title])


@then("she was told the first time that it failed, and nothing else")
def was_told_that_it_failed(attempt: Attempt) -> None:
    attempt.expect_refused(Reason.UNAVAILABLE, Reason.FAILED)
    attempt.expect_nothing_given_away()


@then("she was told the first time that the {part} is wrong")
def was_told_what_is_wrong(attempt: Attempt, part: str) -> None:
    attempt.expect_part_named(part)


@then("he is told that there is no such thing")
def is_told_that_there_is_none(attempt: Attempt) -> None:
    attempt.expect_refused(Reason.NOT_FOUND)


@then("she is told that the {plan:Plan} plan does not include it, and the {other:Plan} plan does")
def is_told_which_plan(attempt: Attempt, plan: str, other: str) -> None:
    attempt.expect_plan_named(plan, other)


@then("{who:Who} has no conversation")
async def has_no_conversation(people: People, who: str) -> None:
    await people.who(who).expect_listed([])
    assert await people.who(who).kept() == []
