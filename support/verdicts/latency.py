"""Whether a percentile of latency keeps its limit, as far as the samples can tell.

A sample may be judged several times while it grows, and stops growing once it is decided. Each look is another chance
to be wrong: with eight looks at 5 % the error could come to 40 %. So each of the looks that are allowed gets an equal
part of the error (Bonferroni), whether or not it is taken. That is on the safe side, for the looks share samples: it
asks for more samples than a sequential test proper would, and is never wrong more often than it says.

The bounds take samples for independent. Those of one wave share what the machine did meanwhile, so that a verdict
close to the limit deserves less trust than its figure; one that is far from it does not depend on that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.core.failure import Code
from support.verdicts.chart import Series, chart
from support.verdicts.finding import ERROR, Finding, LimitVerdict, error_of_one_look, percentile_bounds


@dataclass(frozen=True)
class LatencyVerdict(LimitVerdict):
    """A percentile of samples, all in seconds; `bounds` encloses it, each bound with the error of one look."""

    code = Code.LATENCY
    samples: tuple[float, ...]

    @property
    def smallest_delay(self) -> float:
        """The delay of every sample, in seconds, above which the verdict would have been broken.

        It is what is missing from the lower bound to the limit; 0 if the limit is broken as it is.
        """
        return max(self.limit - self.bounds.lower, 0.0)

    def chart(self) -> bytes:
        """The samples in the order in which they were taken, with the limit and the bounds, as an SVG picture."""
        title = f"{self.percentile:.0%} within {self.limit:g} s: {self.finding}"
        return chart(title, [Series("seconds", self.samples, self.bounds)], self.limit)

    def __str__(self) -> str:
        text = (
            f"{self.percentile:.0%} of {len(self.samples)} within {self.bounds.estimate:.3f} s, "
            f"where {self.limit:g} s is promised (between {self.bounds.lower:.3f} s and {self.bounds.upper:.3f} s, "
            f"each with {1 - ERROR:.0%} confidence over {self.looks} looks)"
        )
        if self.finding is Finding.BROKEN:
            return text
        if self.bounds.lower == 0:
            return f"{text}; so few samples can show no delay"
        return f"{text}; any delay of more than {self.smallest_delay:.3f} s would have been seen"


def judge_latency(samples: Sequence[float], percentile: float, limit: float, looks: int = 1) -> LatencyVerdict:
    """Judge samples in seconds.

    Args:
        samples: in the order in which they were taken.
        percentile: between 0 and 1, such as 0.95.
        limit: in seconds.
        looks: how often a sample of this kind may be judged before it is complete, this time included.

    Raises:
        ValueError: there is no sample.
    """
    bounds = percentile_bounds(samples, percentile, error_of_one_look(looks))
    return LatencyVerdict(percentile, limit, bounds, looks, tuple(samples))
