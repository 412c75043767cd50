"""Devices that go on from any event, and devices that the product disconnects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.actors.catching_up import expect_catch_up_from_each
from support.actors.customer import Customer
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Event, EventKind, NewThread
from support.tests.actors.fake_product import FakeProduct, mia

Log = Callable[[list[Event]], list[Event]]


async def with_events(product: FakeProduct, count: int) -> Customer:
    """Mia, whose phone has received the start of some conversations."""
    customer = await mia(product)
    phone = customer.device("phone")
    phone.wait_seconds = 0.05
    await phone.open()
    for number in range(count):
        await customer.start(NewThread(f"Boxes {number}"))
    await phone.wait_until(lambda: len(phone.arrivals) == count, f"{count} events")
    return customer


KEPT: list[tuple[Log, Code | None]] = [
    (lambda log: log, None),
    (lambda log: log[:-1], Code.EVENT_MISSING),
    (lambda log: [*log[:2], *log[3:]], Code.EVENT_MISSING),
    (lambda log: [*log, log[-1]], Code.EVENT_DIFFERS),
    (lambda log: [*log[:2], log[3], log[2]], Code.EVENT_DIFFERS),
    (lambda log: [*log[:3], replace(log[3], title="Bags")], Code.EVENT_DIFFERS),
]
"""What the product keeps of its events, and the code that tells of it."""


@pytest.mark.parametrize(("kept", "code"), KEPT)
def test_from_each_event_all_later_ones_come_once_and_in_order(kept: Log, code: Code | None) -> None:
    async def compare() -> Code | None:
        product = FakeProduct()
        customer = await with_events(product, 4)
        product.log[customer.account.id] = kept(product.log[customer.account.id])
        try:
            await expect_catch_up_from_each(customer.device("phone"), ())
        except PromiseBroken as broken:
            return broken.code
        finally:
            await customer.leave()
        return None

    assert asyncio.run(compare()) is code


def test_of_an_erased_thread_only_the_erasure_is_left() -> None:
    async def compare() -> None:
        product = FakeProduct()
        customer = await with_events(product, 4)
        phone, log = customer.device("phone"), product.log[customer.account.id]
        erased = log[1].thread_id or ""
        deletion = replace(log[3], id="5", sequence=5, kind=EventKind.THREAD_DELETED, thread_id=erased)
        product.open[-1].coming.put_nowait(deletion)
        await phone.wait_until(lambda: len(phone.arrivals) == 5, "the erasure")
        product.log[customer.account.id] = [one for one in (*log, deletion) if one is not log[1]]
        await expect_catch_up_from_each(phone, (erased,))
        await customer.leave()

    asyncio.run(compare())


def test_a_device_with_hardly_an_event_shows_nothing() -> None:
    async def compare() -> None:
        customer = await with_events(FakeProduct(), 2)
        await expect_catch_up_from_each(customer.device("phone"), ())

    with pytest.raises(EnvironmentFailed, match="expected 3 events or more on Mia's phone, got 2"):
        asyncio.run(compare())


@pytest.mark.parametrize(("is_ended", "code"), [(True, None), (False, Code.CONNECTION_KEPT)])
def test_a_disconnected_device_is_closed(*, is_ended: bool, code: Code | None) -> None:
    async def compare() -> Code | None:
        product = FakeProduct()
        customer = await with_events(product, 1)
        phone = customer.device("phone")
        if is_ended:
            product.open[-1].coming.put_nowait(None)
        try:
            await phone.expect_closed()
        except PromiseBroken as broken:
            return broken.code
        finally:
            await customer.leave()
        assert not phone.is_open
        return None

    assert asyncio.run(compare()) is code


def test_a_device_that_was_never_open_is_no_broken_promise() -> None:
    async def compare() -> None:
        await (await mia(FakeProduct())).device("phone").expect_closed()

    with pytest.raises(EnvironmentFailed, match="expected Mia's phone to be open"):
        asyncio.run(compare())
