"""Faults in what devices are told."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam

APPEARS = "A new conversation appears on its owner's open phone"
POSING = "Posing as somebody else shows nothing of theirs"
ALL_DEVICES = "A new conversation appears on all open devices"
GONE = "A device that has gone holds up nobody"
AWAY = "A device that was away catches up"
ON_PHONE = 'her phone announces "Boxes for spring" exactly once'
IN_ORDER = "her phone has announced exactly these conversations"
BYSTANDER = "nothing has reached the bystander"


@fault(Red(APPEARS, ON_PHONE, "did not come"), Red(ALL_DEVICES, ON_PHONE, "did not come"))
def events_not_sent(patch: Patch) -> None:
    """What happens is saved and never announced."""

    @patch.replace(Seam.DELIVER_EVENT)
    def deliver(_original: Any, *_arguments: Any) -> None:
        return None


@fault(
    Red(APPEARS, ON_PHONE, "announced 'Boxes for spring' 2 times"),
    Red(
        "A failure half-way leaves nothing behind",
        "her phone has announced this conversation and no other",
        "were to be announced",
    ),
)
def events_sent_twice(patch: Patch) -> None:
    """Every announcement comes twice."""

    @patch.replace(Seam.SEND_TO_DEVICE)
    async def pass_on(original: Any, socket: Any, event: Any) -> None:
        await original(socket, event)
        await original(socket, event)


@fault(Red(APPEARS, ON_PHONE, "did not come"))
def events_without_title(patch: Patch) -> None:
    """An announcement does not say what it announces."""

    @patch.replace(Seam.ENQUEUE_EVENT)
    async def enqueue(original: Any, connection: Any, customer_id: Any, kind: str, thread_id: Any, data: Any) -> None:
        await original(connection, customer_id, kind, thread_id, {n: v for n, v in data.items() if n != "title"})


@fault(
    Red(APPEARS, "Sam's laptop has announced nothing", "was told of what does not concern it"),
    Red(ALL_DEVICES, BYSTANDER, "a bystander of another company was told"),
)
def events_sent_to_everybody(patch: Patch) -> None:
    """Whoever has a device open is told of everything."""

    @patch.replace(Seam.DELIVER_EVENT)
    def deliver(_original: Any, hub: Any, event: Any) -> None:
        for socket in hub.sockets():
            seams.send_soon(socket, event)


@fault(Red(APPEARS, "her phone could show it the moment it was announced", "assert Refused"))
def events_sent_before_the_commit(patch: Patch) -> None:
    """A conversation is announced a moment before it is there."""
    seen = SimpleNamespace(log=None)

    @patch.replace(Seam.OPEN_EVENT_LOG, counts=False)
    def remember(original: Any, log: Any, *arguments: Any) -> None:
        original(log, *arguments)
        seen.log = log

    @patch.replace(Seam.ENQUEUE_EVENT)
    async def enqueue(original: Any, connection: Any, customer_id: Any, kind: str, thread_id: Any, data: Any) -> None:
        await original(connection, customer_id, kind, thread_id, data)
        row = await connection.fetchrow(
            "SELECT id AS customer_id, last_event AS sequence, $2::text AS type, $3::uuid AS thread_id, "
            "$4::jsonb AS data, clock_timestamp() AS created_at, "
            "NULL::uuid AS run_id, NULL::integer AS run_sequence FROM customers WHERE id = $1",
            customer_id,
            kind,
            thread_id,
            data,
        )
        await seen.log.publish(customer_id, [seams.event_from(row)])
        await asyncio.sleep(0.3)


@fault(Red(POSING, 'Sam\'s laptop announces "My own affairs" exactly once', "did not come"))
def identity_taken_from_the_address(patch: Patch) -> None:
    """Whoever names a customer in the address is taken for that customer."""

    @patch.replace(Seam.IDENTIFY)
    async def read(original: Any, connection: Any, *arguments: Any) -> Any:
        found = await original(connection, *arguments)
        named = connection.query_params.get("customer_id")
        return dataclasses.replace(found, customer_id=UUID(named)) if named else found

    @patch.replace(Seam.SESSION_IS_LIVE, counts=False)
    async def is_live(_original: Any, *_arguments: Any) -> bool:
        return True


@fault(Red(POSING, "Sam's laptop announces nothing else", "was told of what does not concern it"))
def named_customer_is_listened_to_as_well(patch: Patch) -> None:
    """Whoever names a customer in the address hears that customer's events on top of their own."""
    listeners: dict[str, list[Any]] = {}

    @patch.replace(Seam.OPEN_DEVICE, counts=False)
    def remember(original: Any, socket: Any, websocket: Any, *arguments: Any) -> None:
        original(socket, websocket, *arguments)
        listeners.setdefault(websocket.query_params.get("customer_id", ""), []).append(socket)

    @patch.replace(Seam.DELIVER_EVENT)
    def deliver(original: Any, hub: Any, event: Any) -> None:
        original(hub, event)
        for socket in listeners.get(str(event.customer_id), []):
            seams.send_soon(socket, event)


