"""The embedded backend's `/ws`."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from support.drivers.contract.live import LiveConnection
from support.drivers.contract.types import (
    Account,
    BackendFailed,
    Event,
    EventKind,
    Message,
    Refused,
    Run,
    Session,
    Thread,
)
from support.drivers.embedded.api import MARKER, Turns, exchange_of, read_refusal, refusal_of, without_references
from support.drivers.embedded.messages import read_message, read_run
from support.drivers.embedded.threads import read_thread
from support.observation.wire import Frame, WireLog

EVENT_KINDS = {kind.value: kind for kind in EventKind}
RUN_EVENTS = ("agent_started", "agent_completed", "agent_failed", "agent_cancelled", "agent_timed_out")
"""Types of events that carry a run."""
ANSWERS = ("pong", "subscribed", "unsubscribed")
"""The frames that answer one of the client's."""


class EmbeddedLive:
    """Opens sockets; those of one customer are at one process of the backend after the other."""

    def __init__(self, urls: Sequence[str], wire: WireLog) -> None:
        self._turns = Turns([f"{url.replace('http', 'ws', 1)}/ws" for url in urls])
        self._wire = wire

    async def connect(
        self,
        session: Session | None,
        device: str,
        since: str | None = None,
        posing_as: Account | None = None,
        *,
        browser: bool = False,
    ) -> EmbeddedConnection:
        """Open a connection and wait until the backend says that it is ready; without a session nobody has signed in.

        Raises:
            Refused: it was refused.
            BackendFailed: it was not opened, or did not become ready.
        """
        query = {"last_event_id": since} if since is not None else {}
        if posing_as is not None:
            query |= {"customer_id": posing_as.id, "user_id": posing_as.id}
        url = self._turns.next(session.account.id if session else "nobody") + (f"?{urlencode(query)}" if query else "")
        try:
            socket = await self._open(url, session, device, browser=browser)
            ready = json.loads(await socket.recv())
        except (OSError, InvalidHandshake, ConnectionClosed, ValueError) as error:
            raise BackendFailed(f"no live connection for {device}: {error}") from error
        self._wire.said(Frame(device, "received", ready))
        if ready.get("type") != "ready":
            raise BackendFailed(f"the first thing on a live connection was not 'ready' but {ready}")
        return EmbeddedConnection(socket, device, self._wire, ready.get("last_event_id"))

    async def _open(self, url: str, session: Session | None, device: str, *, browser: bool) -> ClientConnection:
        token = session.token if session else ""
        headers = {"Authorization": f"Bearer {token}"} if token and not browser else {}
        protocols = [Subprotocol("bearer"), Subprotocol(token)] if token and browser else None
        shown = headers | ({"Sec-WebSocket-Protocol": f"bearer, {token}"} if protocols else {})
        request = httpx.Request("GET", url.replace("ws", "http", 1), headers=shown)
        started = time.perf_counter()
        try:
            socket = await connect(
                url, additional_headers=headers, subprotocols=protocols, open_timeout=10, ping_interval=None
            )
        except InvalidStatus as refused:
            answer = refused.response
            headers_of = list(answer.headers.raw_items())
            reply = httpx.Response(
                answer.status_code, headers=headers_of, content=bytes(answer.body or b""), request=request
            )
            self._wire.said(exchange_of(device, request, None, time.perf_counter() - started, reply=reply))
            raise Refused(f"opening {device}", read_refusal(reply, session)) from refused
        opened = httpx.Response(101, request=request)
        self._wire.said(exchange_of(device, request, None, time.perf_counter() - started, reply=opened))
        return socket


