"""A conversation as the scenario knows it: its owner, the request that started it, and the last answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from support.drivers.contract.types import Message, NewThread, Run, Thread

if TYPE_CHECKING:
    from support.actors.customer import Customer


@dataclass
class Conversation:
    """`answered` is the thread as the last answer showed it, or None where it may have changed since.

    `asked_at` is when its start was asked for, in seconds of `time.monotonic()`. `runs` are those started by acts.
    """

    owner: Customer
    given: NewThread
    id: str
    title: str
    asked_at: float
    answered: Thread | None
    runs: list[Run] = field(default_factory=list[Run])
    is_erased: bool = False

    async def read(self) -> Thread:
        """The thread as its owner reads it now."""
        return await self.owner.driver.threads.read(self.owner.session, self.id)

    async def messages(self) -> list[Message]:
        """Its messages as its owner reads them now."""
        return await self.owner.driver.messages.list(self.owner.session, self.id)
