"""Faults in erasing conversations with all that belongs to them."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.events import agents_work_on, drop_events, of_type
from support.faults.makers.functions import before, change_refusal, change_result, change_rows, instead, skip
from support.faults.makers.storage import read_stale, remember, remember_ids, sql_before
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

OWNER = "(SELECT customer_id FROM threads WHERE id = :thread_id)"


@fault(breaks("TL-23.1", at="lists:does_not_exist", code=Code.VISIBLE), one_process=True)
def erased_threads_are_shown_from_memory(patch: Patch) -> None:
    """A conversation that was read before it was erased can be opened for ever."""
    read_stale(patch, remember(patch, Seam.LOCK_THREAD))


@fault(breaks("TL-23.1", at="lists:does_not_exist", code=Code.LIST_FOREIGN))
def erased_threads_stay_in_the_list(patch: Patch) -> None:
    """The list comes from memory and still has erased conversations."""
    memory = remember(patch, Seam.LOCK_THREAD)
    change_rows(patch, lambda rows, _call: [*rows, *memory.values()])


@fault(breaks("TL-23.1", at="lists:does_not_exist", code=Code.REFUSAL_TELLS))
def erased_threads_are_remembered(patch: Patch) -> None:
    """A request for an erased conversation is answered by saying that it has been erased."""
    erased = remember_ids(patch, Seam.DELETE_THREAD)

    def tell(problem: Any, call: Call) -> None:
        if call.thread_id in erased:
            problem.detail = "This thread has been deleted."

    change_refusal(patch, Seam.READ_THREAD, tell)


@fault(breaks("TL-23.1", "TL-24.1", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def erased_threads_are_copied_first(patch: Patch) -> None:
    """The product copies a conversation into another table before it erases it."""
    create = "CREATE TABLE IF NOT EXISTS graveyard AS SELECT * FROM threads WHERE false"
    sql_before(patch, Seam.DELETE_THREAD, create, "INSERT INTO graveyard SELECT * FROM threads WHERE id = :thread_id")


@fault(breaks("TL-23.1", "TL-24.1", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def events_of_erased_threads_stay(patch: Patch) -> None:
    """The events of an erased conversation stay in Redis."""
    instead(patch, Seam.IS_LAST_EVENT, lambda _call: False)


@fault(breaks("TL-23.1", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def last_thread_stays_in_the_cache(patch: Patch) -> None:
    """Redis remembers the conversation that a customer used last, even when it is erased."""

    async def note(call: Call) -> None:
        key = f"{seams.stream_of(call.self, call.customer_id)}:last"
        await seams.redis_of(call.self).set(key, call.batch[-1].thread_id or "")

    before(patch, Seam.PUBLISH_EVENTS, note)


@fault(breaks("TL-23.1", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def erased_threads_stay_in_a_cache_for_a_minute(patch: Patch) -> None:
    """Redis keeps copies of conversations that expire by themselves, and erasing leaves them there."""

    async def copy(call: Call) -> None:
        for event in call.batch:
            key = f"{seams.stream_of(call.self, call.customer_id)}:copy:{event.sequence}"
            await seams.redis_of(call.self).set(key, event.text, ex=60)

    before(patch, Seam.PUBLISH_EVENTS, copy)


@fault(breaks("TL-23.1", at="devices:received", code=Code.EVENT_MISSING))
def erasing_sends_no_event(patch: Patch) -> None:
    """Open devices go on showing an erased conversation."""
    drop_events(patch, of_type("thread_deleted"))


@fault(breaks("TL-24.1", "TL-24.2", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def runs_stay_for_statistics(patch: Patch) -> None:
    """The runs of an erased conversation stay in a table of statistics."""
    create = "CREATE TABLE IF NOT EXISTS run_statistics AS SELECT id AS run, agent, status FROM runs WHERE false"
    insert = "INSERT INTO run_statistics SELECT id, agent, status FROM runs WHERE thread_id = :thread_id"
    sql_before(patch, Seam.DELETE_THREAD, create, insert)


@fault(breaks("TL-24.2", "TL-24.1", at="erasing:erases", code=Code.RUN_NOT_SHOWN))
def runs_are_never_listed(patch: Patch) -> None:
    """No run is ever shown, so that nobody can say whether it is gone."""
    instead(patch, Seam.LIST_RUNS, lambda _call: [])


@fault(breaks("TL-24.1", at="erasing:nothing_else_has_changed", code=Code.SNAPSHOT_CHANGED))
def erasing_changes_other_threads(patch: Patch) -> None:
    """Erasing a conversation counts as a change of the owner's other conversations."""
    sql_before(
        patch,
        Seam.DELETE_THREAD,
        f"UPDATE threads SET updated_at = clock_timestamp() WHERE customer_id = {OWNER}",
    )


@fault(breaks("TL-24.1", at="erasing:nothing_else_has_changed", code=Code.SNAPSHOT_CHANGED))
def erasing_deletes_other_runs(patch: Patch) -> None:
    """Erasing a conversation deletes the runs of the owner's other conversations too."""
    sql_before(patch, Seam.DELETE_THREAD, f"DELETE FROM runs WHERE customer_id = {OWNER} AND thread_id <> :thread_id")


@fault(breaks("TL-24.1", at="erasing:nothing_else_has_changed", code=Code.SNAPSHOT_CHANGED))
def erasing_deletes_other_events(patch: Patch) -> None:
    """Erasing a conversation deletes the events of the owner's other conversations too."""

    async def empty(count: Any, call: Call) -> Any:
        stream = seams.stream_of(call.self, call.customer_id)
        await seams.redis_of(call.self).xtrim(stream, maxlen=0, approximate=False)
        return count

    change_result(patch, Seam.PUBLISH_EVENTS, empty, when=lambda call: call.batch[-1].type == "thread_deleted")


@fault(breaks("TL-24.1", at="erasing:nothing_else_has_changed", code=Code.SNAPSHOT_CHANGED))
def erasing_changes_threads_of_others(patch: Patch) -> None:
    """Erasing a conversation changes one of another customer."""
    others = f"customer_id <> {OWNER} AND title = 'My own affairs'"
    sql_before(patch, Seam.DELETE_THREAD, f"UPDATE threads SET version = version + 1 WHERE {others}")


@fault(breaks("TL-24.2", at="agents:was_stopped", code=Code.MODEL_NOT_RELEASED))
def agents_work_on_after_erasing(patch: Patch) -> None:
    """The model works on and costs money, though nobody will ever read its answer."""
    agents_work_on(patch, counts=True)


@fault(breaks("TL-24.2", at="devices:received", code=Code.EVENT_DIFFERS))
def stopped_runs_send_no_event(patch: Patch) -> None:
    """Devices receive no event when an agent is stopped."""
    skip(patch, Seam.ANNOUNCE_RUN, when=lambda call: call.kind == "agent_cancelled")
