"""Runs in PostgreSQL, as their customers see and change them.

A run is queued, running, and then ended in one of four ways; what has ended stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

from support.backend.http import problems
from support.backend.live import events
from support.backend.platform.database import Connection, Row
from support.backend.threads import threads

Status: TypeAlias = Literal["queued", "running", "completed", "failed", "cancelled", "timed_out"]
Ending: TypeAlias = Literal["completed", "failed", "cancelled", "timed_out"]

UNFINISHED = "status IN ('queued', 'running')"


@dataclass(frozen=True)
class Outcome:
    """How a run ends: with a result, or with the reason why there is none, as a code and a sentence."""

    status: Ending
    result: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


async def insert(
    connection: Connection, customer_id: UUID, thread_id: UUID, agent: str, input_sequence: int, timeout_seconds: float
) -> Row:
    """Store a new run, to be claimed by a worker."""
    row = await connection.fetchrow(
        """
        INSERT INTO runs (id, customer_id, thread_id, agent, input_sequence, timeout_seconds, queued_at)
        VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        RETURNING *
        """,
        uuid4(),
        customer_id,
        thread_id,
        agent,
        input_sequence,
        timeout_seconds,
    )
    assert row is not None
    return row


async def read(connection: Connection, customer_id: UUID, run_id: UUID) -> Row:
    """One run of this customer.

    Raises:
        problems.Problem: 404, this customer has no such run.
    """
    query = f"SELECT * FROM runs WHERE {threads.owner_condition()} AND id = $2"
    row = await connection.fetchrow(query, customer_id, run_id)
    if row is None:
        raise problems.not_found()
    return row


async def page(connection: Connection, customer_id: UUID, thread_id: UUID, after: int, limit: int) -> list[Row]:
    """A thread's runs after the one whose input has this sequence, in their order."""
    return await connection.fetch(
        f"SELECT * FROM runs WHERE {threads.owner_condition()} AND thread_id = $2 AND input_sequence > $3"
        " ORDER BY input_sequence LIMIT $4",
        customer_id,
        thread_id,
        after,
        limit,
    )


async def unfinished(connection: Connection, customer_id: UUID, thread_id: UUID) -> list[Row]:
    """A thread's runs that have not ended."""
    return await connection.fetch(
        f"SELECT * FROM runs WHERE {threads.owner_condition()} AND thread_id = $2 AND {UNFINISHED}"
        " ORDER BY input_sequence",
        customer_id,
        thread_id,
    )


async def begin(connection: Connection, customer_id: UUID, run_id: UUID, worker: str) -> Row | None:
    """Let a queued run be running; None if it is not this worker's to begin."""
    return await connection.fetchrow(
        f"UPDATE runs SET status = 'running', started_at = clock_timestamp()"
        f" WHERE {threads.owner_condition()} AND id = $2 AND worker = $3 AND status = 'queued' RETURNING *",
        customer_id,
        run_id,
        worker,
    )


async def end(
    connection: Connection, customer_id: UUID, run_id: UUID, outcome: Outcome, worker: str | None
) -> Row | None:
    """Let a run be over; None if it was, or is not this worker's to end. `worker` None: whoever has it."""
    return await connection.fetchrow(
        f"""
        UPDATE runs
        SET status = $3, result = $4, error_code = $5, error_message = $6, prompt_tokens = $7,
            completion_tokens = $8, ended_at = clock_timestamp()
        WHERE {threads.owner_condition()} AND id = $2 AND {UNFINISHED} AND ($9::text IS NULL OR worker = $9)
        RETURNING *
        """,
        customer_id,
        run_id,
        outcome.status,
        outcome.result,
        outcome.error_code,
        outcome.error_message,
        outcome.prompt_tokens,
        outcome.completion_tokens,
        worker,
    )


def shown(row: Row) -> dict[str, Any]:
    """A run as its owner sees it."""
    error = {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None
    counted = row["prompt_tokens"] is not None
    usage = {"prompt_tokens": row["prompt_tokens"], "completion_tokens": row["completion_tokens"]} if counted else None
    return {
        "id": str(row["id"]),
        "thread_id": str(row["thread_id"]),
        "agent": row["agent"],
        "status": row["status"],
        "result": row["result"],
        "error": error,
        "usage": usage,
        "tool_calls": [],
        "queued_at": events.timestamp(row["queued_at"]),
        "started_at": _timestamp(row["started_at"]),
        "ended_at": _timestamp(row["ended_at"]),
        "metrics": metrics(row),
    }


def metrics(row: Row) -> dict[str, float | None]:
    """How long a run waited and how long it was at work, in seconds; null while that is not over."""
    waited_until = row["started_at"] or row["ended_at"]
    return {
        "queued_s": _seconds(waited_until - row["queued_at"]) if waited_until else None,
        "running_s": _seconds(row["ended_at"] - row["started_at"]) if row["started_at"] and row["ended_at"] else None,
    }


def _timestamp(moment: datetime | None) -> str | None:
    return events.timestamp(moment) if moment else None


def _seconds(duration: timedelta) -> float:
    return duration.total_seconds()
