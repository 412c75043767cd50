"""The group of a driver for requests that carry a key, so that a repetition has no second effect.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Message, NewThread, Run, Session, Thread


class KeyedRequests(Protocol):
    """The acts that make something, each with a key; a repetition gets the answer that the first request got."""

    async def create(self, session: Session, new: NewThread, key: str) -> Thread:
        """Start a thread."""
        ...

    async def post(self, session: Session, thread_id: str, content: str, key: str) -> Message:
        """Add a customer's message to a thread."""
        ...

    async def ask(self, session: Session, thread_id: str, question: str, key: str) -> Run:
        """Ask the agent that every plan has."""
        ...
