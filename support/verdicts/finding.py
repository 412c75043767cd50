"""A finding on a limit from samples, and the error of looking at them several times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import ClassVar, NamedTuple

from support.core.failure import Code, EnvironmentFailed, PromiseBroken

ERROR = 0.05
"""The chance at most of calling a kept limit broken, and of calling a broken one kept, over all looks together."""


class Finding(StrEnum):
    """The finding of the samples on the limit."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECIDED = "undecided"


class Bounds(NamedTuple):
    """An estimated percentile and its bounds; a bound is 0 or infinite where the samples are too few for it."""

    estimate: float
    lower: float
    upper: float

    def finding(self, limit: float) -> Finding:
        """Kept if the upper bound is at most the limit, broken if the lower one is above it."""
        if self.upper <= limit:
            return Finding.KEPT
        return Finding.BROKEN if self.lower > limit else Finding.UNDECIDED


@dataclass(frozen=True)
class LimitVerdict:
    """The finding of samples on a limit of a percentile, or of a ratio of two; `str` gives words and figures.

    `code` is that of the failure if the limit is broken.

    They were judged in one of the `looks` allowed; `bounds` are those of the figure that has the limit.
    """

    code: ClassVar[Code]
    percentile: float
    limit: float
    bounds: Bounds
    looks: int

    @property
    def finding(self) -> Finding:
        """Kept if the upper bound is at most the limit, broken if the lower one is above it."""
        return self.bounds.finding(self.limit)

    def expect_kept(self) -> None:
        """The limit is kept.

        Raises:
            PromiseBroken: it is not.
            EnvironmentFailed: the samples are too few to tell.
        """
        if self.finding is Finding.BROKEN:
            raise PromiseBroken(self.code, str(self))
        if self.finding is Finding.UNDECIDED:
            raise EnvironmentFailed(f"{self}: too close to call on this machine")


def percentile_bounds(samples: Sequence[float], percentile: float, error: float) -> Bounds:
    """A percentile of samples, each bound of which is wrong with a chance of `error` at most.

    The bounds are order statistics and assume nothing about the shape of the distribution: the number of independent
    samples at or below the p-quantile is binomial with n and p (David and Nagaraja, Order Statistics, 3rd edition,
    section 7.1; Hahn and Meeker, Statistical Intervals, section 5.2).

    Raises:
        ValueError: there is no sample.
    """
    if not samples:
        raise ValueError("there is nothing to judge")
    ordered = sorted(samples)
    count = len(ordered)
    below = _binomial_cdf(count, percentile)
    upper = next((ordered[k - 1] for k in range(1, count + 1) if below[k - 1] >= 1 - error), math.inf)
    lower = next((ordered[k - 1] for k in range(count, 0, -1) if below[k - 1] <= error), 0.0)
    return Bounds(ordered[max(math.ceil(percentile * count), 1) - 1], lower, upper)


def error_of_one_look(looks: int) -> float:
    """The error that each of several looks may have, so that all together have `ERROR` at most (Bonferroni)."""
    return ERROR / looks


@cache
def _binomial_cdf(count: int, probability: float) -> tuple[float, ...]:
    """P(X <= k) for k = 0 .. count, where X counts the successes of `count` trials; terms are in logarithms."""
    if not 0 < probability < 1:
        raise ValueError(f"a percentile lies between 0 and 1, not at {probability}")
    yes, no = math.log(probability), math.log1p(-probability)
    total, whole = 0.0, math.lgamma(count + 1)
    cumulative: list[float] = []
    for k in range(count + 1):
        total += math.exp(whole - math.lgamma(k + 1) - math.lgamma(count - k + 1) + k * yes + (count - k) * no)
        cumulative.append(total)
    return tuple(cumulative)
