"""`/api/threads`, and the messages below it; erasing a thread ends its runs first, and stands with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response
from pydantic import Field

from support.backend.customers.routing import Customer, CustomerRoute
from support.backend.events import outbox
from support.backend.events.relay import RelayPart
from support.backend.http import cursors, idempotency, routing, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import DatabasePart, SettingsPart
from support.backend.plans import plans
from support.backend.platform.database import Connection, Record
from support.backend.runs import runs
from support.backend.threads import messages, schemas, search, threads, titles
from support.backend.threads.titles import Titles, TitlesPart

router = routing.router("/api/threads", "threads", CustomerRoute)
messages_router = routing.router("/api/threads/{thread_id}/messages", "messages", CustomerRoute)


class NewThread(validation.Body):
    """Every field is optional."""

    title: validation.Title | None = None
    metadata: validation.Metadata = Field(default_factory=dict)
    first_message: validation.Content | None = None


class NewMessage(validation.Body):
    """A customer's message."""

    content: validation.Content


@router.post("", status_code=201, response_model=schemas.Thread, openapi_extra=idempotency.DOCUMENTED)
async def create(
    body: NewThread, request: Request, database: DatabasePart, relay: RelayPart, maker: TitlesPart, who: Customer
) -> Response:
    """Start a conversation. Without a title it gets one made from its first message."""
    key = await idempotency.key_of(request, who.customer_id)
    if key or body.metadata:
        async with database.transaction(who.customer_id) as connection:
            if body.metadata:
                plans.require(await plans.of(connection, who.customer_id), "metadata")
            if key and (answered := await idempotency.stored(connection, key)):
                return answered
    # The model is slow: it is asked for nothing that is refused or repeated, and before the transaction begins.
    title = body.title or await make_title(maker, who.customer_id, body.first_message)

    async def effect(connection: Connection) -> Answer:
        return await store(connection, who.customer_id, title, body)

    async with database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    relay.wake(who.customer_id)
    return response


async def make_title(maker: Titles, customer_id: UUID, first_message: str | None) -> str:
    """The title of a thread that was given none."""
    if first_message is None:
        return titles.UNTITLED
    return await maker.make_title(customer_id, first_message)


async def store(connection: Connection, customer_id: UUID, title: str, body: NewThread) -> Answer:
    """The thread, its first message and their events, all in one transaction."""
    thread = await threads.insert(connection, customer_id, title, body.metadata)
    thread_id: UUID = thread["id"]
    message: Record | None = None
    if body.first_message is not None:
        message = await messages.insert(connection, customer_id, thread_id, body.first_message)
        thread = await threads.read(connection, customer_id, thread_id)
    shown = threads.shown(thread)
    await outbox.enqueue(connection, customer_id, "thread_created", thread_id, shown.model_dump(mode="json"))
    if message:
        await messages.announce(connection, message)
    return Answer(201, shown, thread_id)


@router.get("")
async def find(
    filters: Annotated[search.Filters, Query()], database: DatabasePart, settings: SettingsPart, who: Customer
) -> schemas.ThreadPage:
    """List the caller's threads, the last active first."""
    async with database.transaction(who.customer_id) as connection:
        if filters.is_search:
            plans.require(await plans.of(connection, who.customer_id), "search")
        rows, cursor = await search.page(connection, who.customer_id, filters, settings.jwt_secret)
    return schemas.ThreadPage(items=[threads.shown(row) for row in rows], next_cursor=cursor)


@router.get("/{thread_id}")
async def read(thread_id: UUID, response: Response, database: DatabasePart, who: Customer) -> schemas.Thread:
    """One thread. Reading does not count as activity."""
    async with database.transaction(who.customer_id) as connection:
        return _tagged(response, await threads.read(connection, who.customer_id, thread_id))


@router.patch("/{thread_id}")
async def change(
    thread_id: UUID,
    body: threads.ThreadChanges,
    response: Response,
    *,
    database: DatabasePart,
    relay: RelayPart,
    who: Customer,
    if_match: Annotated[str | None, Header()] = None,
) -> schemas.Thread:
    """Change title, status or metadata; with `If-Match`, only the version named there. Archiving ends the runs."""
    async with database.transaction(who.customer_id) as connection:
        if "metadata" in body.model_fields_set:
            plans.require(await plans.of(connection, who.customer_id), "metadata")
        old = await threads.lock(connection, who.customer_id, thread_id)
        threads.check_version(if_match, old["version"])
        values = threads.values_after(old, body)
        changed = threads.changed_names(old, values)
        if not changed:
            return _tagged(response, old)
        if values["status"] == "archived":
            await runs.cancel_all(connection, who.customer_id, thread_id)
        new = await threads.save(connection, who.customer_id, thread_id, values)
        data = threads.event_data(old, new, changed)
        await outbox.enqueue(connection, who.customer_id, "thread_updated", thread_id, data)
    relay.wake(who.customer_id)
    return _tagged(response, new)


@router.get("/{thread_id}/export")
async def export(thread_id: UUID, response: Response, database: DatabasePart, who: Customer) -> schemas.ThreadExport:
    """A thread with all its messages, as a file."""
    async with database.transaction(who.customer_id) as connection:
        plans.require(await plans.of(connection, who.customer_id), "export")
        # Locked, so that the thread and its messages are of one moment.
        thread = await threads.lock(connection, who.customer_id, thread_id)
        rows = await messages.page(connection, who.customer_id, thread_id, after=0, limit=None)
    response.headers["Content-Disposition"] = f'attachment; filename="thread-{thread_id}.json"'
    return schemas.ThreadExport(
        exported_at=datetime.now(UTC), thread=threads.shown(thread), messages=[messages.shown(row) for row in rows]
    )


@messages_router.post("", status_code=201, response_model=schemas.Message, openapi_extra=idempotency.DOCUMENTED)
async def post_message(
    thread_id: UUID, body: NewMessage, request: Request, database: DatabasePart, relay: RelayPart, who: Customer
) -> Response:
    """Write a message in a thread."""
    key = await idempotency.key_of(request, who.customer_id)

    async def effect(connection: Connection) -> Answer:
        message = await messages.insert(connection, who.customer_id, thread_id, body.content)
        await messages.announce(connection, message)
        return Answer(201, messages.shown(message), thread_id)

    async with database.transaction(who.customer_id) as connection:
        response = await idempotency.once(connection, key, effect)
    relay.wake(who.customer_id)
    return response


@messages_router.get("")
async def find_messages(
    thread_id: UUID,
    page: Annotated[cursors.Page, Query()],
    database: DatabasePart,
    settings: SettingsPart,
    who: Customer,
) -> schemas.MessagePage:
    """A thread's messages in their order."""
    scope, secret = f"{who.customer_id} {thread_id}", settings.jwt_secret
    after = cursors.sequence(page.cursor, scope, secret)
    async with database.transaction(who.customer_id) as connection:
        await threads.read(connection, who.customer_id, thread_id)
        rows = await messages.page(connection, who.customer_id, thread_id, after, page.limit + 1)
    items = [messages.shown(row) for row in rows[: page.limit]]
    more = len(rows) > page.limit
    cursor = cursors.encode([str(items[-1].sequence)], scope, secret) if more else None
    return schemas.MessagePage(items=items, next_cursor=cursor)


def _tagged(response: Response, row: Record) -> schemas.Thread:
    response.headers["ETag"] = f'"{row["version"]}"'
    return threads.shown(row)
