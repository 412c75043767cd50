"""How many times slower one workload is than another that runs at the same time, on the same machine.

Both are sampled in turns, so that a slower machine slows both. Each has the bounds of its percentile
from order statistics, with half of the error of a look: the ratio lies between lower over upper and upper over lower,
unless a bound of either is wrong. That assumes nothing about the shapes, and of what is common to both only that it
is not in favour of one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from support.core.failure import Code
from support.verdicts.chart import Series, chart
from support.verdicts.finding import ERROR, Bounds, Finding, LimitVerdict, error_of_one_look, percentile_bounds


@dataclass(frozen=True)
class Workload:
    """What was timed, in words, its samples in seconds, and the bounds of the percentile that is compared."""

    name: str
    samples: tuple[float, ...]
    bounds: Bounds


@dataclass(frozen=True)
class RatioVerdict(LimitVerdict):
    """A percentile of `first` divided by that of `second`; it is promised not to be above `limit`."""

    code = Code.RATIO
    first: Workload
    second: Workload

    @property
    def smallest_slowdown(self) -> float:
        """The slowdown of `first` above which the verdict would have been broken, as a factor."""
        return max(self.limit / self.bounds.lower, 1.0) if self.bounds.lower else math.inf

    def chart(self) -> bytes:
        """Both workloads in the order in which they were timed, with their bounds, as an SVG picture.

        The limit drawn is the one that follows for the first from the second's estimate.
        """
        title = f"{self.first.name} at most {self.limit:g} times {self.second.name}: {self.finding}"
        both = [Series(one.name, one.samples, one.bounds) for one in (self.first, self.second)]
        return chart(title, both, self.limit * self.second.bounds.estimate)

    def __str__(self) -> str:
        first, second = self.first, self.second
        text = (
            f"{first.name} takes {self.bounds.estimate:.2f} times as long as {second.name}, where at most "
            f"{self.limit:g} times is promised (between {self.bounds.lower:.2f} and {self.bounds.upper:.2f}, each with "
            f"{1 - ERROR:.0%} confidence over {self.looks} looks; {self.percentile:.0%} of {len(first.samples)} within "
            f"{first.bounds.estimate:.4f} s, of {len(second.samples)} within {second.bounds.estimate:.4f} s)"
        )
        if self.finding is Finding.BROKEN:
            return text
        if math.isinf(self.smallest_slowdown):
            return f"{text}; so few samples can show no slowdown"
        return f"{text}; any slowdown of more than {self.smallest_slowdown:.2f} times would have been seen"


def judge_ratio(
    first: tuple[str, Sequence[float]],
    second: tuple[str, Sequence[float]],
    limit: float,
    percentile: float = 0.5,
    looks: int = 1,
) -> RatioVerdict:
    """Judge two workloads, each given as its name and its samples in seconds, in one of `looks` allowed looks.

    Raises:
        ValueError: there is no sample of one of them, or one took no time at all.
    """
    error = error_of_one_look(looks) / 2
    one, other = (
        Workload(name, tuple(samples), percentile_bounds(samples, percentile, error))
        for name, samples in (first, second)
    )
    if min(other.samples) <= 0:
        raise ValueError(f"{other.name} took no time: nothing can be compared with it")
    bounds = Bounds(
        one.bounds.estimate / other.bounds.estimate,
        one.bounds.lower / other.bounds.upper,
        one.bounds.upper / other.bounds.lower if other.bounds.lower else math.inf,
    )
    return RatioVerdict(percentile, limit, bounds, looks, one, other)
