"""What a page of conversations costs."""

from support.actors.people import People
from support.gherkin.sentences import then, when
from support.observation.evidence import Evidence
from support.workloads.page_cost import PageComparison, TwoPages, compare_pages, open_two_pages


@when(
    "{whose:Whose} pages of {size:Count} are compared with {newcomer:Whose}, "
    "until it is clear whether they take more than {times:Count} times as long",
    target_fixture="comparison",
)
async def are_compared(people: People, whose: str, size: int, newcomer: str, times: int) -> PageComparison:
    return await compare_pages(people.who(whose), people.who(newcomer), size, times)


@then("the first, the middle and the last page took at most {times:Count} times as long as {whose:Whose}")
def took_as_long(comparison: PageComparison, evidence: Evidence, times: int, whose: str) -> None:
    del whose
    verdicts = comparison.judge(times)
    for verdict in verdicts:
        evidence.add(verdict.first.name, "image/svg+xml", verdict.chart())
    for verdict in verdicts:
        verdict.expect_kept()


@then("the product looks through at most {limit:Count} conversations for each of these pages")
def looks_through(comparison: PageComparison, evidence: Evidence, limit: int) -> None:
    evidence.add_text("What was looked through", "\n".join(map(str, comparison.opened)))
    comparison.expect_threads_read(limit)


@when("{who:Word} opens a page of {short:Count} and a page of {long:Count}", target_fixture="two_pages")
async def opens_two_pages(people: People, who: str, short: int, long: int) -> TwoPages:
    return await open_two_pages(people.who(who), short, long)


@then("the pages have {short:Count} and {long:Count} conversations")
def have_sizes(two_pages: TwoPages, short: int, long: int) -> None:
    two_pages.expect_sizes(short, long)


@then("the product makes at most {times:Count} times as many look-ups for the longer page")
def makes_lookups(two_pages: TwoPages, evidence: Evidence, times: int) -> None:
    evidence.add_text("What was looked up", f"{two_pages.short}\n{two_pages.long}")
    two_pages.expect_lookups(times)
