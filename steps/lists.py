"""The list of conversations: reading, searching, and what customers find."""

from support.actors.customer import Customer
from support.actors.lists import (
    Reading,
    expect_absent,
    expect_each_once,
    expect_own,
    expect_titles,
    read_badly,
    read_list,
    search,
)
from support.actors.metadata_table import read_metadata
from support.actors.people import People
from support.drivers.contract.types import Query
from support.gherkin.acts import act
from support.gherkin.kinds import Started, Text
from support.gherkin.sentences import then
from support.specification.values import Use, text_of


@act("{who} [reads] the list in pages of {size:Count}")
async def reads_list(actor: Customer, size: int) -> Reading:
    return await read_list(actor, size)


@act("{who} [reads] the list in pages of {size:Count}, starting another conversation after each page")
async def reads_list_starting(actor: Customer, size: int) -> Reading:
    return await read_list(actor, size, starting=True)


@act("{who} [reads] the list with {problem}")
async def reads_badly(actor: Customer, people: People, problem: str) -> None:
    await read_badly(actor, problem, people.others(actor)[0])


@act(
    "{who} [searches] for the words {words:Text}, the status {status:Quoted} and the project {project:Quoted}"
    "{started:Started}"
)
async def searches(actor: Customer, words: Text, status: str, project: str, started: Started) -> None:
    await search(actor, text_of(words, Use.SEARCH, actor.driver.policy), status, project, started)


@act("{who} [searches] for the details:")
async def searches_details(actor: Customer, datatable: list[list[str]]) -> None:
    await actor.search(Query(metadata=read_metadata(datatable, actor.driver.policy)))


@then("{who:Who} finds exactly{order:Order}:")
async def finds_exactly(people: People, who: str, order: str, datatable: list[list[str]]) -> None:
    customer = people.who(who)
    await expect_titles(customer, datatable, in_order=not order)


@then("{who:Who} has exactly what {they:They} started")
async def has_own(people: People, who: str, they: str) -> None:
    del they
    await expect_own(people.actors(who))


@then("{who:Who} saw all {count:Count} conversations once{pages:OnPages}, the latest first")
def has_seen_each(people: People, who: str, count: int, pages: int | None) -> None:
    expect_each_once(people.who(who), count, pages)


@then("{who:Who} cannot find or open {absent:Absent}")
async def does_not_exist(people: People, who: str, absent: str) -> None:
    await expect_absent(people.who(who), (one.id for one in people.absent(absent)))
