"""Faults in what counts as activity, and in the order of the list that follows from it."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, reverse
from support.faults.makers.storage import sql_after, sql_before
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

SET_ACTIVITY = "UPDATE threads SET last_activity_at = {} WHERE id = :thread_id"


@fault(breaks("TL-11.1", at="messages:come_in_order", code=Code.UNSPECIFIED))
def messages_do_not_count_as_activity(patch: Patch) -> None:
    """New messages do not move their conversation to the top of the list."""
    sql_after(patch, Seam.COUNT_MESSAGE, SET_ACTIVITY.format("created_at"))


@fault(breaks("TL-11.1", at="messages:activity_has_moved", code=Code.UNSPECIFIED))
def last_activity_is_shown_as_the_start(patch: Patch) -> None:
    """A conversation shows its start in the place of its last activity."""
    change_result(
        patch,
        Seam.SHOWN_THREAD,
        lambda thread, _call: thread.model_copy(update={"last_activity_at": thread.created_at}),
    )


@fault(breaks("TL-11.2", at="messages:come_in_order", code=Code.UNSPECIFIED))
def answers_do_not_count_as_activity(patch: Patch) -> None:
    """An agent's answer does not move its conversation to the top of the list."""

    @patch.replace(Seam.END_RUN)
    async def end(call: Call) -> Any:
        before = await call.connection.fetchval("SELECT last_activity_at FROM threads WHERE id = $1", call.thread_id)
        run = await call.go()
        await call.connection.execute("UPDATE threads SET last_activity_at = $2 WHERE id = $1", call.thread_id, before)
        return run


@fault(breaks("TL-11.3", at="messages:come_in_order", code=Code.UNSPECIFIED))
def reading_counts_as_activity(patch: Patch) -> None:
    """Opening a conversation moves it to the top of the list."""
    sql_before(patch, Seam.READ_THREAD, SET_ACTIVITY.format("clock_timestamp()"))


@fault(breaks("TL-11.3", at="messages:activity_is_as_it_was", code=Code.UNSPECIFIED))
def reading_messages_moves_the_last_activity(patch: Patch) -> None:
    """Reading messages moves the last activity of their conversation a moment forward."""
    sql_before(patch, Seam.LIST_MESSAGES, SET_ACTIVITY.format("last_activity_at + interval '1 microsecond'"))


@fault(breaks("TL-11.4", at="messages:listed_latest_first", code=Code.UNSPECIFIED))
def activity_is_stored_in_whole_seconds(patch: Patch) -> None:
    """Conversations that were active within one second are listed in no order."""
    sql_after(patch, Seam.COUNT_MESSAGE, SET_ACTIVITY.format("date_trunc('second', last_activity_at)"))


@fault(breaks("TL-11.4", at="messages:messages_in_order", code=Code.UNSPECIFIED))
def messages_come_newest_first(patch: Patch) -> None:
    """A conversation shows its newest message first."""
    reverse(patch, Seam.LIST_MESSAGES)
