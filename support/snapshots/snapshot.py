"""Everything that can be seen at one moment, to compare with a later moment."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account, Kept, Session
from support.snapshots.diff import differences, expect_same
from support.snapshots.owners_view import seen_by

Look = Callable[[], Awaitable[Mapping[str, Kept]]]


class Snapshot:
    """Everything that PostgreSQL and Redis stored at one moment, except for some customers.

    Where the suite cannot read there, it is everything that some customers were shown.
    """

    def __init__(self, look: Look, kept: Mapping[str, Kept]) -> None:
        self._look = look
        self._kept = kept

    @classmethod
    async def take(
        cls,
        driver: Driver,
        except_for: Sequence[Account],
        wait_seconds: float,
        at_work_in: Collection[str] = (),
        sessions: Sequence[Session] = (),
    ) -> Snapshot:
        """Take it once nothing is under way, except for runs in the threads `at_work_in`.

        `except_for` may grow afterwards: a comparison leaves out who is in it by then. `sessions` are of the customers
        who look where the suite cannot; the threads `at_work_in` are then left out.

        Raises:
            EnvironmentFailed: runs or events were still under way after `wait_seconds`.
        """
        durable = driver.durable

        async def look() -> Mapping[str, Kept]:
            if durable is not None:
                return await durable.others(except_for)
            return await seen_by(driver, sessions, at_work_in)

        if durable is not None:
            await durable.settle(wait_seconds, at_work_in)
        return cls(look, await look())

    async def differences(self) -> list[str]:
        """The changes since, a phrase for each place."""
        return list(differences(self._kept, await self._look(), time.time()))

    async def expect_unchanged(self) -> None:
        """Nothing has changed since.

        Raises:
            PromiseBroken: there are changes; the message names the places.
        """
        expect_same("everything that belongs to nobody in this scenario", self._kept, await self._look(), time.time())
