"""Whether a device can go on from any event that it has received."""

from __future__ import annotations

from collections.abc import Callable, Collection

from support.actors.device import Device
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Event, EventKind

FEWEST = 3


async def expect_catch_up_from_each(device: Device, erased: Collection[str]) -> None:
    """From each event that the device received, another one that opens gets all later ones, each once and in order.

    So does one that opens with what the device knew before its first event. Of the threads with the ids `erased` only
    the event that tells of the erasure is left. Every second device asks for what it missed once it is connected, the
    others as they connect.

    Raises:
        PromiseBroken: an event is missing, comes twice, or comes out of order.
        EnvironmentFailed: the device received too few events to show anything.
    """
    events = [arrival.event for arrival in device.arrivals]
    if len(events) < FEWEST:
        raise EnvironmentFailed(f"expected {FEWEST} events or more on {device.name}, got {len(events)}")
    for number, last in enumerate([device.first_since, *(event.id for event in events)]):
        expected = [one for one in events[number:] if _is_kept(one, erased)]
        name = f"{device.name}, {number}"
        spare = Device(name, device.driver, device.session, device.wait_seconds, device.settle_product)
        await spare.open(since=last, asks_later=number % 2 == 1)
        try:
            await spare.wait_until(_has(spare, len(expected)), f"{len(expected)} events after event {number}")
            await spare.settle()
        finally:
            await spare.close()
        got = [arrival.event for arrival in spare.arrivals]
        if got != expected:
            raise PromiseBroken(
                Code.EVENT_DIFFERS,
                f"{device.name}: expected {_listed(expected)} after event {number}, got {_listed(got)}",
            )


def _has(device: Device, count: int) -> Callable[[], bool]:
    return lambda: len(device.arrivals) >= count


def _is_kept(event: Event, erased: Collection[str]) -> bool:
    return event.thread_id not in erased or event.kind is EventKind.THREAD_DELETED


def _listed(events: list[Event]) -> str:
    return ", ".join(f"{event.kind} ({event.id})" for event in events) or "nothing"
