"""`/api/threads/{id}/runs`, `/api/runs`, `/api/agents`, and the erasing of a thread, which ends its runs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from support.backend.agents import agents
from support.backend.customers.routing import Customer, CustomerRoute
from support.backend.events import outbox
from support.backend.events.relay import RelayPart
from support.backend.http import cursors, idempotency, routing, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import DatabasePart, SettingsPart
from support.backend.platform.database import Connection
from support.backend.runs import runs, schemas
from support.backend.runs.worker import WorkerPart
from support.backend.threads import threads
from support.backend.threads.schemas import DeletedThread

router = routing.router("/api", "runs", CustomerRoute)
erasing_router = routing.router("/api/threads", "threads", CustomerRoute)


class NewRun(validation.Body):
    """The agent, and the question."""

    agent: Annotated[str, Field(min_length=1, max_length=64)]
    input: validation.Content
    timeout_s: Annotated[float, Field(ge=0.1, le=600, description="seconds from its start")] = 60


@router.get("/agents")
async def list_agents(who: Customer) -> schemas.AgentList:  # noqa: ARG001 - known customers only
    """List the agents."""
    return schemas.AgentList(items=list(agents.AGENTS))


@router.post(
    "/threads/{thread_id}/runs", status_code=202, response_model=schemas.Run, openapi_extra=idempotency.DOCUMENTED
)
async def queue(
    thread_id: UUID,
    body: NewRun,
    request: Request,
    *,
    database: DatabasePart,
    relay: RelayPart,
    worker: WorkerPart,
    who: Customer,
) -> Response:
    """Ask an agent. The answer will be a message of the thread; a thread's runs are done one after the other."""
    key = await idempotency.key_of(request, who.customer_id)
    agent = agents.find(body.agent)

    async def effect(connection: Connection) -> Answer:
        run = await runs.queue(connection, who.customer_id, thread_id, agent.name, body.input, body.timeout_s)
        return Answer(202, runs.shown(run), thread_id)

    async with database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    relay.wake(who.customer_id)
    worker.wake()
    return response


@router.get("/threads/{thread_id}/runs")
async def find(
    thread_id: UUID,
    page: Annotated[cursors.Page, Query()],
    database: DatabasePart,
    settings: SettingsPart,
    who: Customer,
) -> schemas.RunPage:
    """A thread's runs in their order."""
    scope, secret = f"runs {who.customer_id} {thread_id}", settings.jwt_secret
    after = cursors.sequence(page.cursor, scope, secret)
    async with database.transaction(who.customer_id) as connection:
        await threads.read(connection, who.customer_id, thread_id)
        rows = await runs.page(connection, who.customer_id, thread_id, after, page.limit + 1)
    items = rows[: page.limit]
    more = len(rows) > page.limit
    cursor = cursors.encode([str(items[-1]["input_sequence"])], scope, secret) if more else None
    return schemas.RunPage(items=[runs.shown(row) for row in items], next_cursor=cursor)


@router.get("/runs/{run_id}")
async def read(run_id: UUID, database: DatabasePart, who: Customer) -> schemas.Run:
    """One run."""
    async with database.transaction(who.customer_id) as connection:
        return runs.shown(await runs.read(connection, who.customer_id, run_id))


@router.post("/runs/{run_id}/cancel", response_model=schemas.Run, openapi_extra=idempotency.DOCUMENTED)
async def cancel(run_id: UUID, request: Request, database: DatabasePart, relay: RelayPart, who: Customer) -> Response:
    """Stop a run; one that has ended stays as it is, and is the answer all the same."""
    key = await idempotency.key_of(request, who.customer_id)

    async def effect(connection: Connection) -> Answer:
        run = await runs.cancel(connection, who.customer_id, run_id)
        return Answer(200, runs.shown(run), run["thread_id"])

    async with database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    relay.wake(who.customer_id)
    return response


@erasing_router.delete("/{thread_id}", status_code=204)
async def delete(thread_id: UUID, database: DatabasePart, relay: RelayPart, who: Customer) -> Response:
    """Erase a thread with all that belongs to it; nothing that mentions it is kept, and no run goes on."""
    async with database.transaction(who.customer_id) as connection:
        await threads.lock(connection, who.customer_id, thread_id)
        await runs.cancel_all(connection, who.customer_id, thread_id)
        await threads.delete(connection, who.customer_id, thread_id)
        data = DeletedThread(id=thread_id).model_dump(mode="json")
        await outbox.enqueue(connection, who.customer_id, "thread_deleted", thread_id, data)
    relay.wake(who.customer_id)
    return Response(status_code=204)
