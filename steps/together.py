"""Acts done at the same moment, and whether their answers fit together."""

from typing import Any

from support.actors.people import People
from support.gherkin.sentences import then, when
from support.observation.evidence import Evidence
from support.workloads.rows import bind_rows
from support.workloads.together import Manner, Together, do_together


@when("these are done {manner:Together}:", target_fixture="together")
async def are_done(request: Any, people: People, manner: str, datatable: list[list[str]]) -> Together:
    rows, conversations = bind_rows(people, datatable, request.getfixturevalue)
    return await do_together(rows, conversations, Manner.read(manner))


@then("the answers fit one order")
def fit_one_order(together: Together, evidence: Evidence) -> None:
    evidence.add_text("What was judged", f"{together.history}")
    for name, picture in together.pictures():
        evidence.add(name, "image/svg+xml", picture)
    together.expect_one_order()


@then("no two of these acts blocked each other")
async def none_blocked(people: People, together: Together) -> None:
    del together
    await people.expect_none_blocked()


@then("{title:Quoted} has every change that was confirmed")
async def is_as_answered(together: Together, title: str) -> None:
    await together.expect_as_answered(title)


@then("in each round {done:Count} of {count:Count} succeeds, and the others learn the new version")
def each_time_done(together: Together, done: int, count: int) -> None:
    together.expect_each_round(done, count)


@then("{percent:Count} of 100 starts took at most {seconds:Seconds} second")
def starts_took(together: Together, evidence: Evidence, percent: int, seconds: float) -> None:
    verdict = together.judge_latency(percent, seconds)
    evidence.add("How long each took", "image/svg+xml", verdict.chart())
    verdict.expect_kept()
