"""Makers for requests: who asks, what is read of a request, and what happens when it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4

from support.faults import seams
from support.faults.makers.functions import before, change_result, on_refusal
from support.faults.makers.storage import fill_in, run_as_owner
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

Body = dict[str, Any]


def mend_body(patch: Patch, mend: Callable[[Body], object]) -> None:
    """Change what a request says before it is checked."""

    def change(_result: Any, call: Call) -> None:
        body = seams.json_body(call.self)
        if isinstance(body, dict):
            mend(cast("Body", body))

    change_result(patch, Seam.LOAD_REQUEST, change)


def mend_query(patch: Patch, changes: dict[str, str]) -> None:
    """Change what the address of a request asks for before it is checked; `changes` are from one text to another."""

    def change(_result: Any, call: Call) -> None:
        query = call.request.scope["query_string"].decode()
        for old, new in changes.items():
            query = query.replace(old, new)
        call.request.scope["query_string"] = query.encode()

    change_result(patch, Seam.AUTHENTICATE, change)


def take_owner_from(patch: Patch, name: Callable[[Any], str | None]) -> None:
    """Take a request for that of the customer whose id `name` finds in it, if it finds one."""

    def owner(identity: Any, call: Call) -> Any:
        named = name(call.connection)
        return dataclasses.replace(identity, customer_id=UUID(named)) if named else identity

    change_result(patch, Seam.IDENTIFY, owner)


async def ask_for_anybody(request: Any, query: str, **ids: Any) -> Any:
    """The first value of a query that row security does not bind."""
    async with seams.service_transaction(request) as connection:
        return await run_as_owner(connection, fill_in(query, **ids))


def let_in(patch: Patch, ending: str, table: str, id_: str) -> None:
    """Let requests whose address ends so be those of the owner, without a token; `id_` is the address's own part."""

    async def authenticate(problem: Any, call: Call) -> None:
        if not call.request.url.path.endswith(ending):
            raise problem
        query = f"SELECT customer_id FROM {table} WHERE id = :id"
        owner = await ask_for_anybody(call.request, query, id=call.request.path_params[id_])
        seams.identify_as(call.request, seams.identity(owner or uuid4(), uuid4()))

    on_refusal(patch, Seam.AUTHENTICATE, authenticate)


def when_refused(patch: Patch, status: int, act: Callable[[Any], Any]) -> None:
    """Do something for a request that is refused with that HTTP status; `act` takes the request and is async."""
    if status == 422:  # which the framework refuses, and not by a problem of ours
        before(patch, Seam.ON_INVALID, lambda call: act(call.request))
    else:
        before(patch, Seam.ON_PROBLEM, lambda call: act(call.request), when=lambda call: call.error.status == status)


def sql_when_refused(patch: Patch, status: int, statement: str) -> None:
    """Run SQL for a request that is refused; `:customer_id` and `:thread_id` are those of the request."""

    async def act(request: Any) -> None:
        customer_id = seams.identity_of(request).customer_id
        ids = {"customer_id": customer_id, "thread_id": request.path_params.get("thread_id")}
        async with seams.transaction_of(request) as connection:
            await connection.execute(fill_in(statement, **ids))
        seams.resources_of(request).relay.wake(customer_id)

    when_refused(patch, status, act)


def store_when_refused(patch: Patch, status: int, *, announce_only: bool = False) -> None:
    """Store an empty thread for a customer who is refused, or only send its event."""

    async def act(request: Any) -> None:
        customer_id = seams.identity_of(request).customer_id
        async with seams.transaction_of(request) as connection:
            if announce_only:
                await Seam.ENQUEUE_EVENT(connection, customer_id, "thread_created", None, THREAD)
            else:
                await Seam.STORE_THREAD(connection, customer_id, "Untitled", {})
        seams.resources_of(request).relay.wake(customer_id)

    when_refused(patch, status, act)


MOMENT = "2026-01-01T00:00:00Z"
THREAD: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "title": "Untitled",
    "status": "active",
    "metadata": {},
    "version": 1,
    "message_count": 0,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "last_activity_at": MOMENT,
    "active_run_id": None,
}
"""A thread that there never was, as events show threads."""
EVENT = (
    "WITH counter AS (UPDATE customers SET last_event = last_event + 1 WHERE id = :customer_id RETURNING last_event) "
    "INSERT INTO outbox (customer_id, sequence, type, thread_id, data, created_at) "
    "SELECT :customer_id, last_event, '{kind}', {thread_id}, '{data}', clock_timestamp() FROM counter"
)
"""SQL that sends an event to a customer."""


def leak(patch: Patch, detail: Callable[[Any], str]) -> None:
    """Say more in a refusal than it should; `detail` takes the request."""

    def add(answer: Any, call: Call) -> Any:
        answer.headers["X-Debug"] = detail(call.request)
        return answer

    change_result(patch, Seam.ON_INVALID, add)
