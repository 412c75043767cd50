"""Searching conversations."""

from support.actors.people import People
from support.drivers.contract.types import NewThread, Query, Thread
from support.gherkin.sentences import given, then, when


@given("Sam, a stranger, has started a conversation called {title:Quoted}")
async def stranger_has_started(people: People, title: str) -> None:
    await (await people.enrol_stranger("Sam")).start_conversation(NewThread(title=title))


@given("{who:Who} has started these conversations")
async def has_started_these(people: People, who: str, datatable: list[list[str]]) -> None:
    customer = people.who(who)
    for title, status, project in datatable[1:]:
        await customer.start_conversation(NewThread(title=title, details={"project": project}))
        if status != "active":
            await customer.mark(title, status)


@when(
    "{who:Who} searches for the words {words:Quoted}, the mark {mark:Quoted} and the project {project:Quoted}",
    target_fixture="found",
)
async def searches(people: People, who: str, words: str, mark: str, project: str) -> list[Thread]:
    details = {"project": project} if project else {}
    return await people.who(who).find(Query(words or None, mark or None, details))


@then("she finds exactly these: {titles}")
def finds_exactly(found: list[Thread], titles: str) -> None:
    expected = [] if titles == "nothing" else titles.split("; ")
    assert sorted(thread.title for thread in found) == sorted(expected)
