"""Threads in PostgreSQL. Every query names the owner itself; row security is the net beneath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

from support.backend.http import problems
from support.backend.live import events
from support.backend.platform.database import Connection, Row

Status: TypeAlias = Literal["active", "completed", "archived"]

COLUMNS = "id, title, status, metadata, version, message_count, created_at, updated_at, last_activity_at, active_run_id"

TRANSITIONS: dict[str, frozenset[str]] = {
    "active": frozenset({"completed", "archived"}),
    "completed": frozenset({"active", "archived"}),
    "archived": frozenset({"active"}),
}


async def insert(connection: Connection, customer_id: UUID, title: str, metadata: dict[str, Any]) -> Row:
    """Store a new, active thread."""
    row = await connection.fetchrow(
        f"""
        INSERT INTO threads (id, customer_id, title, metadata, created_at, updated_at, last_activity_at)
        SELECT $1, $2, $3, $4, now, now, now FROM clock_timestamp() AS now
        RETURNING {COLUMNS}
        """,
        uuid4(),
        customer_id,
        title,
        metadata,
    )
    return _found(row)


async def read(connection: Connection, customer_id: UUID, thread_id: UUID) -> Row:
    """One thread of this customer.

    Raises:
        problems.Problem: 404, this customer has no such thread.
    """
    query = f"SELECT {COLUMNS} FROM threads WHERE {owner_condition()} AND id = $2"
    return _found(await connection.fetchrow(query, customer_id, thread_id))


async def lock(connection: Connection, customer_id: UUID, thread_id: UUID) -> Row:
    """As `read`, and nobody else changes the thread before this transaction ends."""
    query = f"SELECT {COLUMNS} FROM threads WHERE {owner_condition()} AND id = $2 FOR UPDATE"
    return _found(await connection.fetchrow(query, customer_id, thread_id))


async def save(connection: Connection, customer_id: UUID, thread_id: UUID, values: Mapping[str, Any]) -> Row:
    """Store title, status and metadata as one new version; the thread must be locked."""
    row = await connection.fetchrow(
        f"""
        UPDATE threads
        SET title = $3, status = $4, metadata = $5, version = version + 1,
            updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
        WHERE {owner_condition()} AND id = $2
        RETURNING {COLUMNS}
        """,
        customer_id,
        thread_id,
        values["title"],
        values["status"],
        values["metadata"],
    )
    return _found(row)


async def set_active_run(connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID) -> None:
    """Say which run an agent works on; the thread must be locked."""
    await connection.execute(
        f"UPDATE threads SET active_run_id = $3 WHERE {owner_condition()} AND id = $2", customer_id, thread_id, run_id
    )


async def end_active_run(connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID) -> None:
    """Say that a run has ended, which is activity; the thread must be locked."""
    await connection.execute(
        f"""
        UPDATE threads
        SET active_run_id = nullif(active_run_id, $3),
            last_activity_at = greatest(clock_timestamp(), last_activity_at + interval '1 microsecond')
        WHERE {owner_condition()} AND id = $2
        """,
        customer_id,
        thread_id,
        run_id,
    )


async def delete(connection: Connection, customer_id: UUID, thread_id: UUID) -> None:
    """Remove a thread and all that belongs to it, answers kept for idempotency keys included."""
    await connection.execute(
        "UPDATE idempotency_keys SET status = NULL, body = NULL, thread_id = NULL"
        " WHERE owner_id = $1 AND thread_id = $2",
        customer_id,
        thread_id,
    )
    for table in ("messages", "runs"):
        await connection.execute(
            f"DELETE FROM {table} WHERE {owner_condition()} AND thread_id = $2", customer_id, thread_id
        )
    await connection.execute(f"DELETE FROM threads WHERE {owner_condition()} AND id = $2", customer_id, thread_id)


def owner_condition() -> str:
    """What every query on customers' rows begins with; the first parameter is the customer."""
    return "customer_id = $1"


def check_transition(old: str, new: str) -> None:
    """Refuse a change of status that is not in the table.

    Raises:
        problems.Problem: 409, with `from`, `to` and `allowed`.
    """
    if new != old and new not in TRANSITIONS[old]:
        members: dict[str, Any] = {"from": old, "to": new, "allowed": sorted(TRANSITIONS[old])}
        raise problems.Problem(409, "status-transition", f"A thread cannot go from {old} to {new}.", **members)


def shown(row: Row) -> dict[str, Any]:
    """A thread as its owner sees it."""
    return {
        "id": str(row["id"]),
        "title": row["title"],
        "status": row["status"],
        "metadata": row["metadata"],
        "version": row["version"],
        "created_at": events.timestamp(row["created_at"]),
        "updated_at": events.timestamp(row["updated_at"]),
        "last_activity_at": events.timestamp(row["last_activity_at"]),
        "message_count": row["message_count"],
        "active_run_id": str(row["active_run_id"]) if row["active_run_id"] else None,
    }


def _found(row: Row | None) -> Row:
    if row is None:
        raise problems.not_found()
    return row
