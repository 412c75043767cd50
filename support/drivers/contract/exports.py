"""The group of a driver for taking a thread out of the product.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from support.drivers.contract.types import Message, Session, Thread


@dataclass(frozen=True)
class Export:
    """A thread and all its messages, as the file that its owner gets has them."""

    thread: Thread
    messages: tuple[Message, ...]


class Exports(Protocol):
    """Exporting threads."""

    async def export(self, session: Session, thread_id: str) -> Export:
        """A thread with all its messages, as one file."""
        ...
