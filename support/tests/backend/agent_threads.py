"""A customer who asks agents, with a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from support.model_service.control import ModelControl
from support.model_service.record import ModelRequest
from support.model_service.scripts import Turn
from support.services import Stack
from support.tests.backend import backend_people
from support.tests.backend.backend_people import Device, Person, create, person, postgres

Found = TypeVar("Found")

LEASE_SECONDS = 5
UNFINISHED = ("queued", "running")
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
PENDING = {"agent_started", "message_created"}


async def eventually(probe: Callable[[], Awaitable[Found | None]], seconds: float = 10) -> Found:
    """What is looked for, once it is there."""
    async with asyncio.timeout(seconds):
        while True:
            if (found := await probe()) is not None:
                return found
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class AgentThread:
    """A thread of somebody, and what the model says in it."""

    who: Person
    model: ModelControl
    id: str

    @property
    def path(self) -> str:
        return f"/api/threads/{self.id}"

    async def ask(self, *turns: Turn, process: int = 0, **fields: Any) -> dict[str, Any]:
        """A run whose question the model answers so."""
        question = f"Where is parcel {uuid4().hex}?"
        if turns:
            await self.model.script(*turns, contains=[question])
        body = {"agent": "triage", "input": question, **fields}
        answer = await self.who.processes[process].post(f"{self.path}/runs", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json() | {"question": question}

    async def ended(self, run: dict[str, Any], seconds: float = 10) -> dict[str, Any]:
        """A run once it is over."""
        return await self.reached(run, "completed", "failed", "cancelled", "timed_out", seconds=seconds)

    async def reached(self, run: dict[str, Any], *statuses: str, seconds: float = 10) -> dict[str, Any]:
        """A run once its status is one of these."""

        async def probe() -> dict[str, Any] | None:
            found = (await self.who.processes[-1].get(f"/api/runs/{run['id']}")).json()
            return found if found["status"] in statuses else None

        return await eventually(probe, seconds)

    async def requests(self, run: dict[str, Any]) -> list[ModelRequest]:
        """What the model was asked for a run; runs after it in the thread tell its question too, but not last."""
        asked = await self.model.requests(run["question"])
        return [request for request in asked if request.body["messages"][-1]["content"] == run["question"]]

    async def asked(self, run: dict[str, Any], *, over: bool = False) -> ModelRequest:
        """The one request for a run, once it was made, and if asked for once it was over."""

        async def probe() -> ModelRequest | None:
            found = await self.requests(run)
            assert len(found) <= 1
            return found[0] if found and (found[0].ended_at or not over) else None

        return await eventually(probe)

    async def thread(self) -> dict[str, Any]:
        return (await self.who.http.get(self.path)).json()

    async def messages(self) -> list[dict[str, Any]]:
        return (await self.who.http.get(f"{self.path}/messages", params={"limit": 100})).json()["items"]


@asynccontextmanager
async def agent_thread(stack: Stack, plan: str = "free") -> AsyncGenerator[AgentThread]:
    """A new customer in a new thread, the announcement of which is over."""
    async with person(stack, plan) as who, ModelControl(stack.model_url, stack.model_space) as model:
        thread = (await create(who.http))["id"]
        await all_published(stack)
        yield AgentThread(who, model, thread)


async def all_published(stack: Stack) -> None:
    """Wait until no event is left in the outbox."""
    async with postgres(stack) as database:

        async def published() -> bool | None:
            return await database.fetchval("SELECT true WHERE NOT EXISTS (SELECT FROM outbox)")

        await eventually(published)


async def until(device: Device, kind: str, seconds: float = 10) -> list[dict[str, Any]]:
    """The frames up to one of this type."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != kind:
        frames.append(await device.frame(seconds))
    return frames


async def digest(stack: Stack, thread: str) -> list[str]:
    """All that is stored of a thread."""
    async with postgres(stack) as database:
        return [
            str(await database.fetch(f"SELECT t::text FROM {table} t WHERE t::text LIKE $1 ORDER BY 1", f"%{thread}%"))
            for table in ("threads", "messages", "runs")
        ]


async def mentions(stack: Stack, needle: str) -> list[str]:
    """The tables and keys in which a text occurs, once all events are published."""
    await all_published(stack)
    async with postgres(stack) as database, backend_people.redis(stack) as client:
        tables = [row["relname"] for row in await database.fetch(TABLES)]
        texts = {table: str(await database.fetch(f"SELECT t::text FROM {table} t")) for table in tables}
        async for key in client.scan_iter(f"{stack.key_prefix}*"):
            texts[key] = str(await client.xrange(key)) if await client.type(key) == "stream" else ""
    return [name for name, text in texts.items() if needle in name or needle in text]
