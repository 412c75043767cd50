"""Faults in what counts as activity, and in the order of the list that follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, change_rows, instead, reverse
from support.faults.makers.storage import sql_after, sql_before
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

SET_ACTIVITY = "UPDATE threads SET last_activity_at = {} WHERE id = :thread_id"


@fault(breaks("TL-11.1", "TL-11.4", at="lists:finds_exactly", code=Code.LIST_ORDER))
def messages_do_not_count_as_activity(patch: Patch) -> None:
    """New messages do not move their conversation to the top of the list."""
    sql_after(patch, Seam.COUNT_MESSAGE, SET_ACTIVITY.format("created_at"))


@fault(breaks("TL-11.1", at="threads:has", code=Code.ACTIVITY_SHOWN))
def last_activity_is_shown_as_the_start(patch: Patch) -> None:
    """A conversation shows its start in the place of its last activity."""

    def show_start(thread: Any, _call: Call) -> Any:
        return thread.model_copy(update={"last_activity_at": thread.created_at})

    change_result(patch, Seam.SHOWN_THREAD, show_start)


@fault(breaks("TL-11.2", at="lists:finds_exactly", code=Code.LIST_ORDER))
def answers_do_not_count_as_activity(patch: Patch) -> None:
    """An agent's answer does not move its conversation to the top of the list."""

    @patch.replace(Seam.END_RUN)
    async def end(call: Call) -> Any:
        before = await call.connection.fetchval("SELECT last_activity_at FROM threads WHERE id = $1", call.thread_id)
        run = await call.go()
        await call.connection.execute("UPDATE threads SET last_activity_at = $2 WHERE id = $1", call.thread_id, before)
        return run


@fault(breaks("TL-11.3", at="lists:finds_exactly", code=Code.LIST_ORDER))
def reading_counts_as_activity(patch: Patch) -> None:
    """Opening a conversation moves it to the top of the list."""
    sql_before(patch, Seam.READ_THREAD, SET_ACTIVITY.format("clock_timestamp()"))


@fault(breaks("TL-11.3", at="threads:is_unchanged", code=Code.CHANGED))
def reading_messages_moves_the_last_activity(patch: Patch) -> None:
    """Reading messages moves the last activity of their conversation a moment forward."""
    sql_before(patch, Seam.LIST_MESSAGES, SET_ACTIVITY.format("last_activity_at + interval '1 microsecond'"))


@fault(breaks("TL-11.4", at="lists:finds_exactly", code=Code.LIST_ORDER))
def activity_is_stored_in_whole_seconds(patch: Patch) -> None:
    """Conversations that were active within one second are listed in no order."""
    sql_after(patch, Seam.COUNT_MESSAGE, SET_ACTIVITY.format("date_trunc('second', last_activity_at)"))


@fault(breaks("TL-11.4", at="threads:has", code=Code.MESSAGES_SHOWN))
def messages_come_newest_first(patch: Patch) -> None:
    """A conversation shows its newest message first."""
    reverse(patch, Seam.LIST_MESSAGES)


@fault(
    breaks("TL-11.1", "TL-11.2", "TL-11.3", "TL-11.4", at="lists:finds_exactly", code=Code.LIST_ORDER),
    breaks("TL-18.1", "TL-18.3", at="lists:has_seen_each", code=Code.LIST_ORDER),
)
def list_has_the_order_of_creation(patch: Patch) -> None:
    """The list never moves: the conversation that was started last comes first."""

    async def page(call: Call) -> Any:
        limit, cursor = call.filters.limit, call.filters.cursor
        before = datetime.fromisoformat(cursor) if cursor else None
        query = (
            f"SELECT {seams.thread_columns()} FROM threads WHERE customer_id = $1 AND status <> 'archived'"
            f" AND ($2::timestamptz IS NULL OR created_at < $2) ORDER BY created_at DESC LIMIT {limit + 1}"
        )
        rows = await call.connection.fetch(query, call.customer_id, before)
        return rows[:limit], rows[limit - 1]["created_at"].isoformat() if len(rows) > limit else None

    instead(patch, Seam.LIST_THREADS, page, when=lambda call: call.filters.status is None)


@fault(breaks("TL-11.1", "TL-11.2", "TL-11.3", "TL-11.4", at="lists:finds_exactly", code=Code.LIST_ORDER))
def list_has_the_order_of_the_alphabet(patch: Patch) -> None:
    """The list is sorted by title."""
    change_rows(patch, lambda rows, _call: sorted(rows, key=lambda row: row["title"]))
