"""`/api/threads/{id}/messages`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse

from support.backend.http import cursors, idempotency, routing, shapes, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import Backend, Customer, CustomerRoute
from support.backend.live import outbox
from support.backend.platform.database import Connection
from support.backend.threads import messages, threads

router = routing.router("/api/threads/{thread_id}/messages", "messages", CustomerRoute)


class NewMessage(validation.Body):
    """What a customer says."""

    content: validation.Content


@router.post("", status_code=201, response_model=shapes.Message, openapi_extra=idempotency.DOCUMENTED)
async def post(thread_id: UUID, body: NewMessage, request: Request, backend: Backend, who: Customer) -> Response:
    """Say something in a thread."""
    key = await idempotency.key_of(request, who.customer_id)

    async def effect(connection: Connection) -> Answer:
        return await store(connection, who.customer_id, thread_id, body.content)

    async with backend.database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    backend.relay.wake(who.customer_id)
    return response


async def store(connection: Connection, customer_id: UUID, thread_id: UUID, content: str) -> Answer:
    """The message and its event, in one transaction."""
    message = messages.shown(await messages.insert(connection, customer_id, thread_id, content))
    await outbox.enqueue(connection, customer_id, "message_created", thread_id, message)
    return Answer(201, message, thread_id)


@router.get("", response_model=shapes.MessagePage)
async def find(thread_id: UUID, page: Annotated[cursors.Page, Query()], backend: Backend, who: Customer) -> Response:
    """A thread's messages in their order."""
    scope, secret = f"{who.customer_id} {thread_id}", backend.settings.jwt_secret
    after = int(cursors.decode(page.cursor, scope, secret)[0]) if page.cursor is not None else 0
    async with backend.database.transaction(who.customer_id) as connection:
        await threads.read(connection, who.customer_id, thread_id)
        rows = await messages.page(connection, who.customer_id, thread_id, after, page.limit + 1)
    items = [messages.shown(row) for row in rows[: page.limit]]
    more = len(rows) > page.limit
    cursor = cursors.encode([str(items[-1]["sequence"])], scope, secret) if more else None
    return JSONResponse({"items": items, "next_cursor": cursor})
