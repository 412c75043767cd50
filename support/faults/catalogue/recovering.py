"""Faults in recovering from errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.within import backend

DROPS = "The database drops its connections after a failed change"


@fault(Red(DROPS, 'she marks "Boxes for spring" as completed', "not possible at the moment"))
def broken_connections_are_handed_out(patch: Patch) -> None:
    """A connection that the database has dropped is used as if nothing had happened."""
    kept = SimpleNamespace(connection=None)

    @patch.replace("support.backend.platform.database:_begin")
    async def begin(original: Any, pool: Any, statement: str) -> Any:
        if "app.customer_id" not in statement:
            return await original(pool, statement)
        kept.connection = kept.connection or await pool.acquire()
        try:
            await kept.connection.execute(statement)
        except Exception as error:
            raise backend("http.problems").unavailable("database") from error
        return kept.connection

    @patch.replace("support.backend.platform.database:_release", counts=False)
    async def release(original: Any, pool: Any, connection: Any) -> None:
        if connection is not kept.connection:
            await original(pool, connection)
        elif not connection.is_closed() and connection.is_in_transaction():
            await connection.execute("ROLLBACK")


@fault(Red(DROPS, 'she marks "Boxes for spring" as completed', "was refused"))
def one_error_closes_the_door(patch: Patch) -> None:
    """After a refused change nobody can change anything any more."""
    door = SimpleNamespace(closed=False)

    @patch.replace("support.backend.http.problems:_on_invalid")
    async def on_invalid(original: Any, *arguments: Any) -> Any:
        door.closed = True
        return await original(*arguments)

    @patch.replace("support.backend.threads.threads:lock", counts=False)
    async def lock(original: Any, *arguments: Any) -> Any:
        if door.closed:
            raise backend("http.problems").unavailable("database")
        return await original(*arguments)


@fault(Red(DROPS, "it was changed once", "assert 3 =="))
def refused_change_counts_as_one(patch: Patch) -> None:
    """A refused change leaves its trace in the conversation."""

    @patch.replace("support.backend.http.problems:_on_invalid")
    async def on_invalid(original: Any, request: Any, error: Any) -> Any:
        customer_id = request.state.identity.customer_id
        async with request.app.state.resources.database.transaction(customer_id) as connection:
            await connection.execute("UPDATE threads SET version = version + 1 WHERE customer_id = $1", customer_id)
        return await original(request, error)


@fault(Red(DROPS, "she was told the first time that the mark is wrong", "this was to be refused"))
def marks_that_do_not_exist_are_passed_over(patch: Patch) -> None:
    """A mark that does not exist is silently left out of a change."""

    @patch.replace("support.backend.http.routing:StrictRequest.load")
    async def load(original: Any, request: Any) -> None:
        await original(request)
        body: Any = getattr(request, "_json", None)
        if isinstance(body, dict) and body.get("status") == "finished":  # pyright: ignore[reportUnknownMemberType]
            del body["status"]
