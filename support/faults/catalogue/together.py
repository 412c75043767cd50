"""Faults in what happens to one conversation when many change it, or erase it, at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import create_table

TWENTY = "Twenty changes at the same moment"
TEN = "Ten tools change what all of them have just seen"
AMID = "Ten devices at work while conversations are erased"
ONE_ORDER = "all that was answered fits one order of what was done"
NO_ORDER = "there is no order in which"
WINNER = "each time one of them changed it"
KEPT = "it has what they made of it and what was there before, and keeps it"
UNKNOWN = "for Enid each of them is as if it had never existed"
NO_TRACE = "nothing that is kept anywhere mentions one of the 3"
LOCK = Seam.LOCK_THREAD
READ = Seam.READ_THREAD
SAVE = Seam.SAVE_CHANGES
CHECK = Seam.CHECK_VERSION


@fault(Red(TWENTY, ONE_ORDER, NO_ORDER), Red(TEN, ONE_ORDER, NO_ORDER))
def changes_are_read_and_written_without_a_lock(patch: Patch) -> None:
    """Whoever saves last throws away what others have changed meanwhile."""

    @patch.replace(LOCK)
    async def lock(_original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        row = await Seam.READ_THREAD(connection, customer_id, thread_id)
        await asyncio.sleep(0.01)
        return row


@fault(
    Red(TWENTY, ONE_ORDER, "a session reads at least what it has written itself"),
    Red(TEN, ONE_ORDER, "a session reads at least what it has written itself"),
)
def reading_lags_behind(patch: Patch) -> None:
    """What is read comes from a copy that is one change behind."""
    last: dict[Any, Any] = {}

    @patch.replace(SAVE, counts=False)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        last[thread_id] = await connection.fetchrow("SELECT * FROM threads WHERE id = $1", thread_id)
        return await original(connection, customer_id, thread_id, values)

    @patch.replace(READ)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        return last.get(thread_id) or await original(connection, customer_id, thread_id)


@fault(Red(TWENTY, KEPT, "kept is"), Red(TEN, KEPT, "kept is"))
def details_are_kept_in_a_place_of_their_own(patch: Patch) -> None:
    """Changed details lie beside the conversation, where nobody who restores or exports it will look."""
    create_table(patch, "beside", "id uuid PRIMARY KEY, version int, metadata jsonb")
    find = "SELECT version, metadata FROM beside WHERE id = $1"

    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        before = await connection.fetchval("SELECT metadata FROM threads WHERE id = $1", thread_id)
        row = await original(connection, customer_id, thread_id, values)
        await connection.execute(
            "INSERT INTO beside VALUES ($1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET version = excluded.version, metadata = excluded.metadata",
            *(thread_id, row["version"], row["metadata"]),
        )
        await connection.execute("UPDATE threads SET metadata = $2 WHERE id = $1", thread_id, before)
        return row

    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        row = await original(connection, customer_id, thread_id)
        beside = await connection.fetchrow(find, thread_id)
        return {**row, **beside} if beside else row

    for place in (LOCK, READ):
        patch.replace(place, counts=False)(read)


@fault(Red(TEN, ONE_ORDER, NO_ORDER))
def conditions_are_not_looked_at(patch: Patch) -> None:
    """Whoever changes a conversation overwrites what others did since they saw it, asked for or not."""

    @patch.replace(CHECK)
    def check(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(TEN, ONE_ORDER, NO_ORDER))
def condition_is_looked_at_too_early(patch: Patch) -> None:
    """Whether a conversation is still as it was seen is found out before it is one's turn."""
    early: dict[Any, Any] = {}

    @patch.replace(LOCK)
    async def lock(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        seen = await Seam.READ_THREAD(connection, customer_id, thread_id)
        row = await original(connection, customer_id, thread_id)
        early[asyncio.current_task()] = seen["version"]
        return row

    @patch.replace(CHECK, counts=False)
    def check(original: Any, if_match: Any, _version: int) -> None:
        original(if_match, early.pop(asyncio.current_task()))


def _change_refusal(patch: Patch, change: Callable[[int], dict[str, int]]) -> None:
    @patch.replace(CHECK)
    def check(original: Any, if_match: Any, version: int) -> None:
        try:
            original(if_match, version)
        except Exception as problem:
            vars(problem)["members"] = change(version)
            raise


@fault(Red(TEN, WINNER, "were told version {None}"))
def losers_are_not_told_how_far_it_has_come(patch: Patch) -> None:
    """Whoever comes too late is told so, and must find out alone what to build on."""
    _change_refusal(patch, lambda _version: {})


@fault(Red(TEN, ONE_ORDER, "it is at version"))
def losers_are_told_a_version_that_is_not_there_yet(patch: Patch) -> None:
    """Whoever comes too late is told of a version that nobody has made."""
    _change_refusal(patch, lambda version: {"current_version": version + 1})


@fault(Red(AMID, ONE_ORDER, "after erased came there"))
def writing_brings_back_what_was_erased(patch: Patch) -> None:
    """Whoever writes in what was erased brings it back to life, without what was in it."""

    @patch.replace(Seam.COUNT_MESSAGE)
    async def touch(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        await connection.execute(
            "INSERT INTO threads (id, customer_id, title, created_at, updated_at, last_activity_at) "
            "SELECT $1, $2, 'Untitled', now, now, now FROM clock_timestamp() AS now ON CONFLICT DO NOTHING",
            thread_id,
            customer_id,
        )
        return await original(connection, customer_id, thread_id)


@fault(Red(AMID, ONE_ORDER, "after erased came there"))
def writing_in_what_was_erased_seems_to_work(patch: Patch) -> None:
    """Whoever writes in what was erased is told that all is well."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(original: Any, connection: Any, customer_id: Any, thread_id: Any, content: str) -> Any:
        try:
            return await original(connection, customer_id, thread_id, content)
        except Exception:
            lost = {"id": thread_id, "thread_id": thread_id, "sequence": 1, "role": "user", "content": content}
            return lost | {"agent": None, "run_id": None, "created_at": datetime.now(UTC)}


@fault(Red(AMID, ONE_ORDER, "failed at the product's end"))
def work_fails_while_something_is_erased(patch: Patch) -> None:
    """Whoever is at work in a conversation that is erased is told that something went wrong."""

    @patch.replace(LOCK)
    async def lock(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except Exception as problem:
            raise RuntimeError("the thread has vanished") from problem


@fault(Red(AMID, UNKNOWN, "should not be there"))
def late_answer_brings_back_what_was_erased(patch: Patch) -> None:
    """An agent that answers after its conversation was erased brings it back, with nothing but the answer in it."""

    @patch.replace(Seam.STOP_RUN, counts=False)
    def stop(_original: Any, *_arguments: Any) -> None:
        return None

    @patch.replace(Seam.RENEW_LEASES, counts=False)
    async def renew_leases(_original: Any, *_arguments: Any) -> None:
        return None

    @patch.replace(Seam.END_RUN)
    async def end(original: Any, connection: Any, customer_id: Any, thread_id: Any, *more: Any, **named: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id, *more, **named)
        except Exception:
            await connection.execute(
                "INSERT INTO threads (id, customer_id, title, created_at, updated_at, last_activity_at) "
                "SELECT $1, $2, 'Untitled', now, now, now FROM clock_timestamp() AS now",
                thread_id,
                customer_id,
            )
            return None


@fault(Red(AMID, NO_TRACE, "is still found in 1 rows of public.failures"))
def work_in_what_was_erased_is_noted(patch: Patch) -> None:
    """Every attempt to work in what was erased is written down, with what it was for."""
    create_table(patch, "failures", "thread text PRIMARY KEY")

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 404:
            thread_id = request.path_params["thread_id"]
            async with seams.transaction_of(request) as connection:
                await connection.execute("INSERT INTO failures VALUES ($1) ON CONFLICT DO NOTHING", str(thread_id))
        return await original(request, error)
