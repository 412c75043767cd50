"""The kinds of backend that have a driver.

A new kind is a new entry here, or a function in a module of your own; a profile names it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from support.core.failure import BadInput
from support.core.hints import nearest
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Target
from support.observation.wire import WireLog


class Connections(Protocol):
    """Connections to one target, shared by the drivers of all scenarios that are played against it."""

    def driver(self, wire: WireLog) -> Driver:
        """A driver for one scenario, which records its requests and events in the scenario's wire log.

        This connects to nothing yet.
        """
        ...

    async def close(self) -> None:
        """Release all connections."""
        ...


Connect = Callable[[Target], Connections]


def _embedded(target: Target) -> Connections:
    from support.drivers.embedded import EmbeddedConnections  # with clients that only a played scenario needs

    return EmbeddedConnections(target)


DRIVERS: dict[str, Connect] = {"embedded": _embedded}


def kind(name: str) -> Connect:
    """The kind of this name, such as `embedded`, or the function that `my_package.my_driver:connect` names.

    Raises:
        BadInput: there is none.
    """
    if name in DRIVERS:
        return DRIVERS[name]
    module, _, function = name.partition(":")
    if not function:
        raise BadInput(
            f"there is no driver {name!r}{nearest(name, DRIVERS)}; "
            f"give one of {', '.join(DRIVERS)}, or your own as module:function"
        )
    try:
        found: Any = getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"the driver {name!r} cannot be used: {error}") from None
    return found
