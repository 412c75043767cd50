"""The group of a driver that sees how much the database does for the backend.

What each method raises is said in `support.drivers.contract.driver`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Effort:
    """What the database has done: how often it looked something up, and how many threads it went through."""

    lookups: int
    threads: int

    def __sub__(self, earlier: Effort) -> Effort:
        return Effort(self.lookups - earlier.lookups, self.threads - earlier.threads)


class Storage(Protocol):
    """The database's own figures of what the backend lets it do."""

    async def take_stock(self) -> None:
        """Let the database do what it does by itself in the long run, so that it knows how much it holds of what."""
        ...

    async def effort(self) -> Effort:
        """What the database has done so far, for all customers together.

        To have all of it counted, connections of the backend may be ended.

        Raises:
            EnvironmentFailed: the database does not tell.
        """
        ...
