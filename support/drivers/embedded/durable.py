"""Stored data of the embedded backend in PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import astuple
from typing import Any
from uuid import UUID

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import Account, Event, Kept, StoredThread
from support.drivers.embedded.live import read_event
from support.probes.postgres import PostgresProbe
from support.probes.postgres_scan import columns_with, rows_of_others, rows_with
from support.probes.redis import RedisProbe
from support.probes.redis_scan import keys_of_others, keys_with

UNDER_WAY = (
    "SELECT WHERE EXISTS (SELECT FROM outbox) "
    "OR EXISTS (SELECT FROM runs WHERE ended_at IS NULL AND thread_id::text <> ALL($1))"
)
OWNER_COLUMNS = ("customer_id", "owner_id")
LEASES = "sockets:"
"""How the keys of open connections begin: they are renewed and expire by themselves."""
POLL_SECONDS = 0.005


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
        """The text of every message stored for a customer, in any thread."""
        found = await self._postgres.rows(
            "SELECT content FROM messages WHERE customer_id::text = $1 ORDER BY created_at, sequence", account.id
        )
        return [row["content"] for row in found]

    async def events_of(self, account: Account) -> list[Event]:
        """Published events from the customer's stream, then those that still wait to be published.

        What is kept of a deletion names no thread, and is left out.
        """
        waiting = await self._postgres.rows(
            "SELECT sequence, type, thread_id::text, run_id::text, data FROM outbox "
            "WHERE customer_id::text = $1 ORDER BY sequence",
            account.id,
        )
        entries = await self._redis.stream(f"events:{account.id}")
        published = [json.loads(entry["event"]) for entry in entries if not entry.get("deleted")]
        frames = {row["sequence"]: row | {"id": str(row["sequence"])} for row in waiting}
        frames |= {frame["sequence"]: frame for frame in published}
        return [read_event(frames[sequence]) for sequence in sorted(frames)]

    async def others(self, accounts: Sequence[Account]) -> dict[str, Kept]:
        """Every table's rows and every key but those of these customers; a key is theirs that mentions their id."""
        own = [account.id for account in accounts]
        rows, keys = await asyncio.gather(
            rows_of_others(self._postgres, OWNER_COLUMNS, own), keys_of_others(self._redis, own)
        )
        tables = {
            f"table {row.table}, {f'customer {row.owner}' if row.owner else 'of no customer'}": Kept(
                f"{row.count} rows", row.digest
            )
            for row in rows
        }
        return tables | {
            f"Redis key {key.name}": Kept(f"{key.kind} of {key.parts}", key.digest, key.until)
            for key in keys
            if not key.name.startswith(LEASES)
        }

    async def kept_of(self, account: Account, thread_id: str) -> dict[str, Kept]:
        """The rows of every table that mention the thread, and its events."""
        rows = await rows_with(self._postgres, thread_id)
        events = [repr(astuple(event)) for event in await self.events_of(account) if event.thread_id == thread_id]
        told = Kept(f"{len(events)} events", hashlib.sha256("".join(events).encode()).hexdigest())
        return {f"table {row.table}": Kept(f"{row.count} rows", row.digest) for row in rows} | {"events": told}

    async def settle(self, seconds: float, at_work_in: Collection[str] = ()) -> None:
        """Wait until no run is under way, and no event waits in the table `outbox` to be published."""
        try:
            async with asyncio.timeout(seconds):
                while await self._postgres.rows(UNDER_WAY, list(at_work_in)):  # noqa: ASYNC110 - a table tells nobody
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            text = f"expected all runs to end and all events to be sent within {seconds:g} s, got some left"
            raise PromiseBroken(Code.UNFINISHED, text) from None

    async def traces_of(self, identifier: str) -> list[str]:
        """Look for words as they are; an id also without dashes, and as bytes, which PostgreSQL shows in hex."""
        texts: list[str] = [identifier]
        spellings: list[str | bytes] = [identifier]
        if _is_uuid(identifier):
            bare = identifier.replace("-", "").lower()
            texts = [identifier.lower(), identifier.upper(), bare, bare.upper()]
            spellings = [*texts, UUID(identifier).bytes]
        columns = await columns_with(self._postgres, [*texts, *(text.encode().hex() for text in texts)])
        keys = await keys_with(self._redis, spellings)
        return [
            *(f"{count} rows of {column}" for column, count in sorted(columns.items())),
            *(f"the {kind} of the Redis key {name}" for name, kind in sorted(keys.items())),
        ]

    async def _threads(self, condition: str, value: Any) -> list[StoredThread]:
        rows = await self._postgres.rows(
            "SELECT t.id::text, t.customer_id::text AS owner, t.title, t.status, t.metadata, "
            "t.version, extract(epoch FROM t.last_activity_at)::float8 AS last_activity_at, "
            "array(SELECT m.content FROM messages m WHERE m.thread_id = t.id ORDER BY m.sequence) AS messages "
            f"FROM threads t WHERE {condition} ORDER BY t.created_at, t.id",
            value,
        )
        return [
            StoredThread(
                id=row["id"],
                owner_id=row["owner"],
                title=row["title"],
                status=row["status"],
                metadata=row["metadata"],
                messages=tuple(row["messages"]),
                version=row["version"],
                last_activity_at=row["last_activity_at"],
            )
            for row in rows
        ]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
