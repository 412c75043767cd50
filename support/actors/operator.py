"""Whoever runs the product."""

from __future__ import annotations

from contextlib import AsyncExitStack

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account


class Operator:
    """Enrols customers, and can make a part of the product fail for one of them."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
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

    async def end_troubles(self) -> None:
        """Put right whatever was made to fail."""
        await self._troubles.aclose()
