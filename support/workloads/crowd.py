"""Many customers who do the same thing at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from support.actors.customer import Conversation, Customer
from support.drivers.contract.types import NewThread
from support.verdicts.latency import LatencyVerdict, judge_latency
from support.verdicts.sampling import sample_latency


@dataclass(frozen=True)
class Rush:
    """Every conversation that a crowd has started, in as many waves as `looks` allows."""

    conversations: Sequence[Conversation]
    looks: int

    def judge(self, percentile: float, limit: float) -> LatencyVerdict:
        """What the waiting times say of a limit in seconds."""
        return judge_latency([one.seconds for one in self.conversations], percentile, limit, self.looks)


async def start_in_waves(group: Sequence[Customer], count: int, percentile: float, limit: float) -> Rush:
    """Let `count` conversations start at the same moment, shared out among the group.

    There are as many waves as it takes to tell whether the percentile keeps its limit (in seconds), up to a budget.
    Titles are given: how long an assistant thinks about one is not the product's to promise.
    """
    started: list[Conversation] = []

    async def wave(number: int) -> list[float]:
        asked = [
            group[n % len(group)].start_conversation(NewThread(title=f"Wave {number}, conversation {n}"))
            for n in range(count)
        ]
        answered = await asyncio.gather(*asked)
        started.extend(answered)
        return [conversation.seconds for conversation in answered]

    verdict = await sample_latency(wave, percentile, limit)
    return Rush(started, verdict.looks)
