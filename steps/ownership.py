"""Who owns a conversation, whatever a request says."""

from support.actors.customer import Customer
from support.actors.people import People
from support.drivers.contract.types import NamingPlace, NewThread, Refusal, Thread
from support.gherkin.sentences import then, when


@when("{who:Who} tries to start a conversation, naming {owner:Who} as its owner in {place}", target_fixture="started")
async def starts_for_somebody_else(people: People, who: str, owner: str, place: str) -> Refusal | Thread:
    victim = people.who(owner).account
    person: Customer = people.who(who)
    new = NewThread(title="Mine now")
    return await person.driver.threads.create_posing(person.session, new, victim, NamingPlace(place))


@then("{who:Who} has exactly her own conversations")
async def has_exactly_her_own(people: People, who: str) -> None:
    await people.who(who).expect_own()


@then("whatever was started is kept as {whose:Whose}")
async def is_kept_as(people: People, whose: str, started: Refusal | Thread) -> None:
    if isinstance(started, Thread):
        stored = await people.who(whose).driver.durable.thread(started.id)
        assert stored is not None
        assert stored.owner_id == people.who(whose).account.id
    else:
        assert started.leaks == ()
