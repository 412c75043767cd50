"""Many customers at once, and how long they wait."""

from support.actors.customer import Customer
from support.gherkin.sentences import then, when
from support.observation.evidence import Evidence
from support.workloads.crowd import Rush, start_in_waves


@when(
    "they start {count:Count} conversations at once, "
    "again until it is clear whether {percent:Count} of 100 take at most {seconds:Seconds} second",
    target_fixture="rush",
)
async def start_at_once(group: list[Customer], count: int, percent: int, seconds: float) -> Rush:
    return await start_in_waves(group, count, percent / 100, seconds)


@then("every one of them is there")
async def every_one_is_there(group: list[Customer], rush: Rush) -> None:
    for customer in group:
        await customer.expect_listed(one for one in rush.conversations if one.owner is customer)


@then("{percent:Count} of 100 were started within {seconds:Seconds} second")
def were_started_within(rush: Rush, evidence: Evidence, percent: int, seconds: float) -> None:
    verdict = rush.judge(percent / 100, seconds)
    evidence.add("How long each took", "image/svg+xml", verdict.chart())
    verdict.expect_kept()
