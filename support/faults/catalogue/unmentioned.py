"""Faults in what no sentence of the scenario mentions: the specification alone sees them."""

from __future__ import annotations

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.events import drop_changes, of_type
from support.faults.makers.functions import change_call, change_result, change_rows, refuse, reverse, skip
from support.faults.makers.storage import change_before_storing, show_also
from support.faults.patch import Patch
from support.faults.seams import Seam


@fault(breaks("TL-14.1", at="frame", code=Code.FRAME_ANSWER))
def marking_wipes_details(patch: Patch) -> None:
    """A conversation that is marked loses its details."""
    change_call(patch, Seam.SAVE_CHANGES, values=lambda values: {**values, "metadata": {}})


@fault(breaks("TL-16.2", at="stories:is_as_made", code=Code.FRAME_REFUSED))
def the_same_status_is_refused(patch: Patch) -> None:
    """A conversation cannot be marked as what it is already."""
    refuse(patch, Seam.CHECK_TRANSITION, seams.conflict, when=lambda call: call.old == call.new)


@fault(breaks("TL-16.2", at="stories:is_as_made", code=Code.ACT_REFUSED))
def archiving_fails(patch: Patch) -> None:
    """The product fails when a conversation is marked as archived."""
    refuse(patch, Seam.CHECK_TRANSITION, seams.unavailable, when=lambda call: call.new == "archived")


@fault(breaks("TL-10.1", at="frame", code=Code.FRAME_EVENTS))
def changed_details_are_not_announced(patch: Patch) -> None:
    """Devices receive nothing when details change."""
    drop_changes(patch, lambda data: data.get("changed") == ["metadata"])


@fault(breaks("TL-11.2", at="frame", code=Code.FRAME_DEVICE))
def messages_reach_no_device(patch: Patch) -> None:
    """A message is announced, and the announcement reaches no device."""
    is_message = of_type("message_created")
    skip(patch, Seam.SEND_TO_DEVICE, when=lambda call: is_message(call.event))


@fault(breaks("TL-14.1", at="frame", code=Code.FRAME_LIST))
def lists_have_titles_in_capitals(patch: Patch) -> None:
    """The list shows titles in capitals, and the conversation itself as it is."""
    change_rows(patch, lambda rows, _call: [{**row, "title": row["title"].upper()} for row in rows])


@fault(breaks("TL-14.1", at="frame", code=Code.FRAME_READ))
def opened_conversations_have_titles_in_capitals(patch: Patch) -> None:
    """An opened conversation shows its title in capitals, and lists as it is."""
    change_result(patch, Seam.READ_THREAD, lambda row, _call: {**row, "title": row["title"].upper()})


@fault(breaks("TL-07.12", at="frame", code=Code.FRAME_MESSAGES))
def messages_are_listed_backwards(patch: Patch) -> None:
    """A conversation shows its latest message first."""
    reverse(patch, Seam.LIST_MESSAGES)


@fault(breaks("TL-14.1", at="frame", code=Code.FRAME_STORED))
def titles_are_stored_in_other_letters(patch: Patch) -> None:
    """Titles are shown as they should be, and stored with small and capital letters exchanged."""
    change_before_storing(patch, title=lambda title: title.swapcase())
    show_also(patch, lambda row: {"title": row["title"].swapcase()})
