"""Faults in what happens to one conversation when many change it, or erase it, at the same moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.events import agents_work_on
from support.faults.makers.functions import (
    before,
    change_call,
    change_refusal,
    change_result,
    instead,
    on_refusal,
    skip,
    swallow,
    watch,
)
from support.faults.makers.requests import sql_when_refused
from support.faults.makers.storage import bring_back, create_table, end_without_lock, read_stale
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-15.2", "TL-15.1", at="together:fit_one_order", code=Code.NO_ORDER))
def changes_take_no_lock(patch: Patch) -> None:
    """Saving a change throws away what others have changed meanwhile."""

    async def lock(call: Call) -> Any:
        row = await Seam.READ_THREAD(call.connection, call.customer_id, call.thread_id)
        await asyncio.sleep(0.01)
        return row

    instead(patch, Seam.LOCK_THREAD, lock)


@fault(breaks("TL-15.2", "TL-15.1", at="together:fit_one_order", code=Code.SESSION_GUARANTEE))
def reads_are_one_change_behind(patch: Patch) -> None:
    """Reading a conversation gives a copy that is one change behind."""
    last: dict[Any, Any] = {}

    @patch.replace(Seam.SAVE_CHANGES, counts=False)
    async def save(call: Call) -> Any:
        last[call.thread_id] = await call.connection.fetchrow("SELECT * FROM threads WHERE id = $1", call.thread_id)
        return await call.go()

    read_stale(patch, last)


@fault(breaks("TL-15.1", at="together:fit_one_order", code=Code.SESSION_GUARANTEE))
def each_process_remembers_threads(patch: Patch) -> None:
    """A process shows a conversation as it last saw it, and hears of no change that another process makes."""
    memory: dict[Any, Any] = {}
    for seam in (Seam.READ_THREAD, Seam.SAVE_CHANGES):
        watch(patch, seam, lambda row, _call: memory.update({row["id"]: row}))
    read_stale(patch, memory)


@fault(breaks("TL-15.1", "TL-15.2", at="together:is_as_answered", code=Code.METADATA_STORED))
def details_are_in_another_table(patch: Patch) -> None:
    """Changed details are in another table, which no backup or export knows."""
    create_table(patch, "beside", "id uuid PRIMARY KEY, version int, metadata jsonb")
    insert = (
        "INSERT INTO beside VALUES ($1, $2, $3) "
        "ON CONFLICT (id) DO UPDATE SET version = excluded.version, metadata = excluded.metadata"
    )

    @patch.replace(Seam.SAVE_CHANGES)
    async def save(call: Call) -> Any:
        before = await call.connection.fetchval("SELECT metadata FROM threads WHERE id = $1", call.thread_id)
        row = await call.go()
        await call.connection.execute(insert, call.thread_id, row["version"], row["metadata"])
        await call.connection.execute("UPDATE threads SET metadata = $2 WHERE id = $1", call.thread_id, before)
        return row

    async def read(call: Call) -> Any:
        row = await call.go()
        query = "SELECT version, metadata FROM beside WHERE id = $1"
        beside = await call.connection.fetchrow(query, call.thread_id)
        return {**row, **beside} if beside else row

    for seam in (Seam.LOCK_THREAD, Seam.READ_THREAD):
        patch.replace(seam, counts=False)(read)


@fault(
    breaks("TL-15.2", at="together:fit_one_order", code=Code.NO_ORDER),
    breaks(
        "TL-15.11[status]",
        "TL-15.11[title]",
        "TL-15.11[details]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    ),
)
def conditions_are_not_checked(patch: Patch) -> None:
    """A change overwrites what others did since, even when it is asked not to."""
    skip(patch, Seam.CHECK_VERSION)


@fault(breaks("TL-15.2", at="together:fit_one_order", code=Code.NO_ORDER))
def condition_is_checked_too_early(patch: Patch) -> None:
    """The product checks whether a conversation is unchanged before it is the change's turn."""
    early: dict[Any, Any] = {}

    async def look(call: Call) -> None:
        seen = await Seam.READ_THREAD(call.connection, call.customer_id, call.thread_id)
        early[asyncio.current_task()] = seen["version"]

    before(patch, Seam.LOCK_THREAD, look)
    patch.replace(Seam.CHECK_VERSION, counts=False)(lambda call: call.go(version=early.pop(asyncio.current_task())))


