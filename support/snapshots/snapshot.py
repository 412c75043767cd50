"""Everything stored at one moment, to compare with a later moment."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

from support.drivers.contract.durable import DurableState
from support.drivers.contract.types import Account, Kept
from support.snapshots.diff import differences, expect_same


class Snapshot:
    """Everything that PostgreSQL and Redis stored at one moment, except for some customers."""

    def __init__(self, durable: DurableState, except_for: Sequence[Account], kept: Mapping[str, Kept]) -> None:
        self._durable = durable
        self._except_for = except_for
        self._kept = kept

    @classmethod
    async def take(
        cls,
        durable: DurableState,
        except_for: Sequence[Account],
        wait_seconds: float,
        at_work_in: Collection[str] = (),
    ) -> Snapshot:
        """Take it once nothing is under way, except for runs in the threads `at_work_in`.

        `except_for` may grow afterwards: a comparison leaves out who is in it by then.

        Raises:
            EnvironmentFailed: runs or events were still under way after `wait_seconds`.
        """
        await durable.settle(wait_seconds, at_work_in)
        return cls(durable, except_for, await durable.others(except_for))

    async def differences(self) -> list[str]:
        """The changes since, a phrase for each place."""
        return list(differences(self._kept, await self._durable.others(self._except_for), time.time()))

    async def expect_unchanged(self) -> None:
        """Nothing has changed since.

        Raises:
            PromiseBroken: there are changes; the message names the places.
        """
        after = await self._durable.others(self._except_for)
        expect_same("everything that belongs to nobody in this scenario", self._kept, after, time.time())
