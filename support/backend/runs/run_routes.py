"""`/api/threads/{id}/runs`, `/api/runs` and `/api/agents`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from support.backend.agents import agents
from support.backend.http import cursors, idempotency, routing, shapes, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import Backend, Customer, CustomerRoute
from support.backend.platform.database import Connection
from support.backend.runs import run_steps, runs
from support.backend.threads import threads

router = routing.router("/api", "runs", CustomerRoute)


class NewRun(validation.Body):
    """Who is asked, and what."""

    agent: Annotated[str, Field(min_length=1, max_length=64)]
    input: validation.Content
    timeout_s: Annotated[float, Field(ge=0.1, le=600, description="seconds from its start")] = 60


@router.get("/agents", response_model=shapes.AgentList)
async def list_agents(who: Customer) -> Response:  # noqa: ARG001 - known customers only
    """Who can be asked."""
    return JSONResponse({"items": [agents.shown(agent) for agent in agents.AGENTS]})


@router.post(
    "/threads/{thread_id}/runs", status_code=202, response_model=shapes.Run, openapi_extra=idempotency.DOCUMENTED
)
async def queue(thread_id: UUID, body: NewRun, request: Request, backend: Backend, who: Customer) -> Response:
    """Ask an agent. The answer will be a message of the thread; a thread's runs are done one after the other."""
    key = await idempotency.key_of(request, who.customer_id)
    agent = agents.find(body.agent)

    async def effect(connection: Connection) -> Answer:
        run = await run_steps.queue(connection, who.customer_id, thread_id, agent.name, body.input, body.timeout_s)
        return Answer(202, runs.shown(run), thread_id)

    async with backend.database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    backend.relay.wake(who.customer_id)
    backend.worker.wake()
    return response


@router.get("/threads/{thread_id}/runs", response_model=shapes.RunPage)
async def find(thread_id: UUID, page: Annotated[cursors.Page, Query()], backend: Backend, who: Customer) -> Response:
    """A thread's runs in their order."""
    scope, secret = f"runs {who.customer_id} {thread_id}", backend.settings.jwt_secret
    after = int(cursors.decode(page.cursor, scope, secret)[0]) if page.cursor is not None else 0
    async with backend.database.transaction(who.customer_id) as connection:
        await threads.read(connection, who.customer_id, thread_id)
        rows = await runs.page(connection, who.customer_id, thread_id, after, page.limit + 1)
    items = rows[: page.limit]
    more = len(rows) > page.limit
    cursor = cursors.encode([str(items[-1]["input_sequence"])], scope, secret) if more else None
    return JSONResponse({"items": [runs.shown(row) for row in items], "next_cursor": cursor})


@router.get("/runs/{run_id}", response_model=shapes.Run)
async def read(run_id: UUID, backend: Backend, who: Customer) -> Response:
    """One run."""
    async with backend.database.transaction(who.customer_id) as connection:
        return JSONResponse(runs.shown(await runs.read(connection, who.customer_id, run_id)))


@router.post("/runs/{run_id}/cancel", response_model=shapes.Run, openapi_extra=idempotency.DOCUMENTED)
async def cancel(run_id: UUID, request: Request, backend: Backend, who: Customer) -> Response:
    """Stop a run; one that has ended stays as it is, and is the answer all the same."""
    key = await idempotency.key_of(request, who.customer_id)

    async def effect(connection: Connection) -> Answer:
        run = await run_steps.cancel(connection, who.customer_id, run_id)
        return Answer(200, runs.shown(run), run["thread_id"])

    async with backend.database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    backend.relay.wake(who.customer_id)
    return response
