"""Erasing conversations, and what is left of them."""

from support.actors.customer import Customer
from support.actors.people import People
from support.gherkin.acts import act
from support.gherkin.kinds import Title
from support.gherkin.sentences import then


@act("{who} [erases] {title:Title}")
async def erases(actor: Customer, people: People, title: Title) -> None:
    await people.erase(actor, actor.called(title))


@act("{who} [writes] a secret in {title:Title}")
async def writes_secret(actor: Customer, people: People, title: Title) -> None:
    await actor.write(actor.called(title), people.secret())


@then("nothing about {erased:Erased} is left anywhere")
async def nothing_is_left(people: People, erased: str) -> None:
    await people.expect_nothing_left(people.absent(erased))


@then("nothing else has changed")
async def nothing_else_has_changed(people: People) -> None:
    await people.expect_nothing_else_changed()
