"""Faults that show under load."""

from __future__ import annotations

import asyncio
from itertools import count
from types import SimpleNamespace
from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import lose_one_in

BEFORE = Seam.IDEMPOTENCY_KEY
THREADS = "/api/threads"
FIFTY = "Fifty conversations started at once"
WITHIN = "95 of 100 were started within 1 second"


@fault(Red(FIFTY, WITHIN, "where 1 s is promised"))
def starting_takes_too_long(patch: Patch) -> None:
    """Starting a conversation takes 1.2 seconds longer."""

    @patch.replace(BEFORE)
    async def key_of(original: Any, request: Any, *arguments: Any) -> Any:
        await asyncio.sleep(1.2 if request.url.path == THREADS else 0)
        return await original(request, *arguments)


@fault(Red(FIFTY, WITHIN, "where 1 s is promised"))
def one_at_a_time(patch: Patch) -> None:
    """All customers wait in one line, each for a twentieth of a second."""
    turn = SimpleNamespace(lock=None)

    @patch.replace(BEFORE)
    async def key_of(original: Any, request: Any, *arguments: Any) -> Any:
        turn.lock = turn.lock or asyncio.Lock()
        async with turn.lock:
            await asyncio.sleep(0.05)
            return await original(request, *arguments)


@fault(Red(FIFTY, WITHIN, "where 1 s is promised"))
def one_in_ten_is_forgotten_for_a_while(patch: Patch) -> None:
    """Nine of ten are quick, and the tenth waits for two seconds."""
    numbers = count(1)

    @patch.replace(BEFORE)
    async def key_of(original: Any, request: Any, *arguments: Any) -> Any:
        await asyncio.sleep(2 if request.url.path == THREADS and next(numbers) % 10 == 0 else 0)
        return await original(request, *arguments)


@fault(Red(FIFTY, "every one of them is there", "misses"))
def some_are_confirmed_and_lost(patch: Patch) -> None:
    """One in twenty is confirmed and never saved."""
    lose_one_in(patch, 20)


@fault(Red(FIFTY, "they start 50 conversations at once", "not possible at the moment"))
def a_crowd_is_turned_away(patch: Patch) -> None:
    """More than twenty at a time are refused."""
    busy: list[None] = []

    @patch.replace(BEFORE)
    async def key_of(original: Any, request: Any, *arguments: Any) -> Any:
        if len(busy) >= 20:
            raise seams.unavailable()
        busy.append(None)
        try:
            await asyncio.sleep(0.1)
            return await original(request, *arguments)
        finally:
            busy.pop()
