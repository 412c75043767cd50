"""The group of a driver for ending sessions.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Session


class Revocation(Protocol):
    """Ending sessions."""

    async def revoke(self, session: Session) -> None:
        """End a session before it expires: its token opens nothing from the answer on, and its devices are closed."""
        ...
