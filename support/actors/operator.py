"""Whoever runs the product."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from support.core.failure import EnvironmentFailed
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account


class Operator:
    """Enrols customers, and makes parts of the product fail. `restart` restarts the product, where the suite can."""

    def __init__(self, driver: Driver, restart: Callable[[], Awaitable[None]] | None) -> None:
        self._driver = driver
        self._restart = restart
        self._troubles = AsyncExitStack()

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer; the account comes back with its id."""
        return await self._driver.identities.enrol(account)

    async def refuse_messages_of(self, account: Account) -> None:
        """From now on no message of this customer can be stored."""
        await self._troubles.enter_async_context(self._driver.operations.refusing_messages(account))

    async def drop_connections(self) -> None:
        """Let the database end every connection of the product."""
        await self._driver.operations.drop_connections()

    async def restart_product(self) -> None:
        """Kill every process of the product without warning, and start it again.

        Raises:
            EnvironmentFailed: the suite did not start it.
        """
        if self._restart is None:
            raise EnvironmentFailed(
                "expected a product that the suite has started, got another: it cannot be restarted"
            )
        await self._restart()

    async def end_troubles(self) -> None:
        """Put right whatever was made to fail."""
        await self._troubles.aclose()
