"""Makers for what is stored: SQL beside the backend's own, storing nothing, the wrong owner, stale reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from itertools import count
from typing import Any
from uuid import UUID

from support.faults import seams
from support.faults.makers.functions import always, before, change_call, change_result, instead, on_refusal, watch
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

When = Callable[[Call], bool]


def fill_in(statement: str, **ids: Any) -> str:
    """SQL with each `:name` replaced by an id."""
    for name, value in ids.items():
        statement = statement.replace(f":{name}", f"'{value}'")
    return statement


async def run_as_owner(connection: Any, statement: str) -> Any:
    """Run a statement as the owner of the database, whom row security does not bind; gives the first value of it."""
    role = await connection.fetchval("SELECT current_user")
    await connection.execute("SET ROLE NONE")
    value = await connection.fetchval(statement)
    await connection.execute(f"SET ROLE {role}")
    return value


async def _run(call: Call, statements: tuple[str, ...]) -> None:
    ids = {name: getattr(call, name, None) for name in ("customer_id", "thread_id", "run_id")}
    for statement in statements:
        await run_as_owner(call.connection, fill_in(statement, **ids))


def sql_before(patch: Patch, seam: Seam, *statements: str) -> None:
    """Run SQL first, as the owner of the database; `:customer_id`, `:thread_id` and `:run_id` are those of the call."""
    before(patch, seam, lambda call: _run(call, statements))


def sql_after(patch: Patch, seam: Seam, *statements: str, when: When = always) -> None:
    """Run SQL afterwards, as `sql_before` does; what the backend has read stays as it is."""

    async def run(result: Any, call: Call) -> Any:
        await _run(call, statements)
        return result

    change_result(patch, seam, run, when)


IN_TURN = "SELECT pg_advisory_xact_lock(1)"
"""Lets one process of the backend do something after the other."""


def sql_at_start(patch: Patch, statement: str, *, counts: bool = True) -> None:
    """Run SQL as the owner of the database each time that a process of the backend starts, one after the other."""

    @patch.replace(Seam.CONNECT_DATABASE, counts=counts)
    async def connect(call: Call) -> Any:
        database = await call.go()
        async with seams.service_connection(database) as connection:
            await connection.execute(f"SET ROLE NONE; BEGIN; {IN_TURN}; {statement}; COMMIT; RESET ROLE")
        return database


def create_table(patch: Patch, name: str, columns: str) -> None:
    """Let the backend have one more table, which everybody may use, from its start."""
    sql_at_start(patch, f"CREATE TABLE IF NOT EXISTS {name} ({columns}); GRANT ALL ON {name} TO PUBLIC", counts=False)


def without_row_security(patch: Patch) -> None:
    """Let the backend's connections see every row, so that only its own queries keep customers apart."""

    @patch.replace(Seam.OPEN_POOL, counts=False)
    async def pool(call: Call) -> Any:
        return await call.go(role="none")


def ignore_owner(patch: Patch) -> None:
    """Let lists have the threads of all customers."""
    without_row_security(patch)

    def everybody(_result: Any, call: Call) -> None:
        call.self.conditions = ["$1::uuid IS NOT NULL"]

    change_result(patch, Seam.BEGIN_QUERY, everybody)


def find_for_anybody(patch: Patch, seam: Seam, table: str, id_: str) -> None:
    """Let a query find what it asks for, no matter whose it is; `id_` is the argument with the id."""
    without_row_security(patch)

    async def found(_problem: Any, call: Call) -> Any:
        return await call.go(customer_id=await owner_of(call, table, id_))

    on_refusal(patch, seam, found)


async def owner_of(call: Call, table: str, id_: str) -> UUID | None:
    """The owner of a row; None if there is no such row."""
    return await run_as_owner(call.connection, f"SELECT customer_id FROM {table} WHERE id = '{getattr(call, id_)}'")


def store_nothing(patch: Patch, every: int = 1) -> None:
    """Confirm each thread that is started, and leave one in `every` unsaved."""
    numbers = count(1)

    async def roll_back(answer: Any, call: Call) -> Any:
        await call.connection.execute("ROLLBACK; BEGIN")
        return answer

    change_result(patch, Seam.START_THREAD, roll_back, when=lambda _call: next(numbers) % every == 0)


