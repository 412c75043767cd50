"""The groups of a driver for agents at work.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Run, Session


class Runs(Protocol):
    """Letting an agent work in a thread."""

    async def start(self, session: Session, thread_id: str, question: str) -> Run:
        """Ask the agent that every plan has; it answers later, with a message in the thread."""
        ...

    async def read(self, session: Session, run_id: str) -> Run:
        """One run by its id."""
        ...


class RunLists(Protocol):
    """Listing runs."""

    async def list(self, session: Session, thread_id: str) -> list[Run]:
        """All runs of a thread in their order."""
        ...


class Cancellation(Protocol):
    """Stopping agents."""

    async def cancel(self, session: Session, run_id: str) -> None:
        """Stop a run."""
        ...
