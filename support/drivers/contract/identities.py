"""The groups of a driver for customers, their sessions and their plans.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Account, Session


class Identities(Protocol):
    """Enrolling customers and signing in."""

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer as an operator would; the account comes back with the id that the backend gave it."""
        ...

    async def sign_in(self, account: Account) -> Session:
        """Sign in with e-mail address and password."""
        ...


class Revocation(Protocol):
    """Ending sessions."""

    async def revoke(self, session: Session) -> None:
        """End a session before it expires: its token opens nothing from the answer on, and its devices are closed."""
        ...


class Plans(Protocol):
    """The plans that the target sells. Its refusals name the customer's plan and the first that has more."""

    def names(self) -> tuple[str, ...]:
        """The plans in lower case, the smallest first."""
        ...
