"""Whether a percentile of latency keeps its limit, as far as the samples can tell.

The interval for a percentile comes from order statistics and assumes nothing about the shape of the distribution:
the number of samples at or below the p-quantile is binomial with n and p (David and Nagaraja, Order Statistics,
3rd edition, section 7.1; Hahn and Meeker, Statistical Intervals, section 5.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from support.errors import EnvironmentFailed, PromiseBroken

CONFIDENCE = 0.95


class Finding(StrEnum):
    """What the samples say of the limit."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class LatencyVerdict:
    """A percentile of so many samples, all in seconds.

    `lower` and `upper` bound the percentile, each with the confidence `CONFIDENCE`; a bound that so few samples
    cannot give is 0 or infinite.
    """

    samples: int
    percentile: float
    limit: float
    estimate: float
    lower: float
    upper: float

    @property
    def finding(self) -> Finding:
        """Kept if the upper bound is within the limit, broken if the lower one is beyond it."""
        if self.upper <= self.limit:
            return Finding.KEPT
        return Finding.BROKEN if self.lower > self.limit else Finding.UNDECIDED

    def expect_kept(self) -> None:
        """The limit is kept.

        Raises:
            PromiseBroken: it is not.
            EnvironmentFailed: the samples are too few to tell.
        """
        if self.finding is Finding.BROKEN:
            raise PromiseBroken(str(self))
        if self.finding is Finding.UNDECIDED:
            raise EnvironmentFailed(f"{self}: too close to call on this machine")

    def __str__(self) -> str:
        return (
            f"{self.percentile:.0%} of {self.samples} within {self.estimate:.3f} s, where {self.limit:g} s is promised "
            f"(between {self.lower:.3f} s and {self.upper:.3f} s, each with {CONFIDENCE:.0%} confidence)"
        )


def judge_latency(samples: Sequence[float], percentile: float, limit: float) -> LatencyVerdict:
    """Judge samples in seconds; `percentile` lies between 0 and 1, such as 0.95.

    Raises:
        ValueError: there is no sample.
    """
    if not samples:
        raise ValueError("there is nothing to judge")
    ordered = sorted(samples)
    count = len(ordered)
    below = _binomial_cdf(count, percentile)
    upper = next((ordered[k - 1] for k in range(1, count + 1) if below[k - 1] >= CONFIDENCE), math.inf)
    lower = next((ordered[k - 1] for k in range(count, 0, -1) if below[k - 1] <= 1 - CONFIDENCE), 0.0)
    estimate = ordered[math.ceil(percentile * count) - 1]
    return LatencyVerdict(count, percentile, limit, estimate, lower, upper)


def _binomial_cdf(count: int, probability: float) -> list[float]:
    """P(X <= k) for k = 0 .. count, X being the successes of so many trials."""
    total = 0.0
    cumulative: list[float] = []
    for k in range(count + 1):
        total += math.comb(count, k) * probability**k * (1 - probability) ** (count - k)
        cumulative.append(total)
    return cumulative
