"""People who use a backend over HTTP and WebSockets, and a look behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect

from support.services import Stack

PASSWORD = "a password of some length"


@dataclass(frozen=True)
class Person:
    """Somebody enrolled and signed in; `processes` are clients of each backend process in their name."""

    id: str
    email: str
    token: str
    processes: list[httpx.AsyncClient]

    @property
    def http(self) -> httpx.AsyncClient:
        """A client of the first process."""
        return self.processes[0]

    @asynccontextmanager
    async def device(self, process: int = 0, *, ready: bool = True, since: str = "") -> AsyncGenerator[Device]:
        """An open socket on one of the processes, its `ready` frame read unless that is not wanted.

        `since` is the id of the last event that it had before.
        """
        url = str(self.processes[process].base_url).replace("http", "ws", 1).rstrip("/") + "/ws"
        url += f"?last_event_id={since}" if since else ""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with connect(url, additional_headers=headers, compression=None) as socket:
            device = Device(socket)
            if ready:
                assert (await device.frame())["type"] == "ready"
            yield device


class Device:
    """An open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def frame(self, seconds: float = 5) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(seconds):
            return json.loads(await self.socket.recv())

    async def frames(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        """The next frames."""
        return [await self.frame(seconds) for _ in range(count)]

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send(json.dumps(frame))

    async def ask(self, **frame: Any) -> dict[str, Any]:
        """Send a frame and read the next one."""
        await self.send(**frame)
        return await self.frame()

    async def silent(self) -> bool:
        """Whether nothing was sent but the answer to a ping."""
        return await self.ask(type="ping") == {"type": "pong"}

    async def close_code(self, seconds: float = 5) -> int | None:
        """Wait for the end; the code of the close."""
        async with asyncio.timeout(seconds):
            await self.socket.wait_closed()
            return self.socket.close_code


@asynccontextmanager
async def person(stack: Stack, plan: str = "enterprise") -> AsyncGenerator[Person]:
    """Enrol somebody under a new organisation and sign them in."""
    async with httpx.AsyncClient(base_url=stack.backend_urls[0], timeout=20) as client:
        email = f"{uuid4().hex}@example.org"
        enrolled = await client.post(
            "/operator/customers",
            json={"email": email, "password": PASSWORD, "plan": plan, "organisation": uuid4().hex},
            headers={"Authorization": f"Bearer {stack.operator_token}"},
        )
        assert enrolled.status_code == 201, enrolled.text
        token = (await sign_in(client, email))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    clients = [httpx.AsyncClient(base_url=url, headers=headers, timeout=20) for url in stack.backend_urls]
    try:
        yield Person(enrolled.json()["id"], email, token, clients)
    finally:
        for client in clients:
            await client.aclose()


async def sign_in(client: httpx.AsyncClient, email: str, **headers: str) -> dict[str, Any]:
    """The answer to a sign-in that works."""
    answer = await client.post("/api/sessions", json={"email": email, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def create(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A new thread."""
    answer = await client.post("/api/threads", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def pointers(answer: httpx.Response) -> list[str]:
    """Where a refusal says that the faults are."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]


async def created(who: Person, count: int) -> list[str]:
    """Threads created at once through both processes."""
    threads = await asyncio.gather(*(create(who.processes[n % 2], title=f"thread {n}") for n in range(count)))
    return [thread["id"] for thread in threads]


async def events_until(device: Device, sequence: int, seconds: float = 15) -> list[dict[str, Any]]:
    """All that a device gets, up to the event of this sequence."""
    received: list[dict[str, Any]] = []
    while not received or received[-1].get("sequence", 0) < sequence:
        received.append(await device.frame(seconds))
    return received


def sequences(events: list[dict[str, Any]]) -> list[int]:
    """The place of each event in the customer's order."""
    return [event["sequence"] for event in events]


@asynccontextmanager
async def postgres(stack: Stack, role: str | None = None) -> AsyncGenerator[asyncpg.Connection[asyncpg.Record]]:
    """A connection to the stack's database, as its owner or in a role."""
    connection = await asyncpg.connect(stack.database_url)
    try:
        if role:
            await connection.execute(f"SET ROLE {role}")
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def redis(stack: Stack) -> AsyncGenerator[Any]:
    """A connection to the stack's Redis; untyped, as the client's own types are too loose to be of help."""
    client: Any = Redis.from_url(stack.redis_url, decode_responses=True)  # pyright: ignore[reportUnknownMemberType]
    try:
        yield client
    finally:
        await client.aclose()
