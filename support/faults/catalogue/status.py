"""Faults in the status of conversations, and in the events about it."""

from __future__ import annotations

import json

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, instead, refuse_without_reason, repeat, skip
from support.faults.makers.requests import EVENT, THREAD, sql_when_refused
from support.faults.makers.storage import keep_in_memory, sql_after
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-09.1[completed]", "TL-13.1[active, archived]", at="threads:has", code=Code.STATUS_SHOWN))
def status_is_confirmed_and_not_stored(patch: Patch) -> None:
    """A new status is shown once and never stored."""
    sql_after(patch, Seam.SAVE_CHANGES, "UPDATE threads SET status = 'active' WHERE id = :thread_id")


@fault(
    breaks("TL-09.1[completed]", "TL-09.1[archived]", at="threads:has", code=Code.STATUS_LISTED),
    breaks(
        "TL-19.1[a detail]",
        "TL-19.1[a status and a detail]",
        "TL-19.1[a status]",
        "TL-19.1[everything at once]",
        "TL-19.1[something that is not there]",
        "TL-19.1[words and a status]",
        at="lists:finds_exactly",
        code=Code.LIST_FOREIGN,
    ),
)
def status_filter_is_ignored(patch: Patch) -> None:
    """A list of one status shows conversations of all."""
    skip(patch, Seam.FILTER_STATUS)


@fault(breaks("TL-09.1[archived]", at="threads:has", code=Code.STATUS_LISTED))
def archived_threads_are_in_no_list(patch: Patch) -> None:
    """An archived conversation is in no list at all."""
    change_result(patch, Seam.FILTER_STATUS, lambda _result, call: call.query.where("status <> 'archived'"))


@fault(breaks("TL-09.2", "TL-13.1[archived, active]", at="threads:has", code=Code.STATUS_STORED), one_process=True)
def active_again_in_memory_only(patch: Patch) -> None:
    """A conversation that is made active again is shown so, and stays archived in the database."""
    active = keep_in_memory(patch, "status", when=lambda call: call.values["status"] == "active")

    def filter_status(call: Call) -> None:
        if call.filters.status == "active":
            call.query.where("(status = 'active' OR id = ANY({0}))", list(active))
        else:
            call.go()
            call.query.where("id <> ALL({0})", list(active))

    patch.replace(Seam.FILTER_STATUS, counts=False)(filter_status)


@fault(breaks("TL-13.2", at="refusals:is_refused", code=Code.NOT_REFUSED))
def each_change_of_status_is_accepted(patch: Patch) -> None:
    """Each status can be changed into each other one."""
    skip(patch, Seam.CHECK_TRANSITION)


@fault(breaks("TL-13.2", at="refusals:is_refused", code=Code.REFUSAL_NAMES))
def refusal_does_not_name_the_statuses(patch: Patch) -> None:
    """A refused change does not say from which status to which it would have been."""
    refuse_without_reason(patch, Seam.CHECK_TRANSITION)


@fault(breaks("TL-13.2", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_change_is_made(patch: Patch) -> None:
    """A change against the rules is refused, and made."""
    sql_when_refused(patch, 409, "UPDATE threads SET status = 'completed' WHERE customer_id = :customer_id")


def _refuse(patch: Patch, old: str, new: str) -> None:
    instead(
        patch,
        Seam.CHECK_TRANSITION,
        lambda call: call.go(old="archived", new="completed"),
        when=lambda call: (call.old, call.new) == (old, new),
    )


@fault(breaks("TL-13.1[completed, active]", at="threads:marks", code=Code.ACT_REFUSED))
def completed_cannot_become_active(patch: Patch) -> None:
    """A completed conversation stays completed for ever."""
    _refuse(patch, "completed", "active")


@fault(breaks("TL-13.1[completed, archived]", at="threads:marks", code=Code.ACT_REFUSED))
def completed_cannot_be_archived(patch: Patch) -> None:
    """A completed conversation cannot be archived."""
    _refuse(patch, "completed", "archived")


@fault(breaks("TL-13.1[active, completed]", at="threads:marks", code=Code.ACT_REFUSED))
def active_cannot_be_completed(patch: Patch) -> None:
    """A conversation must be archived before it can be completed."""
    _refuse(patch, "active", "completed")


@fault(breaks("TL-14.1", at="devices:received", code=Code.EVENT_DIFFERS))
def old_and_new_status_are_swapped(patch: Patch) -> None:
    """An event tells the old status as the new one, and the new one as the old."""
    change_result(
        patch,
        Seam.CHANGE_EVENT,
        lambda data, _call: data | ({"old": data["new"], "new": data["old"]} if "old" in data else {}),
    )


@fault(breaks("TL-14.1", at="devices:received", code=Code.EVENT_MISSING))
def archiving_sends_no_event(patch: Patch) -> None:
    """Devices receive no event when a conversation is archived."""
    skip(patch, Seam.ENQUEUE_EVENT, when=lambda call: call.data.get("new") == "archived")


@fault(breaks("TL-14.1", at="devices:received", code=Code.EVENT_TWICE))
def leaving_the_archive_sends_two_events(patch: Patch) -> None:
    """Devices receive two events when an archived conversation becomes active."""
    repeat(patch, Seam.ENQUEUE_EVENT, when=lambda call: call.data.get("old") == "archived")


@fault(breaks("TL-13.2", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_change_sends_an_event(patch: Patch) -> None:
    """Devices receive the event of a change that was refused."""
    data = json.dumps(THREAD | {"changed": ["status"], "old": "archived", "new": "completed"})
    sql_when_refused(patch, 409, EVENT.format(kind="thread_updated", thread_id="NULL::uuid", data=data))
