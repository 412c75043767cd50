"""The kinds of backend that have a driver. A new kind is a new entry here, and a profile that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Target
from support.observation.wire import WireLog


class Connections(Protocol):
    """Connections to one target, shared by the drivers of all scenarios that are played against it."""

    def driver(self, wire: WireLog) -> Driver:
        """A driver for one scenario, which records its requests and events in the scenario's wire log."""
        ...

    async def close(self) -> None:
        """Release all connections."""
        ...


def _embedded(target: Target) -> Connections:
    from support.drivers.embedded import EmbeddedConnections  # with clients that only a played scenario needs

    return EmbeddedConnections(target)


DRIVERS: dict[str, Callable[[Target], Connections]] = {"embedded": _embedded}
