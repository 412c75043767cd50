"""Many customers who do the same thing at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from support.actors.customer import Conversation, Customer
from support.drivers.types import NewThread
from support.verdicts.latency import Finding, judge_latency

BUDGET = 8
"""How many waves there are at most."""


async def start_in_waves(group: Sequence[Customer], count: int, percentile: float, limit: float) -> list[Conversation]:
    """Let `count` conversations start at the same moment, shared out among the group.

    There are as many waves as it takes to tell whether the percentile keeps its limit (in seconds), `BUDGET` at most.
    Titles are given: how long an assistant thinks about one is not the product's to promise.
    """
    started: list[Conversation] = []
    for wave in range(1, BUDGET + 1):
        asked = [
            group[number % len(group)].start_conversation(NewThread(title=f"Wave {wave}, conversation {number}"))
            for number in range(count)
        ]
        started += await asyncio.gather(*asked)
        verdict = judge_latency([conversation.seconds for conversation in started], percentile, limit)
        if verdict.finding is not Finding.UNDECIDED:
            break
    return started
