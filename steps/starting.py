"""Starting conversations, in every way."""

from support.actors import starting
from support.actors.customer import Customer
from support.actors.metadata_table import read_metadata
from support.actors.people import People
from support.gherkin.acts import act


@act("{who} [starts] a conversation called {title:Quoted}")
async def starts_called(actor: Customer, title: str) -> None:
    await starting.start(actor, title=title)


@act("{who} [starts] a conversation called {title:Quoted} with these details:")
async def starts_with_details(actor: Customer, title: str, datatable: list[list[str]]) -> None:
    await starting.start(actor, title=title, metadata=read_metadata(datatable, actor.driver.policy))


@act("{who} [starts] a conversation by asking {question:Quoted}")
async def starts_by_asking(actor: Customer, question: str) -> None:
    await starting.start(actor, first_message=question)


@act("{who} [starts] {count:Count} conversations")
async def starts_many(actor: Customer, count: int) -> None:
    await starting.start_many(actor, count)


@act("{who} [starts] these conversations:")
async def starts_these(actor: Customer, datatable: list[list[str]]) -> None:
    await starting.start_these(actor, datatable)


@act("{who} [starts] a conversation with {part}")
async def starts_with(actor: Customer, people: People, part: str) -> None:
    await starting.start_with(actor, part, people.outsider)


@act("{who} [starts] a conversation that names {owner:Word} as its owner in {place}")
async def starts_naming_owner(actor: Customer, people: People, owner: str, place: str) -> None:
    await starting.start_naming_owner(actor, people.who(owner), place)
