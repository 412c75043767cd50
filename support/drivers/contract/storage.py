"""The group of a driver that sees how much the database does for the backend.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Effort:
    """The work of the database: how many look-ups it made, and how many threads it read."""

    lookups: int
    threads: int

    def __sub__(self, earlier: Effort) -> Effort:
        return Effort(self.lookups - earlier.lookups, self.threads - earlier.threads)


class Storage(Protocol):
    """The database's own figures of its work for the backend."""

    async def take_stock(self) -> None:
        """Let the database refresh its statistics now, which it otherwise does in time."""
        ...

    async def deadlocks(self, *, complete: bool) -> int:
        """How often, so far, two transactions waited for each other until the database gave one of them up.

        With `complete` this may end connections of the backend, so that the latest are counted too.

        Raises:
            EnvironmentFailed: the database does not give the figure.
        """
        ...

    async def effort(self) -> Effort:
        """The work of the database so far, for all customers together.

        This may end connections of the backend, so that all of their work is counted.

        Raises:
            EnvironmentFailed: the database does not give the figures.
        """
        ...
