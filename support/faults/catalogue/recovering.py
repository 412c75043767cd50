"""Faults in recovering from errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam

DROPS = "The database drops its connections after a failed change"


@fault(Red(DROPS, 'she marks "Boxes for spring" as completed', "not possible at the moment"))
def broken_connections_are_handed_out(patch: Patch) -> None:
    """A connection that the database has dropped is used as if nothing had happened."""
    kept = SimpleNamespace(connection=None)

    @patch.replace(Seam.BEGIN)
    async def begin(original: Any, pool: Any, statement: str) -> Any:
        if "app.customer_id" not in statement:
            return await original(pool, statement)
        kept.connection = kept.connection or await pool.acquire()
        try:
            await kept.connection.execute(statement)
        except Exception as error:
            raise seams.unavailable() from error
        return kept.connection

    @patch.replace(Seam.RELEASE_CONNECTION, counts=False)
    async def release(original: Any, pool: Any, connection: Any) -> None:
        if connection is not kept.connection:
            await original(pool, connection)
        elif not connection.is_closed() and connection.is_in_transaction():
            await connection.execute("ROLLBACK")


@fault(Red(DROPS, 'she marks "Boxes for spring" as completed', "was refused"))
def one_error_closes_the_door(patch: Patch) -> None:
    """After a refused change nobody can change anything any more."""
    door = SimpleNamespace(closed=False)

    @patch.replace(Seam.ON_INVALID)
    async def on_invalid(original: Any, *arguments: Any) -> Any:
        door.closed = True
        return await original(*arguments)

    @patch.replace(Seam.LOCK_THREAD, counts=False)
    async def lock(original: Any, *arguments: Any) -> Any:
        if door.closed:
            raise seams.unavailable()
        return await original(*arguments)


@fault(Red(DROPS, "it was changed once", "assert 3 =="))
def refused_change_counts_as_one(patch: Patch) -> None:
    """A refused change leaves its trace in the conversation."""

    @patch.replace(Seam.ON_INVALID)
    async def on_invalid(original: Any, request: Any, error: Any) -> Any:
        customer_id = seams.identity_of(request).customer_id
        async with seams.transaction_of(request) as connection:
            await connection.execute("UPDATE threads SET version = version + 1 WHERE customer_id = $1", customer_id)
        return await original(request, error)


@fault(Red(DROPS, "she was told the first time that the mark is wrong", "this was to be refused"))
def marks_that_do_not_exist_are_passed_over(patch: Patch) -> None:
    """A mark that does not exist is silently left out of a change."""

    @patch.replace(Seam.LOAD_REQUEST)
    async def load(original: Any, request: Any) -> None:
        await original(request)
        body: Any = seams.json_body(request)
        if isinstance(body, dict) and body.get("status") == "finished":  # pyright: ignore[reportUnknownMemberType]
            del body["status"]
