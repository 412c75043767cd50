"""A customer of another company who takes part in no scenario, and whom no event may reach."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

from support.actors.customer import BROWSER, Customer
from support.actors.people import People
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.sight import Sight
from support.drivers.contract.types import Kept, NewThread
from support.snapshots.diff import expect_same
from support.snapshots.owners_view import seen_by


class Bystander:
    """Watches from an open device, with an own conversation and details, while a stack is up.

    Where the target has no live events, or the suite cannot see what is stored, the bystander also reads again what
    they own.
    """

    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self._seen = 0
        self._own: dict[str, Kept] = {}

    @classmethod
    async def arrive(cls, driver: Driver, wait_seconds: float) -> Bystander:
        """Enrol the bystander, and open their device; their own events have arrived, or are not sent to it.

        Raises:
            PromiseBroken: the product does not let them.
        """
        people = People(driver, "bystander", wait_seconds)
        async with AsyncExitStack() as failed:
            failed.push_async_callback(people.leave)
            [customer] = await people.enrol_group(1, "enterprise")
            details = {"secret": "bystander"} if driver.metadata else None
            await customer.start(NewThread(title="Nobody else's business", metadata=details))
            await people.settle()
            bystander = cls(customer)
            await bystander.come_back()
            bystander._seen = len(customer.device(BROWSER).arrivals)
            if driver.durable is None:
                bystander._own = await seen_by(driver, [customer.session])
            failed.pop_all()
        return bystander

    async def expect_undisturbed(self, sight: Sight) -> None:
        """Nothing has arrived since the last call, and nothing has changed; `sight` counts what could not be checked.

        Raises:
            PromiseBroken: something has.
        """
        driver = self._customer.driver
        if driver.live is None:
            sight.miss("the device of another company")
        else:
            await self._expect_nothing_new()
        if driver.durable is None:
            sight.miss("the stored data of everybody else")
            now = await seen_by(driver, [self._customer.session])
            expect_same("what another company has", self._own, now, time.time())

    async def _expect_nothing_new(self) -> None:
        device = self._customer.device(BROWSER)
        await device.settle()
        fresh = device.arrivals[self._seen :]
        self._seen = len(device.arrivals)
        if fresh:
            told = ", ".join(f"{arrival.event.kind} {arrival.event.title or ''}".strip() for arrival in fresh)
            raise PromiseBroken(
                Code.BYSTANDER_REACHED, f"expected nothing on the device of another company, got: {told}"
            )

    async def come_back(self) -> None:
        """Open the device again; what was sent meanwhile is caught up."""
        await self._customer.open_browser()

    async def leave(self) -> None:
        """Close the device."""
        await self._customer.leave()
        await self._customer.driver.close()
