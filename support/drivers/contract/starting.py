"""The groups of a driver for threads that start in other ways than with a title.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Account, Malformed, NamingPlace, NewThread, Refusal, Session, Thread


class Titles(Protocol):
    """Titles that the product makes."""

    async def create(self, session: Session, new: NewThread) -> Thread:
        """Start a thread without a title; the product makes one from the first message."""
        ...


class StrictInput(Protocol):
    """Requests that are wrong, or that name another owner."""

    async def create_malformed(self, session: Session, malformed: Malformed, stranger: Account) -> Refusal | Thread:
        """Send a request that is wrong in the way named; a thread comes back where the backend accepted it.

        The refusal's `parts` are in the words of the features: title, details, first message, owner, request.
        """
        ...

    async def create_posing(
        self, session: Session, new: NewThread, owner: Account, place: NamingPlace
    ) -> Refusal | Thread:
        """Start a thread, naming another customer as its owner somewhere; refused or not, both may be right."""
        ...
