"""A customer of another company who takes part in no scenario, and whom no event may reach."""

from __future__ import annotations

from contextlib import AsyncExitStack

from support.actors.customer import Customer
from support.actors.people import People
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import NewThread


class Bystander:
    """Watches from an open device, with an own conversation and details, while a stack is up."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self._device = customer.device("laptop")
        self._seen = 0

    @classmethod
    async def arrive(cls, driver: Driver, wait_seconds: float) -> Bystander:
        """Enrol the bystander, and open their device once their own events have arrived.

        Raises:
            PromiseBroken: the product does not let them.
        """
        people = People(driver, "bystander", wait_seconds)
        async with AsyncExitStack() as failed:
            failed.push_async_callback(people.leave)
            [customer] = await people.enrol_group(1, "enterprise")
            await customer.start(NewThread(title="Nobody else's business", metadata={"secret": "bystander"}))
            await driver.durable.settle(wait_seconds)
            bystander = cls(customer)
            await bystander._device.open()
            failed.pop_all()
        return bystander

    async def expect_undisturbed(self) -> None:
        """Nothing has arrived since the last call."""
        await self._device.settle()
        fresh = self._device.arrivals[self._seen :]
        self._seen = len(self._device.arrivals)
        if fresh:
            told = ", ".join(f"{arrival.event.kind} {arrival.event.title or ''}".strip() for arrival in fresh)
            raise PromiseBroken(
                Code.BYSTANDER_REACHED, f"expected nothing on the device of another company, got: {told}"
            )

    async def come_back(self) -> None:
        """Open the device again; what was sent meanwhile is caught up."""
        await self._device.open()

    async def leave(self) -> None:
        """Close the device."""
        await self._device.close()
        await self._customer.driver.close()
