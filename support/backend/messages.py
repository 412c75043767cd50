"""Messages in PostgreSQL, numbered 1, 2, 3 ... within their thread."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from support.backend import events, problems, threads
from support.backend.database import Connection, Row


async def insert(connection: Connection, customer_id: UUID, thread_id: UUID, content: str) -> Row:
    """Store a customer's message and move the thread's last activity forward.

    The thread's row is locked first, so a thread deleted meanwhile gets no message.

    Raises:
        problems.Problem: 404, this customer has no such thread.
    """
    thread = await touch(connection, customer_id, thread_id)
    row = await connection.fetchrow(
        """
        INSERT INTO messages (id, customer_id, thread_id, sequence, role, content, created_at)
        VALUES ($1, $2, $3, $4, 'user', $5, $6)
        RETURNING *
        """,
        uuid4(),
        customer_id,
        thread_id,
        thread["message_count"],
        content,
        thread["last_activity_at"],
    )
    assert row is not None
    return row


async def touch(connection: Connection, customer_id: UUID, thread_id: UUID) -> Row:
    """Count one more message; last activity never stands still, even within one tick of the clock."""
    row = await connection.fetchrow(
        f"""
        UPDATE threads
        SET message_count = message_count + 1,
            last_activity_at = greatest(clock_timestamp(), last_activity_at + interval '1 microsecond')
        WHERE {threads.owner_condition()} AND id = $2
        RETURNING message_count, last_activity_at
        """,
        customer_id,
        thread_id,
    )
    if row is None:
        raise problems.not_found()
    return row


async def page(connection: Connection, customer_id: UUID, thread_id: UUID, after: int, limit: int | None) -> list[Row]:
    """Messages after a sequence, in order; `limit` None means all of them."""
    return await connection.fetch(
        f"SELECT * FROM messages WHERE {threads.owner_condition()} AND thread_id = $2 AND sequence > $3"
        " ORDER BY sequence LIMIT $4",
        customer_id,
        thread_id,
        after,
        limit,
    )


def shown(row: Row) -> dict[str, Any]:
    """A message as its owner sees it."""
    return {
        "id": str(row["id"]),
        "thread_id": str(row["thread_id"]),
        "sequence": row["sequence"],
        "role": row["role"],
        "content": row["content"],
        "agent": row["agent"],
        "run_id": str(row["run_id"]) if row["run_id"] else None,
        "created_at": events.timestamp(row["created_at"]),
    }
