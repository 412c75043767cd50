"""What a page of conversations costs, however many there are."""

from support.actors.customer import Conversation
from support.actors.people import People
from support.gherkin.sentences import given, then, when
from support.observation.evidence import Evidence
from support.workloads.pages import Comparison, TwoSizes, collect_conversations, compare_pages, open_two_sizes


@given("{who:Who} has collected {count:Count} conversations over the years", target_fixture="conversations")
async def has_collected(people: People, who: str, count: int) -> list[Conversation]:
    return await collect_conversations(people.who(who), count)


@when(
    "{who:Who} leafs through them, {size:Count} at a time, "
    "until it is clear whether her pages take more than {times:Count} times as long as {newcomer:Whose} only page",
    target_fixture="leafing",
)
async def leafs_in_turns(people: People, who: str, size: int, times: int, newcomer: str) -> Comparison:
    return await compare_pages(people.who(who), people.who(newcomer), size, times)


@then("neither the first page, nor the middle, nor the last took more than {times:Count} times as long")
def took_as_long(leafing: Comparison, evidence: Evidence, times: int) -> None:
    verdicts = leafing.judge(times)
    for verdict in verdicts:
        evidence.add(verdict.first.name, "image/svg+xml", verdict.chart())
    for verdict in verdicts:
        verdict.expect_kept()


@then("the product goes through at most {limit:Count} conversations for each of these pages")
def goes_through(leafing: Comparison, evidence: Evidence, limit: int) -> None:
    evidence.add("What was gone through", "text/plain", "\n".join(map(str, leafing.opened)).encode())
    leafing.expect_gone_through(limit)


@when("{who:Who} opens a page of {short:Count} and a page of {long:Count}", target_fixture="two_sizes")
async def opens_two_sizes(people: People, who: str, short: int, long: int) -> TwoSizes:
    return await open_two_sizes(people.who(who), short, long)


@then("{short:Count} conversations come on the one page, and {long:Count} on the other")
def come_as_asked(two_sizes: TwoSizes, short: int, long: int) -> None:
    two_sizes.expect_sizes(short, long)


@then("the product looks things up at most {times:Count} times as often for the longer page")
def looks_up_as_often(two_sizes: TwoSizes, evidence: Evidence, times: int) -> None:
    evidence.add("What was looked up", "text/plain", f"{two_sizes.short}\n{two_sizes.long}".encode())
    two_sizes.expect_lookups(times)
