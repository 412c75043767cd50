"""The latency verdict, and the sampler, on samples whose truth is known."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.verdicts.finding import Finding, percentile_bounds
from support.verdicts.latency import LatencyVerdict, judge_latency
from support.verdicts.sampling import LOOKS, sample_latency

SVG = "{http://www.w3.org/2000/svg}"
P95_OF_EXPONENTIAL = -math.log(1 - 0.95)  # with mean 1


def sampled(draw: Callable[[], float], limit: float, per_wave: int = 50) -> LatencyVerdict:
    async def wave(_number: int) -> list[float]:
        return [draw() for _ in range(per_wave)]

    return asyncio.run(sample_latency(wave, 0.95, limit))


def test_a_limit_far_above_all_samples_is_kept() -> None:
    verdict = judge_latency([0.1] * 100, 0.95, 1.0)
    assert verdict.finding is Finding.KEPT
    verdict.expect_kept()


def test_a_limit_far_below_all_samples_is_broken() -> None:
    verdict = judge_latency([1.3] * 50, 0.95, 1.0)
    assert verdict.finding is Finding.BROKEN
    with pytest.raises(PromiseBroken, match=r"95% of 50 within 1\.300 s, where 1 s is promised") as raised:
        verdict.expect_kept()
    assert raised.value.code is Code.LATENCY


def test_too_few_samples_decide_nothing() -> None:
    verdict = judge_latency([0.1] * 58, 0.95, 1.0)  # 0.95 ** 58 is above 5 %, 0.95 ** 59 below
    assert verdict.bounds.upper == math.inf
    assert verdict.finding is Finding.UNDECIDED
    with pytest.raises(EnvironmentFailed, match="too close to call"):
        verdict.expect_kept()
    assert judge_latency([0.1] * 59, 0.95, 1.0).finding is Finding.KEPT


def test_one_slow_sample_in_ten_breaks_a_limit_for_95_of_100() -> None:
    assert judge_latency([0.1] * 92 + [2.0] * 8, 0.95, 1.0).finding is Finding.UNDECIDED
    assert judge_latency([0.1] * 90 + [2.0] * 10, 0.95, 1.0).finding is Finding.BROKEN


def test_looking_more_often_asks_for_more_samples() -> None:
    assert judge_latency([0.1] * 59, 0.95, 1.0, looks=8).finding is Finding.UNDECIDED
    assert judge_latency([0.1] * 98, 0.95, 1.0, looks=8).finding is Finding.UNDECIDED  # 0.95 ** 98 is above 5 % / 8
    assert judge_latency([0.1] * 99, 0.95, 1.0, looks=8).finding is Finding.KEPT


@pytest.mark.parametrize(("samples", "percentile"), [([], 0.95), ([1.0], 0.0), ([1.0], 1.0)])
def test_what_cannot_be_judged_is_refused(samples: list[float], percentile: float) -> None:
    with pytest.raises(ValueError, match=r"nothing to judge|lies between 0 and 1"):
        judge_latency(samples, percentile, 1.0)


def test_the_bounds_hold_the_true_percentile_as_often_as_they_say() -> None:
    chance = random.Random(7)
    bounds = [percentile_bounds([chance.expovariate(1) for _ in range(200)], 0.95, 0.05) for _ in range(1000)]
    assert sum(one.upper >= P95_OF_EXPONENTIAL for one in bounds) >= 930
    assert sum(one.lower <= P95_OF_EXPONENTIAL for one in bounds) >= 930


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300), st.floats(0.5, 0.99))
def test_the_bounds_enclose_the_estimate(samples: list[float], percentile: float) -> None:
    bounds = percentile_bounds(samples, percentile, 0.05)
    assert bounds.lower <= bounds.estimate <= bounds.upper


def test_many_samples_do_not_overflow() -> None:
    bounds = percentile_bounds([n / 5000 for n in range(5000)], 0.95, 0.05)
    assert 0.94 < bounds.lower < 0.95 < bounds.upper < 0.96


def test_at_the_limit_itself_several_looks_err_no_more_often_than_one_may() -> None:
    chance = random.Random(11)
    verdicts = [sampled(lambda: chance.expovariate(1), P95_OF_EXPONENTIAL) for _ in range(300)]
    for wrong in (Finding.KEPT, Finding.BROKEN):
        assert sum(verdict.finding is wrong for verdict in verdicts) <= 15 + 3 * 3.8  # 5 % and three deviations


def test_the_sampler_stops_as_soon_as_it_is_decided() -> None:
    assert len(sampled(lambda: 0.1, 1.0).samples) == 100
    assert len(sampled(lambda: 1.5, 1.0).samples) == 50


def test_the_sampler_spends_its_budget_and_then_says_what_it_saw() -> None:
    chance = random.Random(3)
    verdict = sampled(lambda: chance.expovariate(1), P95_OF_EXPONENTIAL)
    assert len(verdict.samples) == 50 * LOOKS
    with pytest.raises(EnvironmentFailed, match=rf"95% of {50 * LOOKS} within .* over 8 looks.*too close to call"):
        verdict.expect_kept()


def test_an_injected_delay_is_caught_and_the_same_without_it_is_not() -> None:
    chance = random.Random(5)
    assert sampled(lambda: chance.lognormvariate(-2, 0.5), 1.0).finding is Finding.KEPT
    assert sampled(lambda: chance.lognormvariate(-2, 0.5) + 1.0, 1.0).finding is Finding.BROKEN


def test_the_smallest_delay_is_where_the_verdict_turns() -> None:
    chance = random.Random(9)
    samples = [chance.lognormvariate(-2, 0.5) for _ in range(100)]
    verdict = judge_latency(samples, 0.95, 1.0, looks=8)
    delay = verdict.smallest_delay
    assert 0.5 < delay < 1.0
    assert f"any delay of more than {delay:.3f} s would have been seen" in str(verdict)
    for added, finding in ((delay + 0.001, True), (delay - 0.001, False)):
        judged = judge_latency([sample + added for sample in samples], 0.95, 1.0, looks=8)
        assert (judged.finding is Finding.BROKEN) is finding


def test_a_sample_that_can_show_nothing_says_so() -> None:
    assert str(judge_latency([0.1], 0.3, 1.0)).endswith("so few samples can show no delay")


def test_the_chart_has_every_sample_and_the_limit_and_needs_nothing_else() -> None:
    picture = judge_latency([0.1, 0.4, 0.2], 0.95, 1.0).chart()
    root = ElementTree.fromstring(picture)
    dots = [float(dot.attrib["cy"]) for dot in root.iter(f"{SVG}circle") if dot.attrib["r"] == "2.5"]
    [limit] = [float(line.attrib["y1"]) for line in root.iter(f"{SVG}line") if line.get("class") == "limit"]
    assert len(dots) == 3
    assert limit < dots[1] < dots[2] < dots[0]  # y grows downwards
    assert [title.text for title in root.iter(f"{SVG}title")] == ["95% within 1 s: undecided"]
    assert b"href" not in picture
    assert b"<script" not in picture
