"""The group of a driver that gives the description which a backend publishes of its surface.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Description:
    """A backend's documents: OpenAPI 3 for requests, AsyncAPI 3 for its socket.

    `exempt` has the parts that no scenario exercises, each by its name with the reason.
    """

    openapi: Mapping[str, Any]
    asyncapi: Mapping[str, Any]
    exempt: Mapping[str, str]


class Described(Protocol):
    """A backend that describes itself."""

    async def description(self) -> Description:
        """What it publishes."""
        ...
