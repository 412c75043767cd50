"""The group of a driver that reads stored data without the backend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from support.drivers.contract.types import Account, Event, Kept, StoredThread


class DurableState(Protocol):
    """Stored data in PostgreSQL and Redis, read over the suite's own connections."""

    async def thread(self, thread_id: str) -> StoredThread | None:
        """A thread as stored, of any owner."""
        ...

    async def threads_of(self, accounts: Sequence[Account]) -> list[StoredThread]:
        """Every thread stored for these customers."""
        ...

    async def messages_of(self, account: Account) -> list[str]:
        """The text of every message stored for a customer, in any thread."""
        ...

    async def events_of(self, account: Account) -> list[Event]:
        """Every event kept or still waiting to be sent for this customer, in order."""
        ...

    async def others(self, accounts: Sequence[Account]) -> Mapping[str, Kept]:
        """Everything kept anywhere except for these customers, by its place, such as a table and an owner.

        Values that change by themselves are left out.
        """
        ...

    async def kept_of(self, account: Account, thread_id: str) -> Mapping[str, Kept]:
        """Everything kept that mentions this thread of the customer, by its place."""
        ...

    async def settle(self, seconds: float, at_work_in: Collection[str] = ()) -> None:
        """Return once the backend has finished all work that it has confirmed so far, for all customers.

        Runs may go on in the threads with the ids `at_work_in`.

        Raises:
            PromiseBroken: work was still under way after `seconds`.
        """
        ...

    async def traces_of(self, identifier: str) -> list[str]:
        """Every place that has this id or these words: columns of any table, names and values of any key.

        An id is found in every spelling.
        """
        ...
