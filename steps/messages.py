"""What customers write, and the order of things by it."""

from support.actors.customer import Conversation
from support.actors.people import People
from support.actors.talk import (
    Activity,
    Written,
    expect_messages,
    expect_order,
    look_through,
    write_in_turn,
    write_message,
)
from support.gherkin.sentences import given, then, when


@given("{who:Who} has written {words:Quoted} in {title:Quoted}")
async def has_written(people: People, who: str, words: str, title: str) -> None:
    await write_message(people.who(who).called(title), words)


@when("{who:Who} writes {words:Quoted} in {title:Quoted}", target_fixture="before")
async def writes(people: People, who: str, words: str, title: str) -> Activity:
    return await write_message(people.who(who).called(title), words)


@when("{who:Who} opens {title:Quoted} and reads what was said in it", target_fixture="before")
async def looks_through(people: People, who: str, title: str) -> Activity:
    return await look_through(people.who(who).called(title))


@when(
    "{who:Who} writes {count:Count} messages in them, in turn and one right after the other",
    target_fixture="written",
)
async def writes_in_turn(people: People, who: str, conversations: list[Conversation], count: int) -> Written:
    people.who(who)
    return await write_in_turn(conversations, count)


@then("her conversations come in this order: {titles}")
async def come_in_order(people: People, titles: str) -> None:
    await expect_order(people.who("her"), titles.split("; "))


@then("its last activity has moved forward, and is kept so")
async def activity_has_moved(before: Activity) -> None:
    await before.expect_moved()


@then("its last activity is as it was, and is kept so")
async def activity_is_as_it_was(before: Activity) -> None:
    await before.expect_unmoved()


@then("they are listed in the order in which she wrote in them last, the latest first")
async def listed_latest_first(people: People, written: Written) -> None:
    await written.expect_listed_latest_first(people.who("she"))


@then("each of them has its messages in the order in which she wrote them")
async def messages_in_order(written: Written) -> None:
    await written.expect_in_order()


@then("{title:Quoted} has exactly these messages, and they are kept")
async def has_exactly_these(people: People, title: str, datatable: list[list[str]]) -> None:
    await expect_messages(people.who("her").called(title), [words for [words] in datatable[1:]])
