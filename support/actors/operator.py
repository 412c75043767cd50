"""The operator, who runs the product, and outages for scenarios."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from support.core.failure import EnvironmentFailed
from support.drivers.contract.driver import Driver
from support.drivers.contract.operation import Outages
from support.drivers.contract.types import Account, Write


class Operator:
    """Enrols customers, and makes parts of the product fail. `restart` restarts the product, where the suite can."""

    def __init__(self, driver: Driver, restart: Callable[[], Awaitable[None]] | None) -> None:
        self._driver = driver
        self._restart = restart
        self._outages = AsyncExitStack()

    @property
    def _failures(self) -> Outages:
        return self._driver.sight.need(self._driver.outages, "outages")

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer; the account comes back with its id."""
        return await self._driver.identities.enrol(account)

    async def refuse(self, accounts: Sequence[Account], write: Write, *, once: bool) -> None:
        """From now on the database refuses a kind of writes for these customers, or only the first one."""
        await self._outages.enter_async_context(self._failures.refusing(accounts, write, once=once))

    async def drop_connections(self) -> None:
        """Let the database end every connection of the product."""
        await self._failures.drop_connections()

    async def restart_product(self) -> None:
        """Kill every process of the product without warning, and start it again.

        Raises:
            EnvironmentFailed: other scenarios share it, or the suite did not start it.
        """
        _ = self._failures
        if self._restart is None:
            raise EnvironmentFailed(
                "expected a product that this scenario has to itself, got a shared one: tag the scenario @disruptive"
            )
        await self._restart()

    async def end_outages(self) -> None:
        """End every outage."""
        await self._outages.aclose()
