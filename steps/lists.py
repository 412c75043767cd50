"""Leafing through the list of conversations."""

from support.actors.attempt import Attempt
from support.actors.customer import Conversation
from support.actors.people import People
from support.actors.reader import Leafing, ask_wrongly, leaf_through
from support.drivers.contract.types import BadPage, NewThread
from support.gherkin.sentences import given, then, when


@given("{who:Who} has started {count:Count} conversations", target_fixture="conversations")
async def has_started_many(people: People, who: str, count: int) -> list[Conversation]:
    return [await people.who(who).start_conversation(NewThread(title=f"Conversation {n}")) for n in range(count)]


@given("{who:Who} has leafed through her conversations, {size:Count} at a time")
async def has_leafed(people: People, who: str, size: int) -> None:
    await leaf_through(people.who(who), size, starting=False)


@when(
    "{who:Who} leafs through her conversations, {size:Count} at a time, and starts another after every page",
    target_fixture="leafing",
)
async def leafs_and_starts(people: People, who: str, size: int) -> Leafing:
    return await leaf_through(people.who(who), size, starting=True)


@then("she has seen each of the {count:Count} once, the latest first")
def has_seen_each_once(leafing: Leafing, conversations: list[Conversation], count: int) -> None:
    assert len(conversations) == count
    leafing.expect_each_once(conversations)


@when("{who:Who} asks for a page by {problem}", target_fixture="attempt")
async def asks_for_a_page(people: People, who: str, problem: str) -> Attempt:
    customer = people.who(who)
    return await ask_wrongly(customer, BadPage(problem), await people.enrol_stranger("Sam"))
