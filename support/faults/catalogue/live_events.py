"""Faults in the events that open devices receive."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.events import drop_events, duplicate_events, tell_one_device
from support.faults.makers.functions import before, change_call, change_result, instead, reverse, skip, watch
from support.faults.makers.requests import take_owner_from
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-07.1", "TL-03.1", at="devices:received", code=Code.EVENT_MISSING))
def events_are_not_sent(patch: Patch) -> None:
    """The product stores changes and tells no device about them."""
    drop_events(patch)


@fault(breaks("TL-03.1", "TL-06.1", "TL-23.1", at="devices:received", code=Code.EVENT_TWICE))
def events_are_sent_twice(patch: Patch) -> None:
    """Devices receive each event twice."""
    duplicate_events(patch)


@fault(breaks("TL-03.1", at="devices:received", code=Code.EVENT_DIFFERS))
def events_have_no_title(patch: Patch) -> None:
    """An event does not say what its conversation is called."""
    change_call(patch, Seam.ENQUEUE_EVENT, data=lambda data: {**data, "title": ""} if "title" in data else data)


@fault(
    breaks("TL-03.1", at="devices:received", code=Code.EVENT_UNEXPECTED),
    breaks("TL-07.1", at="devices:received", code=Code.EVENT_TWICE),
)
def events_are_sent_to_everybody(patch: Patch) -> None:
    """The open devices of all customers receive all events."""

    def send(call: Call) -> None:
        for socket in seams.devices_of(call.self):
            seams.send_soon(socket, call.event)

    instead(patch, Seam.DELIVER_EVENT, send)


@fault(breaks("TL-03.1", at="devices:received", code=Code.EVENT_TOO_EARLY))
def events_are_sent_before_the_commit(patch: Patch) -> None:
    """Devices receive the event of a new conversation a moment before the conversation is stored."""
    logs: list[Any] = []
    watch(patch, Seam.OPEN_EVENT_LOG, lambda _result, call: logs.append(call.self))
    query = (
        "SELECT id AS customer_id, last_event AS sequence, $2::text AS type, $3::uuid AS thread_id, $4::jsonb AS data,"
        " clock_timestamp() AS created_at, NULL::uuid AS run_id, NULL::integer AS run_sequence"
        " FROM customers WHERE id = $1"
    )

    async def send(_result: Any, call: Call) -> None:
        row = await call.connection.fetchrow(query, call.customer_id, call.kind, call.thread_id, call.data)
        await logs[-1].publish(call.customer_id, [seams.event_from(row)])
        await asyncio.sleep(0.3)

    change_result(patch, Seam.ENQUEUE_EVENT, send)


@fault(breaks("TL-03.2", at="devices:received", code=Code.EVENT_DIFFERS))
def identity_is_taken_from_the_address(patch: Patch) -> None:
    """A device receives the events of the customer that its address names."""
    take_owner_from(patch, lambda connection: connection.query_params.get("customer_id"))
    instead(patch, Seam.SESSION_IS_LIVE, lambda _call: True)


@fault(breaks("TL-03.2", at="devices:received", code=Code.EVENT_UNEXPECTED))
def named_customers_events_come_too(patch: Patch) -> None:
    """A device also receives the events of the customer that its address names."""
    listeners: dict[str, list[Any]] = {}

    def opened(_result: Any, call: Call) -> None:
        listeners.setdefault(call.websocket.query_params.get("customer_id", ""), []).append(call.self)

    def send(_result: Any, call: Call) -> None:
        for socket in listeners.get(str(call.event.customer_id), []):
            seams.send_soon(socket, call.event)

    watch(patch, Seam.OPEN_DEVICE, opened)
    change_result(patch, Seam.DELIVER_EVENT, send)


@fault(breaks("TL-03.1", at="devices:received_nothing", code=Code.EVENT_UNEXPECTED), one_process=True)
def the_next_device_receives_events_too(patch: Patch) -> None:
    """An event also reaches the device that was opened next, no matter whose it is."""

    def send(result: Any, call: Call) -> Any:
        for device, following in pairwise(seams.devices_of(call.self)):
            if device.identity.customer_id == call.event.customer_id:
                seams.send_soon(following, call.event)
        return result

    change_result(patch, Seam.DELIVER_EVENT, send)


@fault(breaks("TL-07.1", at="devices:received", code=Code.EVENT_MISSING), one_process=True)
def only_the_newest_device_receives_events(patch: Patch) -> None:
    """When a customer opens a second device, the first receives nothing more."""
    tell_one_device(patch, newest=True)


@fault(breaks("TL-07.1", "TL-14.1", "TL-23.1", at="devices:received", code=Code.EVENT_MISSING), one_process=True)
def only_the_first_device_receives_events(patch: Patch) -> None:
    """While one device of a customer is open, no other receives anything."""
    tell_one_device(patch)


@fault(breaks("TL-07.2", at="devices:received", code=Code.EVENT_LATE))
def lost_devices_delay_the_others(patch: Patch) -> None:
    """Each event waits for devices that are no longer there."""
    gone: list[Any] = []
    watch(patch, Seam.DEVICE_LEAVES, lambda _result, call: gone.append(call.socket))
    before(patch, Seam.DELIVER_EVENT, lambda _call: time.sleep(1.1), when=lambda _call: bool(gone))


@fault(breaks("TL-07.2", at="devices:received", code=Code.EVENT_MISSING))
def closing_one_device_silences_all(patch: Patch) -> None:
    """When a customer closes one device, the others receive nothing more."""
    instead(patch, Seam.DEVICE_LEAVES, lambda call: seams.forget_devices(call.self, call.socket.identity.customer_id))


@fault(breaks("TL-07.3", at="devices:received", code=Code.EVENT_MISSING))
def missed_events_are_lost(patch: Patch) -> None:
    """A device that was away receives only new events."""
    skip(patch, Seam.RESUME)


@fault(breaks("TL-07.3", at="devices:received", code=Code.EVENT_TWICE))
def all_events_come_again(patch: Patch) -> None:
    """A device that was away receives all events again from the beginning."""
    change_call(patch, Seam.RESUME, last_event_id=lambda _id: 0)


@fault(breaks("TL-07.3", at="devices:received", code=Code.EVENT_MISSING))
def first_missed_event_is_left_out(patch: Patch) -> None:
    """A device that was away does not receive the first event that it missed."""
    change_call(patch, Seam.RESUME, last_event_id=lambda last: last + 1)


@fault(breaks("TL-07.3", at="devices:received", code=Code.EVENT_ORDER))
def missed_events_come_backwards(patch: Patch) -> None:
    """A device that was away receives the latest event first."""
    reverse(patch, Seam.READ_EVENTS)


@fault(breaks("TL-07.2", at="devices:received", code=Code.EVENT_UNEXPECTED))
def devices_first_receive_a_strange_event(patch: Patch) -> None:
    """Each device that opens first receives the event of a conversation that its owner does not have."""
    data = {"id": "Strange"}
    event = {"id": "0", "type": "thread_deleted", "sequence": 0, "thread_id": None, "run_id": None, "data": data}
    change_result(patch, Seam.GREET_DEVICE, lambda _result, call: seams.send_now(call.self, event))


@fault(breaks("TL-07.4", at="devices:received", code=Code.EVENT_MISSING))
def only_the_last_ten_missed_events_come(patch: Patch) -> None:
    """A device that was away receives at most ten of the events that it missed."""
    change_result(patch, Seam.READ_EVENTS, lambda found, _call: found[-10:])


@fault(breaks("TL-07.4", at="devices:received", code=Code.EVENT_MISSING))
def devices_without_events_catch_up_on_nothing(patch: Patch) -> None:
    """A device that has never received an event receives only new ones."""
    skip(patch, Seam.RESUME, when=lambda call: call.last_event_id == 0)


@fault(breaks("TL-07.4", at="devices:received", code=Code.EVENT_MISSING))
def work_of_agents_is_not_caught_up(patch: Patch) -> None:
    """A device that was away is not told what agents did meanwhile."""

    def without_agents(found: list[Any], _call: Call) -> list[Any]:
        return [event for event in found if not event.type.startswith("agent_")]

    change_result(patch, Seam.READ_EVENTS, without_agents)
