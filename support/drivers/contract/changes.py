"""The groups of a driver that change threads.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Metadata, Session, Thread


class MetadataChanges(Protocol):
    """Metadata: `Threads.create` takes it, and this changes it."""

    async def merge(self, session: Session, thread_id: str, changes: Metadata) -> Thread:
        """Merge changes into a thread's metadata; a member given as None is removed (RFC 7396)."""
        ...


class ConditionalChanges(Protocol):
    """Changes for one version of a thread; at any other they are refused, and the refusal tells the version."""

    async def merge(self, session: Session, thread_id: str, changes: Metadata, version: int) -> Thread:
        """Merge changes into the metadata of a thread that is at this version."""
        ...

    async def rename(self, session: Session, thread_id: str, title: str, version: int) -> Thread:
        """Give a thread that is at this version another title; only where the driver has `renaming`."""
        ...

    async def set_status(self, session: Session, thread_id: str, status: str, version: int) -> Thread:
        """Change the status of a thread that is at this version; only where the driver has `status`."""
        ...


class Renaming(Protocol):
    """Changing titles."""

    async def rename(self, session: Session, thread_id: str, title: str) -> Thread:
        """Give a thread another title."""
        ...


class StatusChanges(Protocol):
    """The status of threads. `Policy.transitions` has the statuses, and the changes that are promised."""

    async def set(self, session: Session, thread_id: str, status: str) -> Thread:
        """Change a thread's status."""
        ...

    async def list(self, session: Session, status: str) -> list[Thread]:
        """All threads of a status, over as many pages as there are."""
        ...
