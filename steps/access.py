"""Who is let in, and to what."""

from support.actors import intruder
from support.actors.assistant import Assistant
from support.actors.attempt import Attempt
from support.actors.intruder import Attempts, Work
from support.actors.people import People
from support.bdd.sentences import given, then, when
from support.drivers.types import Reason


@given("an agent has answered {who:Who} in {title:Quoted}", target_fixture="work")
async def has_answered(people: People, assistant: Assistant, who: str, title: str) -> Work:
    return await intruder.work_with_agent(people, people.who(who), assistant, title)


@given("{who:Who} has done everything that can be done with another such conversation, and erased it")
async def has_done_everything(people: People, assistant: Assistant, who: str) -> None:
    await intruder.do_everything(await intruder.work_with_agent(people, people.who(who), assistant, "Nothing of note"))


@given("an agent is thinking about what {who:Who} has asked, {question:Quoted}", target_fixture="work")
async def is_thinking(people: People, assistant: Assistant, who: str, question: str) -> Work:
    return await intruder.set_thinking(people, people.who(who), assistant, question)


@given("she has stopped another agent")
async def has_stopped_another(work: Work) -> None:
    await intruder.stop_another(work)


@when("everything that can be done with it is tried {how}", target_fixture="attempts")
async def everything_is_tried(work: Work, how: str) -> Attempts:
    return await intruder.try_everything_with(work, how)


@when("{who:Who} tries everything that can be done with it", target_fixture="attempts")
async def tries_everything(people: People, who: str, work: Work) -> Attempts:
    return await intruder.try_everything_as(people.who(who), work)


@when("{who:Who}, and then somebody who has not signed in, tries to stop it", target_fixture="tries")
async def try_to_stop(people: People, who: str, work: Work) -> list[Attempt]:
    return await intruder.try_to_stop(work, people.who(who))


@when("the agent has thought enough")
async def has_thought_enough(assistant: Assistant, work: Work) -> None:
    await intruder.let_answer(work, assistant)


@then("each of these acts is refused, for nobody has signed in")
def is_refused_without_signing_in(attempts: Attempts) -> None:
    attempts.expect_refused(Reason.NOT_SIGNED_IN)


@then("each of these acts is refused, for there is no such thing")
def is_refused_as_unknown(attempts: Attempts) -> None:
    attempts.expect_refused(Reason.NOT_FOUND)


@then("no refusal tells whether there is such a conversation, or what is in it")
def tells_nothing(attempts: Attempts) -> None:
    attempts.expect_nothing_told()


@then("nothing at all has changed")
async def nothing_has_changed(attempts: Attempts) -> None:
    await attempts.expect_nothing_changed()


@then("neither of them can")
def neither_can(tries: list[Attempt]) -> None:
    for attempt, reason in zip(tries, (Reason.NOT_FOUND, Reason.NOT_SIGNED_IN), strict=True):
        attempt.expect_refused(reason)


@then("she has the agent's answer all the same")
async def has_the_answer(work: Work) -> None:
    await intruder.expect_answered(work)
