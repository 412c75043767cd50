"""Many customers at once, and how long they wait."""

from support.actors.crowd import start_in_waves
from support.actors.customer import Conversation, Customer
from support.bdd.sentences import then, when
from support.verdicts.latency import judge_latency


@when(
    "they start {count:Count} conversations at once, "
    "again until it is clear whether {percent:Count} of 100 take at most {seconds:Seconds} second",
    target_fixture="conversations",
)
async def start_at_once(group: list[Customer], count: int, percent: int, seconds: float) -> list[Conversation]:
    return await start_in_waves(group, count, percent / 100, seconds)


@then("every one of them is there")
async def every_one_is_there(group: list[Customer], conversations: list[Conversation]) -> None:
    for customer in group:
        await customer.expect_listed(one for one in conversations if one.owner is customer)


@then("{percent:Count} of 100 were started within {seconds:Seconds} second")
def were_started_within(conversations: list[Conversation], percent: int, seconds: float) -> None:
    judge_latency([one.seconds for one in conversations], percent / 100, seconds).expect_kept()
