"""Who takes part."""

from support.actors.customer import Customer
from support.actors.people import People
from support.gherkin.acts import act
from support.gherkin.sentences import given, when


@given("{who:Word} has signed in on the {plan:Plan} plan")
async def has_signed_in(people: People, who: str, plan: str) -> None:
    await people.enrol(who, plan)


@given("{who:Word}, {company:Company}, has signed in")
async def newcomer_has_signed_in(people: People, who: str, company: str | None) -> None:
    await people.enrol_newcomer(who, company)


@given("{count:Count} customers of different companies have signed in on the {plan:Plan} plan")
async def group_has_signed_in(people: People, count: int, plan: str) -> None:
    await people.enrol_group(count, plan)


@act("{who} [signs] in with a wrong password")
async def signs_in_wrongly(actor: Customer) -> None:
    await actor.sign_in_wrongly()


@act("{who} [signs] out")
async def signs_out(actor: Customer) -> None:
    await actor.sign_out()


@given("{whose:Whose} requests have the key {key:Quoted}")
@when("{whose:Whose} requests have the key {key:Quoted}")
async def requests_have_key(people: People, whose: str, key: str) -> None:
    people.who(whose).key = key


@act("{who} [signs] in again")
async def signs_in_again(actor: Customer) -> None:
    await actor.sign_in_again()
