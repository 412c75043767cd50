"""Makers for events: which devices receive them, how often, in which order, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.faults.makers.functions import change_result, instead, repeat, skip, watch
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

Concerned = Callable[[Any], bool]


def of_type(kind: str) -> Concerned:
    """The condition that an event is of a type, such as `thread_deleted`."""
    return lambda event: event.type == kind


def every_event(_event: Any) -> bool:
    """The condition that holds for each event."""
    return True


def drop_events(patch: Patch, concerned: Concerned = every_event) -> None:
    """Let no device receive the events that are concerned."""
    skip(patch, Seam.DELIVER_EVENT, when=lambda call: concerned(call.event))


def duplicate_events(patch: Patch, concerned: Concerned = every_event) -> None:
    """Let each device receive the events that are concerned twice."""
    repeat(patch, Seam.SEND_TO_DEVICE, when=lambda call: concerned(call.event))


def tell_one_device(patch: Patch, *, newest: bool = False, concerned: Concerned = every_event) -> None:
    """Let only the device of a customer that was opened first, or last, receive the events that are concerned."""
    chosen: dict[Any, Any] = {}

    def joined(_result: Any, call: Call) -> None:
        customer_id = call.socket.identity.customer_id
        chosen[customer_id] = call.socket if newest else chosen.get(customer_id, call.socket)

    watch(patch, Seam.DEVICE_JOINS, joined)
    change_result(
        patch,
        Seam.CHOOSE_DEVICES,
        lambda devices, call: [one for one in devices if one is chosen[call.event.customer_id]],
        when=lambda call: concerned(call.event),
    )


def drop_changes(patch: Patch, concerned: Callable[[dict[str, Any]], bool]) -> None:
    """Store a change without its event, where the event's data are concerned."""
    skip(patch, Seam.ENQUEUE_EVENT, when=lambda call: concerned(call.data))


def agents_work_on(patch: Patch, *, counts: bool) -> None:
    """Let runs go on that were cancelled, or whose thread was deleted."""
    for seam in (Seam.STOP_RUN, Seam.RENEW_LEASES):
        patch.replace(seam, counts=counts)(lambda _call: None)


def drop_announcements(patch: Patch, kind: str) -> None:
    """Let devices receive no event of that kind of a run, such as `agent_cancelled`."""
    instead(patch, Seam.ANNOUNCE_RUN, lambda _call: None, when=lambda call: call.kind == kind)
