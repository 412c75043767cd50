"""Faults that show under load."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import delay, instead
from support.faults.makers.storage import store_nothing
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


def _starts(call: Call) -> bool:
    return call.request.url.path == "/api/threads"


@fault(breaks("TL-08.1", at="together:starts_took", code=Code.LATENCY))
def starting_is_slow(patch: Patch) -> None:
    """Starting a conversation takes 1.2 seconds longer."""
    delay(patch, Seam.IDEMPOTENCY_KEY, lambda call: 1.2 if _starts(call) else 0)


@fault(breaks("TL-08.1", at="together:starts_took", code=Code.LATENCY))
def customers_wait_in_one_line(patch: Patch) -> None:
    """The product serves one customer after the other, and each takes a twentieth of a second."""
    turn = asyncio.Lock()

    async def wait(call: Call) -> Any:
        async with turn:
            await asyncio.sleep(0.05)
            return await call.go()

    instead(patch, Seam.IDEMPOTENCY_KEY, wait)


@fault(breaks("TL-08.1", at="together:starts_took", code=Code.LATENCY))
def one_start_in_ten_is_slow(patch: Patch) -> None:
    """Nine of ten conversations start quickly, and the tenth takes two seconds."""
    numbers = count(1)
    delay(patch, Seam.IDEMPOTENCY_KEY, lambda call: 2 if _starts(call) and next(numbers) % 10 == 0 else 0)


@fault(breaks("TL-04.1", "TL-08.1", at="lists:has_own", code=Code.LIST_MISSING))
def one_start_in_ten_is_lost(patch: Patch) -> None:
    """When many customers start conversations at once, one in ten is confirmed and never stored."""
    store_nothing(patch, every=10)


@fault(breaks("TL-08.1", at="together:are_done", code=Code.ACT_REFUSED))
def busy_product_refuses(patch: Patch) -> None:
    """The product refuses to start more than twenty conversations at once."""
    busy: list[Call] = []

    async def start(call: Call) -> Any:
        if len(busy) >= 20:
            raise seams.unavailable()
        busy.append(call)
        try:
            await asyncio.sleep(0.1)
            return await call.go()
        finally:
            busy.remove(call)

    instead(patch, Seam.IDEMPOTENCY_KEY, start)
