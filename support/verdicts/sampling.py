"""Takes samples until they decide, or until the budget is spent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeVar

from support.verdicts.finding import Finding
from support.verdicts.latency import LatencyVerdict, judge_latency
from support.verdicts.ratio import RatioVerdict, judge_ratio

LOOKS = 8
"""How many waves there are at most, and so how often a sample is judged."""


class _Verdict(Protocol):
    @property
    def finding(self) -> Finding: ...


Verdict = TypeVar("Verdict", bound=_Verdict)
Timed = Callable[[], Awaitable[float]]
"""Runs the workload once; returns the seconds that it took."""


async def sample_latency(
    wave: Callable[[int], Awaitable[Iterable[float]]], percentile: float, limit: float, looks: int = LOOKS
) -> LatencyVerdict:
    """Ask for waves of samples, in seconds, until they tell whether the percentile keeps its limit.

    `wave` gets the number of the wave, from 1. The verdict comes back undecided where `looks` waves do not tell;
    its `expect_kept` then raises `EnvironmentFailed` with the figures. See `support.verdicts.latency` for the error.
    """
    samples: list[float] = []

    async def look(number: int) -> LatencyVerdict:
        samples.extend(await wave(number))
        return judge_latency(samples, percentile, limit, looks)

    return await _until_decided(look, looks)


async def sample_ratio(
    first: tuple[str, Timed],
    second: tuple[str, Timed],
    limit: float,
    percentile: float = 0.5,
    pairs: int = 25,
    looks: int = LOOKS,
) -> RatioVerdict:
    """Time two workloads in turns, several pairs a look, until they show whether the ratio keeps its limit.

    Each pair begins with the other workload than the pair before, so that neither always comes after the same.
    Undecided at the end is as with `sample_latency`.
    """
    workloads = (first, second)
    samples: tuple[list[float], list[float]] = ([], [])

    async def look(_number: int) -> RatioVerdict:
        for pair in range(pairs):
            for which in (0, 1) if pair % 2 == 0 else (1, 0):
                samples[which].append(await workloads[which][1]())
        return judge_ratio((first[0], samples[0]), (second[0], samples[1]), limit, percentile, looks)

    return await _until_decided(look, looks)


async def _until_decided(look: Callable[[int], Awaitable[Verdict]], looks: int) -> Verdict:
    verdict = await look(1)
    for number in range(2, looks + 1):
        if verdict.finding is not Finding.UNDECIDED:
            break
        verdict = await look(number)
    return verdict
