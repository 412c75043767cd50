"""`/api/threads`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from support.backend.http import idempotency, routing, shapes, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import Backend, Customer, CustomerRoute
from support.backend.live import events, outbox
from support.backend.plans import plans
from support.backend.platform.database import Connection, Row
from support.backend.runs import run_steps
from support.backend.threads import messages, thread_changes, thread_search, threads, titles

router = routing.router("/api/threads", "threads", CustomerRoute)


class NewThread(validation.Body):
    """All of it may be left out."""

    title: validation.Title | None = None
    metadata: validation.Metadata = Field(default_factory=dict)
    first_message: validation.Content | None = None


@router.post("", status_code=201, response_model=shapes.Thread, openapi_extra=idempotency.DOCUMENTED)
async def create(body: NewThread, request: Request, backend: Backend, who: Customer) -> Response:
    """Start a conversation. Without a title it gets one made from its first message."""
    key = await idempotency.key_of(request, who.customer_id)
    if key or body.metadata:
        async with backend.database.transaction(who.customer_id) as connection:
            if body.metadata:
                plans.require(await plans.of(connection, who.customer_id), "metadata")
            if key and (answered := await idempotency.stored(connection, key)):
                return answered
    # The model is slow: it is asked for nothing that is refused or repeated, and before the transaction begins.
    title = body.title or await make_title(backend, who.customer_id, body.first_message)

    async def effect(connection: Connection) -> Answer:
        return await store(connection, who.customer_id, title, body)

    async with backend.database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    backend.relay.wake(who.customer_id)
    return response


async def make_title(backend: Backend, customer_id: UUID, first_message: str | None) -> str:
    """The title of a thread that was given none."""
    if first_message is None:
        return titles.UNTITLED
    return await backend.titles.make_title(customer_id, first_message)


async def store(connection: Connection, customer_id: UUID, title: str, body: NewThread) -> Answer:
    """The thread, its first message and their events, all in one transaction."""
    thread = await threads.insert(connection, customer_id, title, body.metadata)
    thread_id: UUID = thread["id"]
    message: Row | None = None
    if body.first_message is not None:
        message = await messages.insert(connection, customer_id, thread_id, body.first_message)
        thread = await threads.read(connection, customer_id, thread_id)
    shown = threads.shown(thread)
    await outbox.enqueue(connection, customer_id, "thread_created", thread_id, shown)
    if message:
        await outbox.enqueue(connection, customer_id, "message_created", thread_id, messages.shown(message))
    return Answer(201, shown, thread_id)


@router.get("", response_model=shapes.ThreadPage)
async def find(filters: Annotated[thread_search.Filters, Query()], backend: Backend, who: Customer) -> Response:
    """One's own threads, the last active first."""
    async with backend.database.transaction(who.customer_id) as connection:
        if filters.is_search:
            plans.require(await plans.of(connection, who.customer_id), "search")
        rows, cursor = await thread_search.page(connection, who.customer_id, filters, backend.settings.jwt_secret)
    return JSONResponse({"items": [threads.shown(row) for row in rows], "next_cursor": cursor})


@router.get("/{thread_id}", response_model=shapes.Thread)
async def read(thread_id: UUID, backend: Backend, who: Customer) -> Response:
    """One thread. Reading does not count as activity."""
    async with backend.database.transaction(who.customer_id) as connection:
        return _answer(await threads.read(connection, who.customer_id, thread_id))


@router.patch("/{thread_id}", response_model=shapes.Thread)
async def change(
    thread_id: UUID,
    body: thread_changes.ThreadChanges,
    backend: Backend,
    who: Customer,
    if_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Change title, status or metadata; with `If-Match`, only the version named there."""
    async with backend.database.transaction(who.customer_id) as connection:
        if "metadata" in body.model_fields_set:
            plans.require(await plans.of(connection, who.customer_id), "metadata")
        old = await threads.lock(connection, who.customer_id, thread_id)
        thread_changes.check_version(if_match, old["version"])
        values = thread_changes.values_after(old, body)
        changed = thread_changes.changed_names(old, values)
        if not changed:
            return _answer(old)
        new = await threads.save(connection, who.customer_id, thread_id, values)
        data = thread_changes.event_data(old, new, changed)
        await outbox.enqueue(connection, who.customer_id, "thread_updated", thread_id, data)
    backend.relay.wake(who.customer_id)
    return _answer(new)


@router.delete("/{thread_id}", status_code=204)
async def delete(thread_id: UUID, backend: Backend, who: Customer) -> Response:
    """Erase a thread with all that belongs to it; nothing that mentions it is kept, and no run goes on."""
    async with backend.database.transaction(who.customer_id) as connection:
        await threads.lock(connection, who.customer_id, thread_id)
        await run_steps.cancel_all(connection, who.customer_id, thread_id)
        await threads.delete(connection, who.customer_id, thread_id)
        await outbox.enqueue(connection, who.customer_id, "thread_deleted", thread_id, {"id": str(thread_id)})
    backend.relay.wake(who.customer_id)
    return Response(status_code=204)


@router.get("/{thread_id}/export", response_model=shapes.ThreadExport)
async def export(thread_id: UUID, backend: Backend, who: Customer) -> Response:
    """A thread with all its messages, as a file."""
    async with backend.database.transaction(who.customer_id) as connection:
        plans.require(await plans.of(connection, who.customer_id), "export")
        # Locked, so that the thread and its messages are of one moment.
        thread = await threads.lock(connection, who.customer_id, thread_id)
        rows = await messages.page(connection, who.customer_id, thread_id, after=0, limit=None)
    body = {
        "exported_at": events.timestamp(datetime.now(UTC)),
        "thread": threads.shown(thread),
        "messages": [messages.shown(row) for row in rows],
    }
    return JSONResponse(body, headers={"Content-Disposition": f'attachment; filename="thread-{thread_id}.json"'})


def _answer(row: Row) -> Response:
    return JSONResponse(threads.shown(row), headers={"ETag": f'"{row["version"]}"'})
