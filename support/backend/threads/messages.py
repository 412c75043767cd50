"""Messages in PostgreSQL, numbered 1, 2, 3 ... within their thread."""

from __future__ import annotations

from uuid import UUID, uuid4

from support.backend.events import outbox
from support.backend.platform import problems
from support.backend.platform.database import Connection, Record
from support.backend.threads import threads
from support.backend.threads.schemas import Message


async def insert(connection: Connection, customer_id: UUID, thread_id: UUID, content: str) -> Record:
    """Store a customer's message and move the thread's last activity forward.

    The thread's row is locked first, so a thread deleted meanwhile gets no message.

    Raises:
        problems.Problem: 404, this customer has no such thread.
    """
    return await _insert(connection, customer_id, thread_id, "user", content)


async def insert_answer(
    connection: Connection, customer_id: UUID, thread_id: UUID, content: str, *, agent: str, run_id: UUID
) -> Record:
    """Store an agent's answer in a run, as `insert` does for a customer's message."""
    return await _insert(connection, customer_id, thread_id, "assistant", content, agent=agent, run_id=run_id)


async def _insert(
    connection: Connection,
    customer_id: UUID,
    thread_id: UUID,
    role: str,
    content: str,
    *,
    agent: str | None = None,
    run_id: UUID | None = None,
) -> Record:
    thread = await touch(connection, customer_id, thread_id)
    row = await connection.fetchrow(
        """
        INSERT INTO messages (id, customer_id, thread_id, sequence, role, content, created_at, agent, run_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        RETURNING *
        """,
        uuid4(),
        customer_id,
        thread_id,
        thread["message_count"],
        role,
        content,
        thread["last_activity_at"],
        agent,
        run_id,
    )
    assert row is not None
    return row


async def touch(connection: Connection, customer_id: UUID, thread_id: UUID) -> Record:
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


async def page(
    connection: Connection, customer_id: UUID, thread_id: UUID, after: int, limit: int | None
) -> list[Record]:
    """Messages after a sequence, in order; `limit` None means all of them."""
    return await connection.fetch(
        f"SELECT * FROM messages WHERE {threads.owner_condition()} AND thread_id = $2 AND sequence > $3"
        " ORDER BY sequence LIMIT $4",
        customer_id,
        thread_id,
        after,
        limit,
    )


async def context(connection: Connection, customer_id: UUID, thread_id: UUID, question: int) -> list[Record]:
    """The messages that an agent reads to answer one: all earlier ones, and that one last.

    Answers that came while the message waited for its turn belong to it; what the customer has said since does not.
    """
    return await connection.fetch(
        f"SELECT * FROM messages WHERE {threads.owner_condition()} AND thread_id = $2"
        " AND (sequence <= $3 OR role = 'assistant') ORDER BY sequence = $3, sequence",
        customer_id,
        thread_id,
        question,
    )


def shown(row: Record) -> Message:
    """A message as its owner sees it."""
    return Message.model_validate(dict(row))


async def announce(connection: Connection, row: Record, *, run_id: UUID | None = None) -> None:
    """Enqueue the event of a new message, with the run that answered with it."""
    data = shown(row).model_dump(mode="json")
    await outbox.enqueue(connection, row["customer_id"], "message_created", row["thread_id"], data, run_id=run_id)
