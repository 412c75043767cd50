"""Who takes part."""

from support.actors.customer import Customer
from support.actors.people import People
from support.gherkin.sentences import given


@given("{who:Who} has signed in on the {plan:Plan} plan")
async def has_signed_in(people: People, who: str, plan: str) -> None:
    await people.enrol(who, plan)


@given("{who:Who}, a stranger, has signed in")
async def stranger_has_signed_in(people: People, who: str) -> None:
    await people.enrol_stranger(who)


@given("{count:Count} customers of different companies have signed in on the {plan:Plan} plan", target_fixture="group")
async def group_has_signed_in(people: People, count: int, plan: str) -> list[Customer]:
    return await people.enrol_group(count, plan)