@fault(breaks("TL-15.2", at="together:each_time_done", code=Code.WINNERS))
def late_changes_are_not_told_the_version(patch: Patch) -> None:
    """The refusal of a late change does not name the current version."""
    change_refusal(patch, Seam.CHECK_VERSION, lambda problem, _call: problem.members.clear())


@fault(breaks("TL-15.2", at="together:fit_one_order", code=Code.NO_ORDER))
def late_changes_are_told_a_future_version(patch: Patch) -> None:
    """The refusal of a late change names a version that does not exist."""

    def tell(problem: Any, call: Call) -> None:
        problem.members["current_version"] = call.version + 1

    change_refusal(patch, Seam.CHECK_VERSION, tell)


@fault(breaks("TL-25.1", at="together:fit_one_order", code=Code.SESSION_GUARANTEE))
def writing_brings_back_an_erased_thread(patch: Patch) -> None:
    """A message to an erased conversation brings it back without its content."""
    before(patch, Seam.COUNT_MESSAGE, bring_back)


@fault(breaks("TL-25.1", at="together:fit_one_order", code=Code.SESSION_GUARANTEE))
def writing_in_an_erased_thread_seems_to_work(patch: Patch) -> None:
    """A message to an erased conversation is confirmed."""

    def lost(call: Call) -> Any:
        message = {"id": call.thread_id, "customer_id": call.customer_id, "thread_id": call.thread_id, "sequence": 1}
        more = {"role": "user", "content": call.content, "agent": None, "run_id": None, "created_at": datetime.now(UTC)}
        return message | more

    swallow(patch, Seam.STORE_MESSAGE, lost)


@fault(breaks("TL-25.1", at="together:fit_one_order", code=Code.NO_ORDER))
def changing_an_erased_thread_fails(patch: Patch) -> None:
    """A change of a conversation that is being erased ends in an unexpected error."""

    def fail(problem: Any, _call: Call) -> Any:
        raise RuntimeError("the thread has vanished") from problem

    on_refusal(patch, Seam.LOCK_THREAD, fail)


@fault(breaks("TL-25.1", at="lists:does_not_exist", code=Code.VISIBLE))
def late_answer_brings_back_an_erased_thread(patch: Patch) -> None:
    """An agent that answers after its conversation was erased brings it back with only the answer in it."""
    agents_work_on(patch, counts=False)
    swallow(patch, Seam.END_RUN, bring_back)


@fault(breaks("TL-25.1", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def changes_of_erased_threads_are_recorded(patch: Patch) -> None:
    """The product records each attempt to change an erased conversation, with the conversation's id."""
    create_table(patch, "failures", "thread text PRIMARY KEY")
    sql_when_refused(patch, 404, "INSERT INTO failures VALUES (:thread_id) ON CONFLICT DO NOTHING")


@fault(breaks("TL-25.2", at="together:none_blocked", code=Code.DEADLOCK))
def stopping_takes_no_lock(patch: Patch) -> None:
    """Stopping an agent and erasing its conversation can wait for each other, until the database gives one up."""
    end_without_lock(patch, when=lambda call: call.worker is None)


@fault(breaks("TL-25.3", at="together:none_blocked", code=Code.DEADLOCK))
def answering_takes_no_lock(patch: Patch) -> None:
    """An answer and the erasing of its conversation can wait for each other, until the database gives one up."""
    end_without_lock(patch, when=lambda call: call.worker is not None)


@fault(breaks("TL-15.11[status]", "TL-15.11[title]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def conditions_are_checked_for_details_alone(patch: Patch) -> None:
    """A late change of status or title overwrites what others did since, even when it is asked not to."""

    def ignore(_result: Any, call: Call) -> None:
        if "metadata" not in (seams.json_body(call.self) or {}):
            seams.drop_header(call.self, "if-match")

    change_result(patch, Seam.LOAD_REQUEST, ignore)


@fault(breaks("TL-15.12", at="threads:marks", code=Code.ACT_REFUSED))
def conditions_are_never_met(patch: Patch) -> None:
    """A change on condition is refused even where nothing has changed since."""
    change_call(patch, Seam.CHECK_VERSION, version=lambda version: version + 1)
