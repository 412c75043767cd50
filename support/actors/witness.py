"""Sees what a scenario changes that is none of its business."""

from __future__ import annotations

import time
from collections.abc import Mapping

from support.actors.people import People
from support.drivers.types import Holding
from support.verdicts.effects import expect_nothing_else_changed


class Witness:
    """Knows what is kept for whom before the first person of a scenario is enrolled."""

    def __init__(self, people: People, before: Mapping[str, Holding]) -> None:
        self._people = people
        self._before = before

    @classmethod
    async def arrive(cls, people: People, wait_seconds: float) -> Witness:
        """Take everything in, once nothing is under way any more for the people of earlier scenarios.

        Raises:
            EnvironmentFailed: something still was after `wait_seconds`.
        """
        await people.driver.durable.settle(wait_seconds)
        return cls(people, await people.driver.durable.others(people.accounts))

    async def expect_nothing_else_changed(self) -> None:
        """What belongs to nobody of these people is as it was before."""
        after = await self._people.driver.durable.others(self._people.accounts)
        expect_nothing_else_changed(self._before, after, time.time())
