"""The group of a driver that receives events.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import Account, Event, Session


class LiveConnection(Protocol):
    """One open connection over which events come.

    `since` is the id of the last event before it, so that a device that has received nothing yet can catch up too.
    """

    @property
    def since(self) -> str | None:
        """The id of the last event before the connection."""
        ...

    async def receive(self) -> Event:
        """The next event; waits for it.

        Raises:
            ConnectionError: the connection has ended; the message says how.
        """
        ...

    async def settle(self, seconds: float) -> None:
        """Return once everything that the backend had sent before this call has been received.

        Raises:
            BackendFailed: the backend did not answer within `seconds`.
        """
        ...

    async def resume(self, since: str) -> None:
        """Ask for the events after this id, on a connection that was opened without it."""
        ...

    async def close(self) -> None:
        """Say goodbye and close."""
        ...

    async def vanish(self) -> None:
        """Break off without a goodbye, as a device out of power does."""
        ...


class LiveEvents(Protocol):
    """Watching what happens."""

    async def connect(
        self,
        session: Session,
        device: str,
        since: str | None = None,
        posing_as: Account | None = None,
        *,
        browser: bool = False,
    ) -> LiveConnection:
        """Open a connection; with `since`, the events after that id come first.

        `device` is only a name for the wire log. With `posing_as`, the request names another customer wherever a
        careless backend might believe it. With `browser`, it proves the session as pages in a browser do.
        """
        ...
