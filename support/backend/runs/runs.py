"""Runs in PostgreSQL: an agent's work on what a customer asks in a thread.

A run is queued, running, and then ended in one of four ways; what has ended stays as it is. Every step is made in one
transaction with its messages and events, and locks the thread first: steps take turns, and once a thread is deleted
there is none any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from support.backend.events import outbox
from support.backend.platform import problems
from support.backend.platform.database import Connection, Record
from support.backend.runs.queue import UNFINISHED, Claim
from support.backend.runs.schemas import ErrorCode, Run, RunMetrics
from support.backend.threads import messages, threads


@dataclass(frozen=True)
class RunEnd:
    """How a run ends: with a result, or with the reason why there is none, as a code and a sentence."""

    status: Literal["completed", "failed", "cancelled", "timed_out"]
    result: str | None = None
    error_code: ErrorCode | None = None
    error_message: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


CANCELLED = RunEnd("cancelled", error_code="cancelled", error_message="The run was cancelled.")


async def queue(
    connection: Connection, customer_id: UUID, thread_id: UUID, agent: str, content: str, timeout_seconds: float
) -> Record:
    """Store the customer's question as a message, and the run that will answer it.

    Raises:
        problems.Problem: 404, this customer has no such thread; 409, it is archived.
    """
    check_open(await threads.lock(connection, customer_id, thread_id))
    message = await messages.insert(connection, customer_id, thread_id, content)
    run = await _insert(connection, customer_id, thread_id, agent, message["sequence"], timeout_seconds)
    await messages.announce(connection, message)
    return run


def check_open(thread: Record) -> None:
    """Refuse a run in an archived thread.

    Raises:
        problems.Problem: 409, with `thread_status`.
    """
    if thread["status"] == "archived":
        detail = "The thread is archived, and an archived thread takes no new run."
        raise problems.Problem(409, "thread-archived", detail, thread_status=thread["status"])


async def start(connection: Connection, claim: Claim, worker: str) -> tuple[Record, list[Record]] | None:
    """Let a claimed run be running; gives the run and what was said. None if this worker has lost it.

    Raises:
        problems.Problem: 404, the thread has been deleted.
    """
    await threads.lock(connection, claim.customer_id, claim.thread_id)
    run = await _begin(connection, claim.customer_id, claim.run_id, worker)
    if run is None:
        return None
    said = await messages.context(connection, claim.customer_id, claim.thread_id, run["input_sequence"])
    await threads.set_active_run(connection, claim.customer_id, claim.thread_id, claim.run_id)
    await announce(connection, "agent_started", run)
    return run, said


async def end(
    connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID, outcome: RunEnd, worker: str | None
) -> Record | None:
    """End a run, its answer stored before that is announced. None if it had ended, or this worker has lost it.

    Raises:
        problems.Problem: 404, the thread has been deleted.
    """
    await threads.lock(connection, customer_id, thread_id)
    run = await _end(connection, customer_id, run_id, outcome, worker)
    if run is None:
        return None
    answer = await store_answer(connection, run) if run["result"] is not None else None
    await threads.end_active_run(connection, customer_id, thread_id, run_id)
    if answer:
        await messages.announce(connection, answer, run_id=run_id)
    await announce(connection, f"agent_{run['status']}", run)
    return run


async def store_answer(connection: Connection, run: Record) -> Record:
    """The assistant's message."""
    return await messages.insert_answer(
        connection, run["customer_id"], run["thread_id"], run["result"], agent=run["agent"], run_id=run["id"]
    )


async def cancel(connection: Connection, customer_id: UUID, run_id: UUID) -> Record:
    """End a run in any state; one that has ended stays as it is.

    Raises:
        problems.Problem: 404, this customer has no such run.
    """
    run = await read(connection, customer_id, run_id)
    ended = await end(connection, customer_id, run["thread_id"], run_id, CANCELLED, worker=None)
    return ended or await read(connection, customer_id, run_id)


async def cancel_all(connection: Connection, customer_id: UUID, thread_id: UUID) -> None:
    """End all that is going on in a thread."""
    for run in await unfinished(connection, customer_id, thread_id):
        await end(connection, customer_id, thread_id, run["id"], CANCELLED, worker=None)


async def announce(connection: Connection, kind: str, run: Record) -> None:
    """Enqueue an event of a run, with the run as it is now."""
    data = shown(run).model_dump(mode="json")
    await outbox.enqueue(connection, run["customer_id"], kind, run["thread_id"], data, run_id=run["id"])


async def read(connection: Connection, customer_id: UUID, run_id: UUID) -> Record:
    """One run of this customer.

    Raises:
        problems.Problem: 404, this customer has no such run.
    """
    query = f"SELECT * FROM runs WHERE {threads.owner_condition()} AND id = $2"
    row = await connection.fetchrow(query, customer_id, run_id)
    if row is None:
        raise problems.not_found()
    return row


async def page(connection: Connection, customer_id: UUID, thread_id: UUID, after: int, limit: int) -> list[Record]:
    """A thread's runs after the one whose input has this sequence, in their order."""
    return await connection.fetch(
        f"SELECT * FROM runs WHERE {threads.owner_condition()} AND thread_id = $2 AND input_sequence > $3"
        " ORDER BY input_sequence LIMIT $4",
        customer_id,
        thread_id,
        after,
        limit,
    )


async def unfinished(connection: Connection, customer_id: UUID, thread_id: UUID) -> list[Record]:
    """A thread's runs that have not ended."""
    return await connection.fetch(
        f"SELECT * FROM runs WHERE {threads.owner_condition()} AND thread_id = $2 AND {UNFINISHED}"
        " ORDER BY input_sequence",
        customer_id,
        thread_id,
    )


def shown(row: Record) -> Run:
    """A run as its owner sees it."""
    return Run.model_validate(
        {
            **dict(row),
            "error": {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None,
            "usage": dict(row) if row["prompt_tokens"] is not None else None,
            "tool_calls": [],
            "metrics": metrics(row),
        }
    )


def metrics(row: Record) -> RunMetrics:
    """How long a run waited and how long it worked, in seconds; None while that is not over."""
    waited_until = row["started_at"] or row["ended_at"]
    return RunMetrics(
        queued_s=_seconds(row["queued_at"], waited_until), running_s=_seconds(row["started_at"], row["ended_at"])
    )


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if begin and end else None


async def _insert(
    connection: Connection, customer_id: UUID, thread_id: UUID, agent: str, input_sequence: int, timeout_seconds: float
) -> Record:
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


async def _begin(connection: Connection, customer_id: UUID, run_id: UUID, worker: str) -> Record | None:
    """Let a queued run be running; None if it is not this worker's to begin."""
    return await connection.fetchrow(
        f"UPDATE runs SET status = 'running', started_at = clock_timestamp()"
        f" WHERE {threads.owner_condition()} AND id = $2 AND worker = $3 AND status = 'queued' RETURNING *",
        customer_id,
        run_id,
        worker,
    )


async def _end(
    connection: Connection, customer_id: UUID, run_id: UUID, outcome: RunEnd, worker: str | None
) -> Record | None:
    """Let a run be over; None if it was, or is not this worker's to end. `worker` None: of any worker."""
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