class EmbeddedConnection:
    """One open socket."""

    def __init__(self, socket: ClientConnection, who: str, wire: WireLog, since: str | None) -> None:
        self.since = since
        self._socket = socket
        self._who = who
        self._wire = wire
        self._asked: deque[asyncio.Future[dict[str, Any]]] = deque()

    async def receive(self) -> Event:
        """The next event; answers to frames that were sent are taken on the way.

        Raises:
            ConnectionError: the socket has closed.
            BackendFailed: a frame is not as agreed.
        """
        while True:
            try:
                text = await self._socket.recv()
            except ConnectionClosed as closed:
                self._end_asking(f"the live connection of {self._who} ended: {closed}")
                raise ConnectionError(str(closed)) from closed
            frame = _read(text)
            if MARKER.search(str(text)):
                raise BackendFailed(f"the live connection of {self._who} shows the database's own words: {frame}")
            self._wire.said(Frame(self._who, "received", frame))
            kind = frame.get("type")
            if self._asked and (kind in ANSWERS or kind == "error"):
                self._asked.popleft().set_result(frame)
            elif kind == "error":
                raise BackendFailed(f"the live connection of {self._who} reports {frame}")
            elif "id" in frame:
                return read_event(frame)

    async def ask(self, frame: dict[str, Any], seconds: float = 10) -> dict[str, Any]:
        """Send a frame, and wait for its answer; answers come in the order of the frames.

        Raises:
            BackendFailed: no answer within `seconds`, or the socket has closed.
        """
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked.append(answered)
        try:
            async with asyncio.timeout(seconds):
                await self._send(frame)
                return await answered
        except TimeoutError:
            raise BackendFailed(f"the live connection of {self._who} gave no sign for {seconds:g} s") from None
        except ConnectionClosed as closed:
            raise BackendFailed(f"the live connection of {self._who} has ended: {closed}") from closed

    async def settle(self, seconds: float) -> None:
        """Ask for an answer, and wait for it: what was sent before has then arrived.

        Raises:
            BackendFailed: no answer within `seconds`, or the socket has closed.
        """
        await self.ask({"type": "ping"}, seconds)

    async def resume(self, since: str) -> None:
        """Ask for the events after an id; they come as any other does."""
        await self._send({"type": "resume", "last_event_id": since})

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()

    async def vanish(self) -> None:
        """Drop the connection beneath the socket."""
        self._socket.transport.abort()

    async def _send(self, frame: dict[str, Any]) -> None:
        self._wire.said(Frame(self._who, "sent", frame))
        await self._socket.send(json.dumps(frame))

    def _end_asking(self, reason: str) -> None:
        while self._asked:
            self._asked.popleft().set_exception(BackendFailed(reason))


class EmbeddedSubscriptions:
    """The frames `subscribe` and `unsubscribe`."""

    async def subscribe(self, connection: LiveConnection, thread_id: str) -> None:
        """Follow a thread.

        Raises:
            Refused: the answer is an error.
        """
        await _ask(connection, "following a conversation", "subscribe", thread_id)

    async def unsubscribe(self, connection: LiveConnection, thread_id: str) -> None:
        """Follow a thread no longer.

        Raises:
            Refused: the answer is an error.
        """
        await _ask(connection, "no longer following a conversation", "unsubscribe", thread_id)


@asynccontextmanager
async def listening(connection: EmbeddedConnection) -> AsyncGenerator[None]:
    """Take what arrives meanwhile, and close the connection afterwards."""

    async def listen() -> None:
        while True:
            await connection.receive()

    listener = asyncio.create_task(listen())
    try:
        yield
    finally:
        listener.cancel()
        await asyncio.wait([listener])
        await connection.close()


async def _ask(connection: LiveConnection, act: str, kind: str, thread_id: str) -> None:
    answer = await cast("EmbeddedConnection", connection).ask({"type": kind, "thread_id": thread_id})
    if answer.get("type") == "error":
        problem = answer["problem"]
        shown = without_references(json.dumps(problem), problem.get("correlation_id"))
        raise Refused(act, refusal_of(problem, problem["status"], shown, None))
    if answer != {"type": f"{kind}d", "thread_id": thread_id}:
        raise BackendFailed(f"{act}: expected the answer {kind}d, got {answer}")


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BackendFailed(f"a frame that is not JSON: {text!r}") from error


def read_event(frame: Any) -> Event:
    """An event from its envelope.

    Raises:
        BackendFailed: a member is missing.
    """
    try:
        return Event(
            id=frame["id"],
            kind=EVENT_KINDS.get(frame["type"], EventKind.OTHER),
            sequence=frame["sequence"],
            thread_id=frame["thread_id"],
            title=frame["data"].get("title"),
            change=(frame["data"]["old"], frame["data"]["new"]) if "old" in frame["data"] else None,
            run_id=frame["run_id"],
            subject=_subject(frame["type"], frame["data"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BackendFailed(f"not an event as agreed ({error!r}): {frame!r}") from error


def _subject(kind: str, data: Any) -> Thread | Message | Run | None:
    if kind in ("thread_created", "thread_updated"):
        return read_thread(data)
    if kind == "message_created":
        return read_message(data)
    return read_run(data) if kind in RUN_EVENTS else None
