"""The embedded backend's `/ws`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from support.drivers.contract.types import Account, BackendFailed, Event, EventKind, Message, Run, Session, Thread
from support.drivers.embedded.api import MARKER, Turns
from support.drivers.embedded.messages import read_message, read_run
from support.drivers.embedded.threads import read_thread
from support.observation.wire import Frame, WireLog

EVENT_KINDS = {kind.value: kind for kind in EventKind}
RUN_EVENTS = ("agent_started", "agent_completed", "agent_failed", "agent_cancelled", "agent_timed_out")
"""Types of events that carry a run."""


class EmbeddedLive:
    """Opens sockets; those of one customer are at one process of the backend after the other."""

    def __init__(self, urls: Sequence[str], wire: WireLog) -> None:
        self._turns = Turns([f"{url.replace('http', 'ws', 1)}/ws" for url in urls])
        self._wire = wire

    async def connect(
        self, session: Session, device: str, since: str | None = None, posing_as: Account | None = None
    ) -> EmbeddedConnection:
        """Open a connection and wait until the backend says that it is ready.

        Raises:
            BackendFailed: it was not opened, or did not become ready.
        """
        url = self._turns.next(session.account.id)
        if posing_as is not None:
            url += "?" + urlencode({"customer_id": posing_as.id, "user_id": posing_as.id})
        headers = {"Authorization": f"Bearer {session.token}"}
        try:
            socket = await connect(url, additional_headers=headers, open_timeout=10, ping_interval=None)
            ready = json.loads(await socket.recv())
        except (OSError, InvalidHandshake, ConnectionClosed, ValueError) as error:
            raise BackendFailed(f"no live connection for {device}: {error}") from error
        if ready.get("type") != "ready":
            raise BackendFailed(f"the first thing on a live connection was not 'ready' but {ready}")
        connection = EmbeddedConnection(socket, device, self._wire, ready.get("last_event_id"))
        if since is not None:
            await connection.send({"type": "resume", "last_event_id": since})
        return connection


class EmbeddedConnection:
    """One open socket."""

    def __init__(self, socket: ClientConnection, who: str, wire: WireLog, since: str | None) -> None:
        self.since = since
        self._socket = socket
        self._who = who
        self._wire = wire
        self._pings: list[asyncio.Future[None]] = []

    async def send(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self._wire.said(Frame(self._who, "sent", frame))
        await self._socket.send(json.dumps(frame))

    async def receive(self) -> Event:
        """The next event; answers to `settle` are taken on the way.

        Raises:
            ConnectionError: the socket has closed.
            BackendFailed: a frame is not as agreed.
        """
        while True:
            try:
                text = await self._socket.recv()
            except ConnectionClosed as closed:
                self._end_pings(f"the live connection of {self._who} ended: {closed}")
                raise ConnectionError(str(closed)) from closed
            frame = _read(text)
            if MARKER.search(str(text)):
                raise BackendFailed(f"the live connection of {self._who} shows the database's own words: {frame}")
            self._wire.said(Frame(self._who, "received", frame))
            if frame.get("type") == "pong":
                self._pings.pop(0).set_result(None)
            elif frame.get("type") == "error":
                raise BackendFailed(f"the live connection of {self._who} reports {frame}")
            elif "id" in frame:
                return read_event(frame)

    async def settle(self, seconds: float) -> None:
        """Ask for an answer, and wait for it: what was sent before has then arrived.

        Raises:
            BackendFailed: no answer within `seconds`, or the socket has closed.
        """
        answered = asyncio.get_running_loop().create_future()
        self._pings.append(answered)
        try:
            async with asyncio.timeout(seconds):
                await self.send({"type": "ping"})
                await answered
        except TimeoutError:
            raise BackendFailed(f"the live connection of {self._who} gave no sign for {seconds:g} s") from None
        except ConnectionClosed as closed:
            raise BackendFailed(f"the live connection of {self._who} has ended: {closed}") from closed

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()

    async def vanish(self) -> None:
        """Drop the connection beneath the socket."""
        self._socket.transport.abort()

    def _end_pings(self, reason: str) -> None:
        for waiting in self._pings:
            waiting.set_exception(BackendFailed(reason))
        self._pings.clear()


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
