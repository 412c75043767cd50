"""Faults in single attributes of a conversation, and in what devices and agents need to show them."""

from __future__ import annotations

import asyncio
from itertools import count

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, instead
from support.faults.makers.storage import (
    change_before_storing,
    change_what_was_stored,
    read_stale,
    remember,
    show_also,
    sql_after,
)
from support.faults.patch import Patch
from support.faults.seams import Seam


@fault(breaks("TL-01.1", at="threads:has", code=Code.TITLE_STORED))
def titles_are_stored_backwards(patch: Patch) -> None:
    """A title is shown as it should be, and the database has it backwards."""
    change_before_storing(patch, title=lambda title: title[::-1])
    show_also(patch, lambda row: {"title": row["title"][::-1]})


@fault(breaks("TL-16.1", at="threads:has", code=Code.VERSION_SHOWN))
def one_change_counts_as_two_versions(patch: Patch) -> None:
    """Each change counts as two versions, and its answer tells of one."""
    sql_after(patch, Seam.SAVE_CHANGES, "UPDATE threads SET version = version + 1 WHERE id = :thread_id")


@fault(breaks("TL-16.1", at="threads:has", code=Code.VERSION_STORED))
def versions_are_shown_too_high(patch: Patch) -> None:
    """The version that is shown is one too high, and the one in the database never goes up."""
    sql_after(patch, Seam.SAVE_CHANGES, "UPDATE threads SET version = version - 1 WHERE id = :thread_id")
    show_also(patch, lambda row: {"version": row["version"] + 1})


@fault(breaks("TL-11.1", at="threads:has", code=Code.ACTIVITY_STORED))
def last_activity_stands_still(patch: Patch) -> None:
    """The list has the right order, but the last activity of a conversation stays as it was."""
    latest = "coalesce((SELECT max(created_at) FROM messages WHERE thread_id = threads.id), last_activity_at)"
    change_result(patch, Seam.FINISH_QUERY, lambda sql, _call: sql.replace("BY last_activity_at", f"BY {latest}"))
    sql_after(patch, Seam.COUNT_MESSAGE, "UPDATE threads SET last_activity_at = created_at WHERE id = :thread_id")


@fault(breaks("TL-07.1", at="devices:received", code=Code.CONNECTION_LOST))
def events_close_the_device(patch: Patch) -> None:
    """An event ends the connection of the device that should receive it."""
    instead(patch, Seam.SEND_TO_DEVICE, lambda call: seams.close_device(call.self))


@fault(breaks("TL-07.1", at="devices:is_in_state", code=Code.ACT_FAILED))
def devices_are_greeted_in_other_words(patch: Patch) -> None:
    """The product greets every device but the first with a word that no device knows."""
    greeted = count()
    hello = {"type": "hello"}
    instead(
        patch, Seam.GREET_DEVICE, lambda call: seams.send_now(call.self, hello), when=lambda _call: next(greeted) > 0
    )


@fault(breaks("TL-11.2", at="agents:asks", code=Code.MODEL_NOT_ASKED))
def agents_never_ask_their_model(patch: Patch) -> None:
    """An agent that has a question does nothing."""
    instead(patch, Seam.ANSWER_QUESTION, lambda _call: asyncio.Event().wait())


@fault(breaks("TL-20.2", at="agents:asks", code=Code.RUN_ENDING))
def agents_fail(patch: Patch) -> None:
    """An agent that has a question fails."""
    instead(patch, Seam.ANSWER_QUESTION, lambda _call: seams.failed_run())


@fault(breaks("TL-02.1", at="threads:has", code=Code.OWNER_STORED))
def threads_are_stored_under_another_owner(patch: Patch) -> None:
    """A conversation is shown to its owner, and the database has it under somebody else."""
    read_stale(patch, remember(patch, Seam.STORE_THREAD))
    another = "SELECT id FROM customers WHERE id <> :customer_id LIMIT 1"
    change_what_was_stored(patch, f"customer_id = coalesce(({another}), customer_id)")