@fault(Red(ALL_DEVICES, ON_PHONE, "did not come"))
def only_the_newest_device_is_told(patch: Patch) -> None:
    """Opening a second device silences the first."""
    newest: dict[Any, Any] = {}

    @patch.replace(Seam.DEVICE_JOINS, counts=False)
    def join(original: Any, hub: Any, socket: Any) -> None:
        original(hub, socket)
        newest[socket.identity.customer_id] = socket

    @patch.replace(Seam.CHOOSE_DEVICES)
    def sockets_for(original: Any, hub: Any, event: Any) -> Any:
        return [socket for socket in original(hub, event) if socket is newest[event.customer_id]]


@fault(Red(ALL_DEVICES, 'her laptop announces "Boxes for spring" exactly once', "did not come"))
def only_the_first_device_is_told(patch: Patch) -> None:
    """As long as one device is open, no other is told anything."""
    first: dict[Any, Any] = {}

    @patch.replace(Seam.DEVICE_JOINS, counts=False)
    def join(original: Any, hub: Any, socket: Any) -> None:
        original(hub, socket)
        first.setdefault(socket.identity.customer_id, socket)

    @patch.replace(Seam.CHOOSE_DEVICES)
    def sockets_for(original: Any, hub: Any, event: Any) -> Any:
        return [socket for socket in original(hub, event) if socket is first[event.customer_id]]


@fault(Red(GONE, 'her laptop announces "Boxes for spring" within 1 second', "did not come within 1.0 s"))
def gone_devices_hold_up_the_others(patch: Patch) -> None:
    """Every announcement waits for devices that have gone."""
    gone: list[Any] = []

    @patch.replace(Seam.DEVICE_LEAVES, counts=False)
    def leave(original: Any, hub: Any, socket: Any) -> None:
        original(hub, socket)
        gone.append(socket)

    @patch.replace(Seam.DELIVER_EVENT)
    def deliver(original: Any, hub: Any, event: Any) -> None:
        time.sleep(1.1 if gone else 0)
        original(hub, event)


@fault(Red(GONE, 'her laptop announces "Boxes for spring" within 1 second', "did not come"))
def closing_one_device_silences_all(patch: Patch) -> None:
    """When one device is closed its owner's other devices hear nothing more."""

    @patch.replace(Seam.DEVICE_LEAVES)
    def leave(_original: Any, hub: Any, socket: Any) -> None:
        seams.forget_devices(hub, socket.identity.customer_id)


@fault(Red(AWAY, IN_ORDER, "did not come"))
def nothing_is_caught_up(patch: Patch) -> None:
    """A device that was away is told only of what happens from then on."""

    @patch.replace(Seam.RESUME)
    async def resume(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(AWAY, IN_ORDER, "where ['Seen before leaving'"))
def everything_is_told_again(patch: Patch) -> None:
    """A device that was away is told everything again from the beginning."""

    @patch.replace(Seam.RESUME)
    async def resume(original: Any, socket: Any, _last_event_id: int) -> None:
        await original(socket, 0)


@fault(Red(AWAY, IN_ORDER, "the announcement of 'First while away' did not come"))
def the_first_event_missed_is_left_out(patch: Patch) -> None:
    """Catching up begins one event too late."""

    @patch.replace(Seam.RESUME)
    async def resume(original: Any, socket: Any, last_event_id: int) -> None:
        await original(socket, last_event_id + 1)


@fault(Red(AWAY, IN_ORDER, "'Second while away', 'First while away'"))
def missed_events_come_backwards(patch: Patch) -> None:
    """What was missed is told with the latest first."""

    @patch.replace(Seam.READ_EVENTS)
    async def between(original: Any, *arguments: Any) -> Any:
        return list(reversed(await original(*arguments)))


@fault(Red(GONE, "her tablet has announced nothing", "was told of what does not concern it"))
def devices_are_greeted_with_strange_news(patch: Patch) -> None:
    """Whatever device is opened, it is first told of a conversation that its owner does not have."""

    @patch.replace(Seam.GREET_DEVICE)
    async def greet(original: Any, socket: Any) -> None:
        await original(socket)
        strange = {
            "id": "0",
            "type": "thread_created",
            "sequence": 0,
            "thread_id": None,
            "run_id": None,
            "data": {"title": "Strange"},
        }
        await seams.send_now(socket, strange)
