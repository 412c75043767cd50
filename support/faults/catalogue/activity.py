"""Faults in what counts as activity, and in the order that follows from it."""

from __future__ import annotations

from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam

MESSAGE = "A message brings its conversation to the top"
ANSWER = "An agent's answer brings its conversation to the top"
READING = "Reading leaves the order as it is"
MANY = "Many messages within a second keep their order"
ORDER = "her conversations come in this order"
MOVED = "its last activity has moved forward"
UNMOVED = "its last activity is as it was"
TOUCH = Seam.COUNT_MESSAGE
SHOWN = Seam.SHOWN_THREAD
SET_ACTIVITY = "UPDATE threads SET last_activity_at = {} WHERE id = $1"


def _after_messages(patch: Patch, activity: str) -> None:
    """After every message, change when its conversation was last active: `activity` as SQL has it."""

    @patch.replace(TOUCH)
    async def touch(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        row = await original(connection, customer_id, thread_id)
        await connection.execute(SET_ACTIVITY.format(activity), thread_id)
        return row


@fault(Red(MESSAGE, ORDER, "['Something else', 'Boxes for spring']"))
def messages_do_not_count_as_activity(patch: Patch) -> None:
    """The list is ordered by when conversations were started, whatever is said in them."""
    _after_messages(patch, "created_at")


@fault(Red(MESSAGE, MOVED, "shown as"))
def last_activity_is_shown_as_the_start(patch: Patch) -> None:
    """A conversation shows when it was started in the place of when it was last active."""

    @patch.replace(SHOWN)
    def shown(original: Any, row: Any) -> Any:
        thread = original(row)
        return thread.model_copy(update={"last_activity_at": thread.created_at})


@fault(Red(ANSWER, ORDER, "['Something else', 'Boxes for spring']"))
def answers_do_not_count_as_activity(patch: Patch) -> None:
    """What an agent answers does not move its conversation."""

    @patch.replace(Seam.END_RUN)
    async def end(original: Any, connection: Any, customer_id: Any, thread_id: Any, *arguments: Any) -> Any:
        query = "SELECT last_activity_at FROM threads WHERE id = $1"
        before = await connection.fetchval(query, thread_id)
        run = await original(connection, customer_id, thread_id, *arguments)
        await connection.execute(SET_ACTIVITY.format("$2"), thread_id, before)
        return run


@fault(Red(READING, ORDER, "['Boxes for spring', 'Something else']"))
def reading_counts_as_activity(patch: Patch) -> None:
    """Whoever opens a conversation brings it to the top."""

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        await connection.execute(SET_ACTIVITY.format("clock_timestamp()"), thread_id)
        return await original(connection, customer_id, thread_id)


@fault(Red(READING, UNMOVED, "where nothing has happened"))
def reading_moves_the_last_activity_a_little(patch: Patch) -> None:
    """Whoever reads messages makes their conversation look a moment younger."""

    @patch.replace(Seam.LIST_MESSAGES)
    async def page(original: Any, connection: Any, customer_id: Any, thread_id: Any, *arguments: Any) -> Any:
        later = "last_activity_at + interval '1 microsecond'"
        await connection.execute(SET_ACTIVITY.format(later), thread_id)
        return await original(connection, customer_id, thread_id, *arguments)


@fault(Red(MANY, "they are listed in the order in which she wrote in them last", "should be listed"))
def activity_is_kept_in_whole_seconds(patch: Patch) -> None:
    """What happens within one second is in no order."""
    _after_messages(patch, "date_trunc('second', last_activity_at)")


@fault(Red(MANY, "each of them has its messages in the order", "was said"))
def messages_are_put_first(patch: Patch) -> None:
    """A new message is put before those that are there."""

    @patch.replace(Seam.LIST_MESSAGES)
    async def page(original: Any, *arguments: Any) -> Any:
        return list(reversed(await original(*arguments)))
