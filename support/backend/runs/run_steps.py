"""The steps of a run, each in one transaction with its messages and events.

Every step locks the thread first: steps take turns, and once a thread is deleted there is none any more.
"""

from __future__ import annotations

from uuid import UUID

from support.backend.http import problems
from support.backend.live import outbox
from support.backend.platform.database import Connection, Row
from support.backend.runs import runs
from support.backend.runs.run_queue import Claim
from support.backend.runs.runs import Outcome
from support.backend.threads import messages, threads

CANCELLED = Outcome("cancelled", error_code="cancelled", error_message="The run was cancelled.")


async def queue(
    connection: Connection, customer_id: UUID, thread_id: UUID, agent: str, content: str, timeout_seconds: float
) -> Row:
    """Store what the customer asks, as a message, and the run that is to answer it.

    Raises:
        problems.Problem: 404, this customer has no such thread; 409, it is archived.
    """
    check_open(await threads.lock(connection, customer_id, thread_id))
    message = await messages.insert(connection, customer_id, thread_id, content)
    run = await runs.insert(connection, customer_id, thread_id, agent, message["sequence"], timeout_seconds)
    await outbox.enqueue(connection, customer_id, "message_created", thread_id, messages.shown(message))
    return run


def check_open(thread: Row) -> None:
    """Refuse a run in an archived thread.

    Raises:
        problems.Problem: 409, with `thread_status`.
    """
    if thread["status"] == "archived":
        detail = "The thread is archived, and an archived thread takes no new run."
        raise problems.Problem(409, "thread-archived", detail, thread_status=thread["status"])


async def start(connection: Connection, claim: Claim, worker: str) -> tuple[Row, list[Row]] | None:
    """Let a claimed run be running; gives the run and what was said. None if it is this worker's no more.

    Raises:
        problems.Problem: 404, the thread has been deleted.
    """
    await threads.lock(connection, claim.customer_id, claim.thread_id)
    run = await runs.begin(connection, claim.customer_id, claim.run_id, worker)
    if run is None:
        return None
    said = await messages.context(connection, claim.customer_id, claim.thread_id, run["input_sequence"])
    await threads.set_active_run(connection, claim.customer_id, claim.thread_id, claim.run_id)
    await announce(connection, "agent_started", run)
    return run, said


async def end(
    connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID, outcome: Outcome, worker: str | None
) -> Row | None:
    """End a run, its answer stored before that is announced. None if it had ended, or is this worker's no more.

    Raises:
        problems.Problem: 404, the thread has been deleted.
    """
    await threads.lock(connection, customer_id, thread_id)
    run = await runs.end(connection, customer_id, run_id, outcome, worker)
    if run is None:
        return None
    answer = await store_answer(connection, run) if run["result"] is not None else None
    await threads.end_active_run(connection, customer_id, thread_id, run_id)
    if answer:
        shown = messages.shown(answer)
        await outbox.enqueue(connection, customer_id, "message_created", thread_id, shown, run_id=run_id)
    await announce(connection, f"agent_{run['status']}", run)
    return run


async def store_answer(connection: Connection, run: Row) -> Row:
    """The assistant's message."""
    return await messages.insert_answer(
        connection, run["customer_id"], run["thread_id"], run["result"], agent=run["agent"], run_id=run["id"]
    )


async def cancel(connection: Connection, customer_id: UUID, run_id: UUID) -> Row:
    """End a run, wherever it is; one that has ended stays as it is.

    Raises:
        problems.Problem: 404, this customer has no such run.
    """
    run = await runs.read(connection, customer_id, run_id)
    ended = await end(connection, customer_id, run["thread_id"], run_id, CANCELLED, worker=None)
    return ended or await runs.read(connection, customer_id, run_id)


async def cancel_all(connection: Connection, customer_id: UUID, thread_id: UUID) -> None:
    """End all that is going on in a thread."""
    for run in await runs.unfinished(connection, customer_id, thread_id):
        await end(connection, customer_id, thread_id, run["id"], CANCELLED, worker=None)


async def announce(connection: Connection, kind: str, run: Row) -> None:
    """Tell where a run is."""
    data = runs.shown(run)
    await outbox.enqueue(connection, run["customer_id"], kind, run["thread_id"], data, run_id=run["id"])
