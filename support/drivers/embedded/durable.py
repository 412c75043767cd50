"""What the embedded backend keeps in PostgreSQL and Redis."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from support.drivers.embedded.live import read_event
from support.drivers.types import Account, Event, StoredThread
from support.probes.postgres import PostgresProbe
from support.probes.redis import RedisProbe

KINDS = {"string": "text", "number": "number", "boolean": "yes/no", "null": "nothing", "array": "list"}
OWNER_COLUMNS = ("customer_id", "owner_id")


class EmbeddedDurable:
    """Tables `threads`, `messages` and `outbox`; streams `events:<customer>`."""

    def __init__(self, postgres: PostgresProbe, redis: RedisProbe) -> None:
        self._postgres = postgres
        self._redis = redis

    async def thread(self, thread_id: str) -> StoredThread | None:
        """A thread by its id."""
        found = await self._threads("t.id::text = $1", thread_id)
        return found[0] if found else None

    async def threads_of(self, accounts: Sequence[Account]) -> list[StoredThread]:
        """Every thread of these customers, oldest first."""
        return await self._threads("t.customer_id::text = ANY($1)", [account.id for account in accounts])

    async def messages_of(self, account: Account) -> list[str]:
        """The text of every message stored for a customer, in whatever thread."""
        found = await self._postgres.rows(
            "SELECT content FROM messages WHERE customer_id::text = $1 ORDER BY created_at, sequence", account.id
        )
        return [row["content"] for row in found]

    async def events_of(self, account: Account) -> list[Event]:
        """Published events from the customer's stream, then those that still wait to be published."""
        waiting = await self._postgres.rows(
            "SELECT sequence, type, thread_id::text, data FROM outbox WHERE customer_id::text = $1 ORDER BY sequence",
            account.id,
        )
        published = [json.loads(entry["event"]) for entry in await self._redis.stream(f"events:{account.id}")]
        frames = {row["sequence"]: row | {"id": str(row["sequence"])} for row in waiting}
        frames |= {frame["sequence"]: frame for frame in published}
        return [read_event(frames[sequence]) for sequence in sorted(frames)]

    async def digest(self, account: Account) -> str:
        """A fingerprint of every row of the customer in any table, and of their events in Redis."""
        digest = hashlib.sha256()
        for column in OWNER_COLUMNS:
            digest.update((await self._postgres.digest(column, account.id)).encode())
        digest.update(json.dumps(await self._redis.stream(f"events:{account.id}")).encode())
        return digest.hexdigest()

    async def _threads(self, condition: str, value: Any) -> list[StoredThread]:
        rows = await self._postgres.rows(
            "SELECT t.id::text, t.customer_id::text AS owner, t.title, t.status, t.metadata, "
            "array(SELECT m.content FROM messages m WHERE m.thread_id = t.id ORDER BY m.sequence) AS messages "
            f"FROM threads t WHERE {condition} ORDER BY t.created_at, t.id",
            value,
        )
        kinds = [await self._kinds(row["id"]) for row in rows]
        return [
            StoredThread(
                id=row["id"],
                owner_id=row["owner"],
                title=row["title"],
                status=row["status"],
                details=row["metadata"],
                kinds=kind,
                messages=tuple(row["messages"]),
            )
            for row, kind in zip(rows, kinds, strict=True)
        ]

    async def _kinds(self, thread_id: str) -> dict[str, str]:
        """PostgreSQL's own type of every detail that is not an object, by its path."""
        rows = await self._postgres.rows(
            "WITH RECURSIVE part(path, value) AS ("
            "  SELECT ARRAY[]::text[], metadata FROM threads WHERE id::text = $1"
            "  UNION ALL SELECT path || member.key, member.value FROM part, jsonb_each(part.value) AS member"
            "  WHERE jsonb_typeof(part.value) = 'object'"
            ") SELECT path, jsonb_typeof(value) AS kind FROM part WHERE jsonb_typeof(value) <> 'object'",
            thread_id,
        )
        return {" / ".join(row["path"]): KINDS[row["kind"]] for row in rows}
