"""How workers share the runs of all customers: each is claimed by one of them, under a lease that it renews.

Needs service transactions, which see nothing of what a run is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from support.backend.platform.database import Connection

UNFINISHED = "status IN ('queued', 'running')"


@dataclass(frozen=True)
class Claim:
    """A run that a worker has; `begun`: by a worker that has died, for its lease has ended."""

    run_id: UUID
    customer_id: UUID
    thread_id: UUID
    begun: bool


async def claim(connection: Connection, worker: str, lease_seconds: float) -> Claim | None:
    """Take the run that has waited longest of those that no worker has, unless its thread has an earlier one to do."""
    row = await connection.fetchrow(
        f"""
        UPDATE runs SET worker = $1, lease_until = now() + $2
        WHERE id = (
            SELECT id FROM runs AS next
            WHERE {UNFINISHED} AND lease_until <= now() AND NOT EXISTS (
                SELECT FROM runs AS earlier
                WHERE earlier.customer_id = next.customer_id AND earlier.thread_id = next.thread_id
                AND earlier.input_sequence < next.input_sequence AND earlier.{UNFINISHED}
            )
            ORDER BY queued_at LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, customer_id, thread_id, status
        """,
        worker,
        timedelta(seconds=lease_seconds),
    )
    if row is None:
        return None
    return Claim(row["id"], row["customer_id"], row["thread_id"], row["status"] == "running")


async def renew(connection: Connection, worker: str, run_ids: list[UUID], lease_seconds: float) -> set[UUID]:
    """Renew the leases of a worker's runs; says which of them are still its own."""
    rows = await connection.fetch(
        f"UPDATE runs SET lease_until = now() + $3 WHERE id = ANY ($2) AND worker = $1 AND {UNFINISHED} RETURNING id",
        worker,
        run_ids,
        timedelta(seconds=lease_seconds),
    )
    return {row["id"] for row in rows}
