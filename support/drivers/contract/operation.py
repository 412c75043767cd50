"""The groups of a driver for the operation of a target: its figures, its outages, and its model.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from support.drivers.contract.types import Account, Write


class Operator(Protocol):
    """Observations of a person who runs the product."""

    async def ready(self) -> bool:
        """Whether the backend says that it can serve customers."""
        ...

    async def figures(self) -> dict[str, float]:
        """The backend's own figures, by name and labels."""
        ...


class Outages(Protocol):
    """Failures that the suite makes. Where a target has them, the suite may also restart it, if it started it."""

    async def drop_connections(self) -> None:
        """Let PostgreSQL end every connection of the backend, as a failover does."""
        ...

    def refusing(
        self, accounts: Sequence[Account], write: Write, *, once: bool = False
    ) -> AbstractAsyncContextManager[None]:
        """While open, the database refuses to write for these customers, and only for these; perhaps only once.

        It refuses in words of its own, which nobody may ever read.

        Raises:
            EnvironmentFailed: on closing, if the backend has not tried to write, so that nothing was refused.
        """
        ...


class ScriptedModel(Protocol):
    """The model behind the agents, where it is the suite's scripted model service."""

    def markers(self, account: Account) -> tuple[str, ...]:
        """Texts by which the model service recognises requests for this customer."""
        ...
