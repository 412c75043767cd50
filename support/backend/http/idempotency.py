"""Idempotency keys: the effect of a POST happens once, and a repetition gets the answer of the first.

The key is claimed in the transaction of the effect. A twin that arrives meanwhile waits at the unique index until
that transaction ends, and then finds the answer, or, if it failed, a key that is free again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from support.backend.platform import problems
from support.backend.platform.database import Connection

HEADER = "Idempotency-Key"
DOCUMENTED: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "description": "A request repeated with the same key has no second effect, and gets the first answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]
}
"""For openapi.json: the endpoint honours the header."""
REPLAYED = {"Idempotent-Replayed": "true"}


@dataclass(frozen=True)
class Answer:
    """What a POST answers; `thread_id` is the thread it mentions, whose deletion takes the answer with it."""

    status: int
    body: BaseModel
    thread_id: UUID | None = None


@dataclass(frozen=True)
class Key:
    """A key, and what it was sent with."""

    owner_id: UUID
    value: str
    request_hash: bytes


async def key_of(request: Request, owner_id: UUID) -> Key | None:
    """The key of a request, if it has one.

    Raises:
        problems.Problem: 422, it is empty, longer than 255 characters, or not printable ASCII.
    """
    value = request.headers.get(HEADER)
    if value is None:
        return None
    if not (0 < len(value) <= 255 and value.isascii() and value.isprintable()):
        detail = "must be 1 to 255 printable ASCII characters"
        raise problems.invalid([problems.field_error(f"/{HEADER}", detail, "header")])
    return Key(owner_id, value, await request_hash(request))


async def request_hash(request: Request) -> bytes:
    """A hash that is equal for equal requests."""
    body = await request.json() if await request.body() else None
    canonical = json.dumps([request.method, request.url.path, body], sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()


async def once(connection: Connection, key: Key | None, effect: Callable[[Connection], Awaitable[Answer]]) -> Response:
    """Run the effect, or return the answer stored under this key. Commits nothing itself.

    Raises:
        problems.Problem: 422, the key was used for another request; 404, the thread that it made has been deleted.
    """
    if key and not await claim(connection, key):
        replayed = await stored(connection, key)
        assert replayed is not None
        return replayed
    answer = await effect(connection)
    text = answer.body.model_dump_json()
    if key:
        await keep(connection, key, answer, text)
    return Response(text, answer.status, media_type="application/json")


async def claim(connection: Connection, key: Key) -> bool:
    """Whether this transaction is the first with this key; waits for another that holds it."""
    claimed = await connection.fetchval(
        "INSERT INTO idempotency_keys (owner_id, key, request_hash) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING RETURNING true",
        key.owner_id,
        key.value,
        key.request_hash,
    )
    return bool(claimed)


async def keep(connection: Connection, key: Key, answer: Answer, text: str) -> None:
    """Store an answer, and its body as text, for repetitions."""
    await connection.execute(
        "UPDATE idempotency_keys SET status = $3, body = $4, thread_id = $5 WHERE owner_id = $1 AND key = $2",
        key.owner_id,
        key.value,
        answer.status,
        text,
        answer.thread_id,
    )


async def stored(connection: Connection, key: Key) -> Response | None:
    """The answer given under a key, if there was one.

    Raises:
        problems.Problem: as for `once`.
    """
    row = await connection.fetchrow(
        "SELECT request_hash, status, body FROM idempotency_keys WHERE owner_id = $1 AND key = $2",
        key.owner_id,
        key.value,
    )
    if row is None:
        return None
    if row["request_hash"] != key.request_hash:
        detail = "was used for another request"
        raise problems.invalid([problems.field_error(f"/{HEADER}", detail, "header")])
    if row["body"] is None:
        raise problems.not_found()
    return Response(row["body"], row["status"], REPLAYED, "application/json")
