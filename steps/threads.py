"""Acts on one conversation, and its attributes."""

from support.actors.attributes import expect_attributes, expect_unchanged
from support.actors.customer import Customer
from support.actors.metadata_table import read_metadata
from support.actors.people import People
from support.gherkin.acts import act
from support.gherkin.kinds import Text, Title
from support.gherkin.sentences import then
from support.specification.values import Use, text_of


@act("{who} [opens] {title:Title}")
async def opens(actor: Customer, title: Title) -> None:
    await actor.open(actor.called(title))


@act("{who} [writes] {text:Text} in {title:Title}")
async def writes(actor: Customer, text: Text, title: Title) -> None:
    await actor.write(actor.called(title), text_of(text, Use.MESSAGE, actor.driver.policy))


@act("{who} [marks] {title:Title} as {status:Word}{unless:Unless}")
async def marks(actor: Customer, title: Title, status: str, *, unless: bool) -> None:
    conversation = actor.called(title)
    await actor.set_status(conversation, status, actor.version_seen(conversation) if unless else None)


@act("{who} [renames] {title:Title} to {new:Quoted}{unless:Unless}")
async def renames(actor: Customer, title: Title, new: str, *, unless: bool) -> None:
    conversation = actor.called(title)
    await actor.rename(conversation, new, actor.version_seen(conversation) if unless else None)


@act("{who} [exports] {title:Title}")
async def exports(actor: Customer, title: Title) -> None:
    await actor.export(actor.called(title))


@act("{who} [changes] the details of {title:Title}:")
async def changes_details(actor: Customer, title: Title, datatable: list[list[str]]) -> None:
    await actor.change(actor.called(title), read_metadata(datatable, actor.driver.policy))


@act("{who} [adds] a detail to {title:Title}")
async def adds_detail(actor: Customer, title: Title) -> None:
    await actor.change(actor.called(title), {f"added by {actor.label}": actor.label})


@act("{who} [changes] {title:Title} unless it has changed since it was opened")
async def changes_as_seen(actor: Customer, title: Title) -> None:
    conversation = actor.called(title)
    seen = actor.version_seen(conversation)
    await actor.change(conversation, {"changed by": f"{actor.label}, who saw version {seen}"}, seen)


@then("{title:Subject} has:")
async def has(people: People, title: str | None, datatable: list[list[str]]) -> None:
    await expect_attributes(people.titled(title), datatable, people.before)


@then("{title:Subject} is unchanged")
async def is_unchanged(people: People, title: str | None) -> None:
    await expect_unchanged(people.titled(title), people.before)
