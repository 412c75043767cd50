"""The ratio verdict on workloads whose truth is known, and on a backend with a delay in it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from uuid import uuid4

import pytest

from support.actors.people import People
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import NewThread
from support.drivers.embedded import EmbeddedConnections
from support.observation.wire import WireLog
from support.pytest_plugin.environment import target_of
from support.services import Services, Stack, open_stack
from support.verdicts.finding import Finding
from support.verdicts.ratio import RatioVerdict, judge_ratio
from support.verdicts.sampling import LOOKS, sample_ratio
from support.workloads.together import ActRow, Manner, do_together

pytest_plugins = ["support.tests.backend.backend_fixture"]

Draw = Callable[[], float]


def noisy(seed: int, factor: float = 1.0) -> Draw:
    chance = random.Random(seed)
    return lambda: factor * chance.lognormvariate(-5, 0.6)


def compared(first: Draw, second: Draw, limit: float) -> RatioVerdict:
    def timed(draw: Draw) -> Callable[[], Awaitable[float]]:
        async def once() -> float:
            return draw()

        return once

    return asyncio.run(sample_ratio(("the first", timed(first)), ("the second", timed(second)), limit))


def test_equal_workloads_are_within_twice_each_other() -> None:
    verdict = compared(noisy(1), noisy(2), 2.0)
    assert verdict.finding is Finding.KEPT
    verdict.expect_kept()


def test_three_times_slower_is_not_within_twice() -> None:
    verdict = compared(noisy(1, 3.0), noisy(2), 2.0)
    words = r"the first takes .* times as long as the second, where at most 2 times"
    with pytest.raises(PromiseBroken, match=words) as raised:
        verdict.expect_kept()
    assert raised.value.code is Code.RATIO


def test_a_ratio_at_the_limit_is_undecided_after_the_whole_budget() -> None:
    verdict = compared(noisy(1, 2.0), noisy(2), 2.0)
    assert len(verdict.first.samples) == len(verdict.second.samples) == 25 * LOOKS
    with pytest.raises(EnvironmentFailed, match=r"50% of 200 within .* too close to call"):
        verdict.expect_kept()


def test_a_machine_that_slows_down_meanwhile_does_not_matter() -> None:
    pace = {"now": 1.0}

    def drifting(draw: Draw) -> Draw:
        def once() -> float:
            pace["now"] *= 1.02
            return draw() * pace["now"]

        return once

    assert compared(drifting(noisy(1)), drifting(noisy(2)), 4.0).finding is Finding.KEPT


def test_at_the_limit_itself_the_verdict_errs_no_more_often_than_it_says() -> None:
    findings = [compared(noisy(n, 2.0), noisy(n + 1000), 2.0).finding for n in range(200)]
    for wrong in (Finding.KEPT, Finding.BROKEN):
        assert findings.count(wrong) <= 10 + 3 * 3.1  # 5 % and three deviations


def test_the_smallest_slowdown_is_where_the_verdict_turns() -> None:
    draws = noisy(1), noisy(2)
    first, second = ([draw() for _ in range(100)] for draw in draws)
    verdict = judge_ratio(("a", first), ("b", second), 2.0)
    factor = verdict.smallest_slowdown
    assert 2.0 < factor < 3.5
    assert f"any slowdown of more than {factor:.2f} times would have been seen" in str(verdict)
    for times, broken in ((factor * 1.001, True), (factor * 0.999, False)):
        judged = judge_ratio(("a", [sample * times for sample in first]), ("b", second), 2.0)
        assert (judged.finding is Finding.BROKEN) is broken


def test_a_pair_begins_with_the_other_workload_each_time() -> None:
    order: list[str] = []

    def timed(name: str) -> Callable[[], Awaitable[float]]:
        async def once() -> float:
            order.append(name)
            return 1.0

        return once

    asyncio.run(sample_ratio(("a", timed("a")), ("b", timed("b")), 2.0, pairs=4, looks=1))
    assert "".join(order) == "abbaabba"


def test_nothing_can_be_compared_with_no_time() -> None:
    with pytest.raises(ValueError, match="took no time"):
        judge_ratio(("a", [1.0]), ("b", [0.0]), 2.0)


def test_the_chart_has_both_workloads() -> None:
    picture = judge_ratio(("a <first>", [0.1, 0.2]), ("b", [0.1, 0.3]), 2.0).chart().decode()
    assert picture.count('r="2.5"') == 4
    assert "a &lt;first&gt; at most 2 times b: undecided" in picture


@pytest.fixture(scope="module", params=[None, "starting_is_slow"])
def backend(request: pytest.FixtureRequest, backend_services: Services) -> Iterator[tuple[Stack, bool]]:
    """A backend, and whether 1.2 s of delay are built into starting a conversation."""
    name = f"delay-{uuid4().hex[:8]}"
    with open_stack(backend_services.description, name, fault=request.param) as stack:
        yield stack, request.param is not None


async def against(stack: Stack) -> tuple[Finding, Finding]:
    """The findings on starting within a second, and on starting compared with reading."""
    connections = EmbeddedConnections(target_of(stack))
    people = People(connections.driver(WireLog()), "delay", 5)
    new = NewThread(title="One more")
    try:
        group = await people.enrol_group(5, "mid")
        row = ActRow("1", 4, "each of them starts", group, [(lambda actor: actor.start(new), False)])
        together = await do_together([row], [], Manner(in_sequence=False, limit=(0.95, 1.0)))

        async def timed(doing: Callable[[], Awaitable[object]]) -> float:
            begin = time.monotonic()
            await doing()
            return time.monotonic() - begin

        first = (await group[1].list())[0]
        starting = partial(timed, partial(group[0].start, new))
        reading = partial(timed, partial(people.driver.threads.read, group[1].session, first.id))
        ratio = await sample_ratio(("starting", starting), ("reading", reading), 10, pairs=8, looks=2)
        return together.judge_latency(95, 1.0).finding, ratio.finding
    finally:
        await people.leave()
        await connections.close()


def test_a_delay_in_the_backend_is_caught_and_a_sound_one_passes(backend: tuple[Stack, bool]) -> None:
    stack, delayed = backend
    expected = Finding.BROKEN if delayed else Finding.KEPT
    assert asyncio.run(against(stack)) == (expected, expected)
