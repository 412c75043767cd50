"""The end of a run, where no event tells of it."""

from __future__ import annotations

import asyncio

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.runs import Runs
from support.drivers.contract.types import Session

UNDER_WAY = ("queued", "running")
POLL_SECONDS = 0.02


async def until_ended(runs: Runs, session: Session, run_id: str, seconds: float) -> str:
    """Read a run until it has ended, and return the status that it ended with.

    Raises:
        PromiseBroken: it has not ended in time.
    """
    try:
        async with asyncio.timeout(seconds):
            while (run := await runs.read(session, run_id)).status in UNDER_WAY:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(POLL_SECONDS)
            return run.status
    except TimeoutError:
        raise PromiseBroken(
            Code.RUN_ENDING, f"expected the agent's run to end within {seconds:g} s, got no end"
        ) from None
