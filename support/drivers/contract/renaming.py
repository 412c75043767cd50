"""The groups of a driver for changing titles, and for changes on condition of a version.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Session, Thread


class Renaming(Protocol):
    """Changing titles."""

    async def rename(self, session: Session, thread_id: str, title: str) -> Thread:
        """Give a thread another title."""
        ...


class VersionedChanges(Protocol):
    """Changes of title and status for one version of a thread; at any other they are refused."""

    async def rename(self, session: Session, thread_id: str, title: str, version: int) -> Thread:
        """Give a thread that is at this version another title."""
        ...

    async def set_status(self, session: Session, thread_id: str, status: str, version: int) -> Thread:
        """Change the status of a thread that is at this version."""
        ...
