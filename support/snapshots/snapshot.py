"""Sees what changes that should not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from support.drivers.contract.durable import DurableState
from support.drivers.contract.types import Account, Holding
from support.snapshots.diff import expect_nothing_else_changed, expect_same


class Witness:
    """Knows everything that was kept at a moment, but for what belongs to some people, who may yet be enrolled."""

    def __init__(self, durable: DurableState, but_for: Sequence[Account], before: Mapping[str, Holding]) -> None:
        self._durable = durable
        self._but_for = but_for
        self._before = before

    @classmethod
    async def arrive(
        cls, durable: DurableState, but_for: Sequence[Account], wait_seconds: float, at_work_in: str | None = None
    ) -> Witness:
        """Take everything in, once nothing is under way any more, but perhaps in the thread `at_work_in`.

        Raises:
            EnvironmentFailed: something still was after `wait_seconds`.
        """
        await durable.settle(wait_seconds, at_work_in)
        return cls(durable, but_for, await durable.others(but_for))

    async def expect_nothing_else_changed(self) -> None:
        """What belongs to nobody of these people, or to anybody where there are none, is as it was before."""
        after = await self._durable.others(self._but_for)
        if self._but_for:
            expect_nothing_else_changed(self._before, after, time.time())
        else:
            expect_same("what is kept", self._before, after, time.time())
