"""What goes wrong at the product's end, and is put right again."""

from support.actors.people import People
from support.gherkin.sentences import given, when


@given("{whose:Whose} messages cannot be stored for the moment")
async def messages_cannot_be_stored(people: People, whose: str) -> None:
    await people.operator.refuse_messages_of(people.who(whose).account)


@when("{whose:Whose} messages can be stored again")
async def messages_can_be_stored(people: People, whose: str) -> None:
    people.who(whose)
    await people.operator.end_troubles()


@when("the database drops every connection")
async def database_drops_connections(people: People) -> None:
    await people.operator.drop_connections()


@when("the product is restarted")
async def is_restarted(people: People) -> None:
    await people.operator.restart_product()