def change_what_was_stored(patch: Patch, assignment: str) -> None:
    """After a thread is stored, and its answer made, change it in the database: `assignment` as SQL has it."""
    sql_after(patch, Seam.START_THREAD, f"UPDATE threads SET {assignment} WHERE customer_id = :customer_id")


def change_before_storing(patch: Patch, **changes: Callable[[Any], Any]) -> None:
    """Store other values than the request has, and answer with them; changes are of `title` and `metadata`."""
    change_call(patch, Seam.STORE_THREAD, **changes)


def remember(patch: Patch, seam: Seam) -> dict[Any, Any]:
    """Each thread as a seam gave it last, by its id: filled as the seam is called."""
    memory: dict[Any, Any] = {}
    watch(patch, seam, lambda row, _call: memory.update({row["id"]: row}))
    return memory


def remember_ids(patch: Patch, seam: Seam) -> set[Any]:
    """The ids of all threads that a seam was called for: filled as it is called."""
    ids: set[Any] = set()
    watch(patch, seam, lambda _result, call: ids.add(call.thread_id))
    return ids


def read_stale(patch: Patch, memory: dict[Any, Any], seam: Seam = Seam.READ_THREAD) -> None:
    """Return a thread from memory instead of the stored one."""
    instead(patch, seam, lambda call: memory[call.thread_id], when=lambda call: bool(memory.get(call.thread_id)))


def show_also(patch: Patch, parts: Callable[[Any], dict[str, Any]]) -> None:
    """Show threads with other values than stored; `parts` returns these for a row, or nothing to leave it as it is."""

    @patch.replace(Seam.SHOWN_THREAD, counts=False)
    def shown(call: Call) -> Any:
        return call.go().model_copy(update=parts(call.row))


def keep_in_memory(patch: Patch, column: str, when: When = always) -> dict[Any, Any]:
    """Confirm a change of one column, show it from memory, and leave the old value stored; gives the new ones by id."""
    memory: dict[Any, Any] = {}

    async def save(call: Call) -> Any:
        before = await call.connection.fetchval(f"SELECT {column} FROM threads WHERE id = $1", call.thread_id)
        row = await call.go()
        memory[call.thread_id] = call.values[column]
        await call.connection.execute(f"UPDATE threads SET {column} = $2 WHERE id = $1", call.thread_id, before)
        return row

    instead(patch, Seam.SAVE_CHANGES, save, when)
    show_also(patch, lambda row: {column: memory[row["id"]]} if row["id"] in memory else {})
    return memory


async def bring_back(call: Call) -> None:
    """Store an empty thread under the id of one that has been deleted."""
    await run_as_owner(
        call.connection,
        fill_in(
            "INSERT INTO threads (id, customer_id, title, created_at, updated_at, last_activity_at) SELECT :thread_id,"
            " :customer_id, 'Untitled', now, now, now FROM clock_timestamp() AS now ON CONFLICT DO NOTHING",
            thread_id=call.thread_id,
            customer_id=call.customer_id,
        ),
    )


def end_without_lock(patch: Patch, when: When) -> None:
    """Let runs end without the lock of their thread, which they need nevertheless, a moment later."""
    ending, unlocked = ContextVar("ending", default=False), ContextVar("unlocked", default=False)

    async def end(call: Call) -> Any:
        token = ending.set(True)
        try:
            return await call.go()
        finally:
            ending.reset(token)

    async def read(call: Call) -> Any:
        ending.set(False)
        unlocked.set(True)
        return await Seam.READ_THREAD(call.connection, call.customer_id, call.thread_id)

    instead(patch, Seam.END_RUN, end, when)
    instead(patch, Seam.LOCK_THREAD, read, when=lambda _call: ending.get())
    for seam in (Seam.STORE_ANSWER, Seam.NOTE_END_OF_RUN):
        before(patch, seam, lambda _call: asyncio.sleep(0.1), when=lambda _call: unlocked.get())
