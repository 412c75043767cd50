"""The latency verdict on samples whose truth is known."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.errors import EnvironmentFailed, PromiseBroken
from support.verdicts.latency import Finding, judge_latency


def test_a_limit_far_above_all_samples_is_kept() -> None:
    verdict = judge_latency([0.1] * 100, 0.95, 1.0)
    assert verdict.finding is Finding.KEPT
    verdict.expect_kept()


def test_a_limit_far_below_all_samples_is_broken() -> None:
    verdict = judge_latency([1.3] * 50, 0.95, 1.0)
    assert verdict.finding is Finding.BROKEN
    with pytest.raises(PromiseBroken, match=r"95% of 50 within 1\.300 s, where 1 s is promised"):
        verdict.expect_kept()


def test_too_few_samples_decide_nothing() -> None:
    verdict = judge_latency([0.1] * 58, 0.95, 1.0)  # 0.95 ** 58 is above 5 %, 0.95 ** 59 below
    assert verdict.upper == math.inf
    assert verdict.finding is Finding.UNDECIDED
    with pytest.raises(EnvironmentFailed, match="too close to call"):
        verdict.expect_kept()
    assert judge_latency([0.1] * 59, 0.95, 1.0).finding is Finding.KEPT


def test_one_slow_sample_in_ten_breaks_a_limit_for_95_of_100() -> None:
    assert judge_latency([0.1] * 92 + [2.0] * 8, 0.95, 1.0).finding is Finding.UNDECIDED
    assert judge_latency([0.1] * 90 + [2.0] * 10, 0.95, 1.0).finding is Finding.BROKEN


def test_nothing_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="nothing to judge"):
        judge_latency([], 0.95, 1.0)


def test_the_bounds_hold_the_true_percentile_as_often_as_they_say() -> None:
    chance = random.Random(7)
    truth = -math.log(1 - 0.95)  # of the exponential distribution with mean 1
    verdicts = [judge_latency([chance.expovariate(1) for _ in range(200)], 0.95, 1.0) for _ in range(1000)]
    assert sum(verdict.upper >= truth for verdict in verdicts) >= 930
    assert sum(verdict.lower <= truth for verdict in verdicts) >= 930


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300), st.floats(0.5, 0.99))
def test_the_bounds_enclose_the_estimate(samples: list[float], percentile: float) -> None:
    verdict = judge_latency(samples, percentile, 1.0)
    assert verdict.lower <= verdict.estimate <= verdict.upper
