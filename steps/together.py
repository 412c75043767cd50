"""What many do at the same moment, and whether it fits together."""

from support.actors.assistant import Assistant
from support.actors.customer import Conversation
from support.actors.people import People
from support.actors.talk import get_answer
from support.drivers.contract.types import NewThread
from support.gherkin.sentences import then, when
from support.observation.evidence import Evidence
from support.workloads.observed import Observed
from support.workloads.rivals import Contest, JointChanges, change_at_once, change_if_unchanged
from support.workloads.upheaval import Upheaval, erase_amid_work


@when("{count:Count} of her tools each add a detail of their own to it at the same moment", target_fixture="observed")
async def add_at_once(conversation: Conversation, count: int) -> JointChanges:
    return await change_at_once(conversation, count)


@when(
    "{count:Count} of her tools each change it, provided that it is still as they saw it, {rounds:Count} times over",
    target_fixture="observed",
)
async def change_provided(conversation: Conversation, count: int, rounds: int) -> Contest:
    return await change_if_unchanged(conversation, count, rounds)


@when(
    "{count:Count} of her devices read, write and ask the agent in each of them, "
    "and it is erased in the middle of that",
    target_fixture="observed",
)
async def erased_amid_work(conversations: list[Conversation], count: int) -> Upheaval:
    return await erase_amid_work(conversations, count)


@when("the agent answers once all are erased")
async def answers_late(people: People, assistant: Assistant) -> None:
    customer = people.who("her")
    await assistant.answer(customer)
    another = await customer.start_conversation(NewThread(title="Afterwards"))
    await get_answer(another, "Is everybody done?")


@then("all that was answered fits one order of what was done")
def fits_one_order(observed: Observed, evidence: Evidence) -> None:
    evidence.add("What was judged", "text/plain", f"{observed.history}".encode())
    for name, picture in observed.pictures():
        evidence.add(name, "image/svg+xml", picture)
    observed.expect_one_order()


@then("it has what they made of it and what was there before, and keeps it")
async def has_what_was_made_of_it(observed: JointChanges) -> None:
    await observed.expect_details()


@then("each time one of them changed it, and all others were told how far it had come")
def one_changed_it(observed: Contest) -> None:
    observed.expect_one_winner_each()


@then("nothing that is kept anywhere mentions one of the {count:Count}")
async def nothing_mentions_them(observed: Upheaval, count: int) -> None:
    assert len(observed.conversations) == count
    await observed.expect_gone()
