"""Events on their way out: written in the transaction of their change, published after it.

A sequence is taken from a counter in the customer's row. Its lock is held until the commit, so sequences are without
gaps and in the order of the commits: a reader of the outbox sees no event without those before it.
Enqueue last in a transaction; a customer's other writers wait from here to the commit.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from support.backend.events import events
from support.backend.events.events import Event
from support.backend.platform.database import Connection


async def enqueue(
    connection: Connection,
    customer_id: UUID,
    kind: str,
    thread_id: UUID | None,
    data: dict[str, Any],
    *,
    run_id: UUID | None = None,
) -> None:
    """Add one event to the transaction; after its commit, `Relay.wake` sends it on its way.

    An event of a run also gets the next number within the run, whose row must be locked.
    """
    await connection.execute(
        """
        WITH counter AS (UPDATE customers SET last_event = last_event + 1 WHERE id = $1 RETURNING last_event),
        run AS (UPDATE runs SET events = events + 1 WHERE customer_id = $1 AND id = $5 RETURNING events)
        INSERT INTO outbox (customer_id, sequence, type, thread_id, data, created_at, run_id, run_sequence)
        SELECT $1, last_event, $2, $3, $4, clock_timestamp(), $5, (SELECT events FROM run) FROM counter
        """,
        customer_id,
        kind,
        thread_id,
        data,
        run_id,
    )


async def pending(connection: Connection, customer_id: UUID, maximum: int) -> list[Event]:
    """A customer's unpublished events in their order. Needs a service transaction."""
    rows = await connection.fetch(
        "SELECT * FROM outbox WHERE customer_id = $1 ORDER BY sequence LIMIT $2", customer_id, maximum
    )
    return [events.from_row(row) for row in rows]


async def forget(connection: Connection, customer_id: UUID, last: int) -> None:
    """Drop a customer's events up to and including one that is published. Needs a service transaction."""
    await connection.execute("DELETE FROM outbox WHERE customer_id = $1 AND sequence <= $2", customer_id, last)


async def waiting_customers(connection: Connection) -> dict[UUID, int]:
    """How many unpublished events each customer has; those without are left out. Needs a service transaction."""
    rows = await connection.fetch("SELECT customer_id, count(*) AS events FROM outbox GROUP BY customer_id")
    return {row["customer_id"]: row["events"] for row in rows}
