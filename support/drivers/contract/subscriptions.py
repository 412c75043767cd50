"""The group of a driver for devices that follow some threads only.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.live import LiveConnection


class Subscriptions(Protocol):
    """Choosing the threads of a device. One that has chosen none, or no longer any, gets the events of all.

    Somebody must wait for the events of the connection meanwhile, with `LiveConnection.receive`.
    """

    async def subscribe(self, connection: LiveConnection, thread_id: str) -> None:
        """From the answer on, the device gets only events of the threads subscribed to, and those of no thread."""
        ...

    async def unsubscribe(self, connection: LiveConnection, thread_id: str) -> None:
        """From the answer on, the device gets no events of this thread, unless it follows no other."""
        ...
