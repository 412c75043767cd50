"""One customer's open WebSocket.

All that is sent goes through one queue, emptied by one task: events, replies, replays and the close keep their
order, and a socket that does not take what it is sent blocks nobody but itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID, uuid4

from fastapi import WebSocket
from redis.exceptions import RedisError
from starlette.websockets import WebSocketDisconnect

from support.backend.customers.identity import Identity
from support.backend.customers.sessions import Sessions
from support.backend.events.events import Event
from support.backend.events.log import EventLog, Position
from support.backend.live.frames import Error, Frame, Ready, Subscribed, Unsubscribed
from support.backend.platform import metrics, problems

UNAUTHENTICATED = 4401
EVENTS_MISSED = 4409
TRY_AGAIN = 1013

_QUEUE_LENGTH = 1_000
_SEND_SECONDS = 5.0
_log = logging.getLogger(__name__)


class LiveSocket:
    """A socket, what it has been sent so far, and what waits to be sent."""

    def __init__(
        self,
        websocket: WebSocket,
        identity: Identity,
        events: EventLog,
        sessions: Sessions,
        resume_from: int | None = None,
    ) -> None:
        self.id = uuid4()
        self.identity = identity
        self._websocket = websocket
        self._events = events
        self._sessions = sessions
        self._resume_from = resume_from
        self._queue: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(_QUEUE_LENGTH)
        self._threads: set[str] = set()
        self._since = 0  # the socket has had, or left out, every event after this one ...
        self._last: int | None = None  # ... up to this one; None: the next event may be any
        self._ended = False

    def offer(self, event: Event) -> None:
        """Queue an event that has just been published."""
        self._put(partial(self._send_event, event))

    def catch_up(self) -> None:
        """Queue the sending of what was published while this process did not listen."""
        self._put(self._catch_up)

    def end(self, code: int, reason: str) -> None:
        """Queue the close."""
        self._put(partial(self._close, code, reason))

    async def reply(self, frame: Frame) -> None:
        """Queue an answer to the client, waiting for room."""
        await self._queue.put(partial(self._send, frame.model_dump_json()))

    async def refuse(self, problem: problems.Problem) -> None:
        """Queue an error; the socket stays open."""
        await self.reply(Error(problem=problems.document(problem)))

    async def subscribe(self, thread_id: UUID) -> None:
        """From here on only events of subscribed threads, and those without a thread."""
        self._threads.add(str(thread_id))
        await self.reply(Subscribed(thread_id=thread_id))

    async def unsubscribe(self, thread_id: UUID) -> None:
        """No more events of this thread; after the last one, all events again."""
        self._threads.discard(str(thread_id))
        await self.reply(Unsubscribed(thread_id=thread_id))

    async def resume(self, last_event_id: int) -> None:
        """Queue the events after one that an earlier socket had."""
        await self._queue.put(partial(self._replay, last_event_id))

    async def send_queued(self) -> None:
        """Greet the client, then send what is queued, until the socket is closed or does not take any more."""
        try:
            await self._greet()
            while not self._ended:
                work = await self._queue.get()
                await work()
        except RedisError as error:
            _log.warning("socket closed: %s", error)
            await self._close(TRY_AGAIN, "try again")
        except (TimeoutError, WebSocketDisconnect):
            return

    def _put(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._ended:
            return
        try:
            self._queue.put_nowait(work)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(partial(self._close, TRY_AGAIN, "too slow"))

    async def _greet(self) -> None:
        position = await self._events.position(self.identity.customer_id)
        if position:
            self._since = self._last = position.last
        # A revocation published before this socket joined is seen here, a later one comes as an event.
        if not await self._sessions.is_live(self.identity.session_id, self.identity.customer_id):
            await self._close(UNAUTHENTICATED, "session revoked")
            return
        since = self._since
        if self._resume_from is not None and _refused_resume(position, self._resume_from) is None:
            since = self._resume_from
        await self._send(Ready(connection_id=self.id, last_event_id=str(since)).model_dump_json())
        if self._resume_from is not None:
            await self._replay(self._resume_from)

    async def _send_event(self, event: Event) -> None:
        if self._last is not None and event.sequence > self._last + 1:
            await self._catch_up()
        if not self._ended and event.sequence > (self._last or 0):
            await self._advance(event)

    async def _catch_up(self) -> None:
        position = await self._events.position(self.identity.customer_id)
        if position is None:
            return
        if self._last is not None and self._last < position.earliest:
            await self._close(EVENTS_MISSED, "events were missed, read again")
            return
        # What is missing in between were events of threads that have been deleted, which a later event tells.
        for event in await self._events.between(self.identity.customer_id, (self._last or 0) + 1, position.last):
            await self._advance(event)

    async def _advance(self, event: Event) -> None:
        if self._last is None:
            self._since = event.sequence - 1
        self._last = event.sequence
        await self._forward(event)

    async def _replay(self, last_event_id: int) -> None:
        position = await self._events.position(self.identity.customer_id)
        if problem := _refused_resume(position, last_event_id):
            await self._send_error(problem)
        elif last_event_id < self._since:
            for event in await self._events.between(self.identity.customer_id, last_event_id + 1, self._since):
                await self._forward(event)
            self._since = last_event_id

    async def _forward(self, event: Event) -> None:
        if not self._threads or event.thread_id is None or event.thread_id in self._threads:
            await self._send(event.text)
            metrics.EVENTS_SENT.labels(event.type).inc()

    async def _send_error(self, problem: problems.Problem) -> None:
        await self._send(Error(problem=problems.document(problem)).model_dump_json())

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(_SEND_SECONDS):
            await self._websocket.send_text(text)

    async def _close(self, code: int, reason: str) -> None:
        if not self._ended:
            self._ended = True
            async with asyncio.timeout(_SEND_SECONDS):
                await self._websocket.close(code, reason)


def _refused_resume(position: Position | None, last_event_id: int) -> problems.Problem | None:
    """Why a device cannot be sent everything after an event, or None if it can."""
    if position is None:
        return _too_old(None) if last_event_id > 0 else None
    if last_event_id > position.last:
        return problems.invalid([problems.field_error("/last_event_id", "no such event yet")])
    return _too_old(position.earliest) if last_event_id < position.earliest else None


def _too_old(earliest: int | None) -> problems.Problem:
    return problems.Problem(
        410,
        "resume-too-old",
        "The events after this one are no longer kept. Read the threads again.",
        earliest=None if earliest is None else str(earliest),
    )
