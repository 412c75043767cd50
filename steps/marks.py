"""Marking conversations as active, completed or archived."""

from support.actors.attempt import Attempt
from support.actors.customer import Conversation
from support.actors.people import People
from support.gherkin.sentences import given, then, when


@given("{who:Who} has marked {title:Quoted} as {status:Status}")
@when("{who:Who} marks {title:Quoted} as {status:Status}")
async def marks(people: People, who: str, title: str, status: str) -> None:
    await people.who(who).mark(title, status)


@when("{who:Who} tries to mark {title:Quoted} as {status:Status}", target_fixture="attempt")
async def tries_to_mark(people: People, who: str, title: str, status: str) -> Attempt:
    customer = people.who(who)
    return await customer.try_to_mark(customer.called(title), status)


@when("{who:Who} tries to mark {title:Quoted} of {owner:Who} as {status:Status}", target_fixture="attempt")
async def tries_to_mark_anothers(people: People, who: str, title: str, owner: str, status: str) -> Attempt:
    conversation = people.who(owner).called(title)
    return await people.who(who).try_to_mark(conversation, status)


@when("{who:Who} tries to mark {title:Quoted} as something that does not exist", target_fixture="attempt")
async def tries_to_mark_as_nothing(people: People, who: str, title: str) -> Attempt:
    customer = people.who(who)
    return await customer.try_to_mark(customer.called(title), "finished")


@then("{title:Quoted} is {status:Status} when she opens it again")
async def is_marked(people: People, title: str, status: str) -> None:
    assert (await people.who("she").called(title).read_again()).status == status


@then("{title:Quoted} is listed among her {status:Status} conversations, and among no others")
async def is_listed_under(people: People, title: str, status: str) -> None:
    await people.who("her").expect_listed_under(title, status)


@then("{title:Quoted} is kept as {status:Status}")
async def is_kept_as(people: People, title: str, status: str) -> None:
    [kept] = [one for one in await people.who("her").kept() if one.title == title]
    assert kept.status == status


@then("she is told that it cannot go from {before:Status} to {after:Status}")
def is_told_the_rule(attempt: Attempt, before: str, after: str) -> None:
    attempt.expect_states_named(before, after)


@then("it was changed once")
async def was_changed_once(conversation: Conversation) -> None:
    assert (await conversation.read_again()).version == conversation.thread.version + 1


@then("{whose:Whose} {device:Device} has told of these changes and no others")
async def has_told_of_changes(people: People, whose: str, device: str, datatable: list[list[str]]) -> None:
    await people.who(whose).device(device).expect_changes([(before, after) for before, after in datatable[1:]])
