"""The groups of a driver for threads and their messages.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Message, NewThread, Session, Thread


class Threads(Protocol):
    """Starting, reading, listing and deleting threads."""

    async def create(self, session: Session, new: NewThread) -> Thread:
        """Start a thread with a title; with metadata only where the driver has `metadata`."""
        ...

    async def read(self, session: Session, thread_id: str) -> Thread:
        """One thread by its id."""
        ...

    async def list(self, session: Session) -> list[Thread]:
        """All threads that are listed unless something else is asked for, over as many pages as there are."""
        ...

    async def delete(self, session: Session, thread_id: str) -> None:
        """Erase a thread with all that belongs to it."""
        ...

    def unknown_id(self) -> str:
        """A well-formed id that no thread has."""
        ...


class Messages(Protocol):
    """Writing and reading messages."""

    async def post(self, session: Session, thread_id: str, content: str) -> Message:
        """Add a customer's message to a thread."""
        ...

    async def list(self, session: Session, thread_id: str) -> list[Message]:
        """All messages of a thread in their order."""
        ...
