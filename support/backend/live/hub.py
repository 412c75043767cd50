"""The sockets of this process, and the one listener that hands them, and the worker, the events of customers."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from support.backend.events.events import Event
from support.backend.events.log import EventLog
from support.backend.live.socket import UNAUTHENTICATED, LiveSocket
from support.backend.platform import metrics
from support.backend.runs.worker import Worker

_SILENCE_SECONDS = 5.0
_RETRY_SECONDS = 0.2
_log = logging.getLogger(__name__)


class Hub:
    """Who is connected here."""

    def __init__(self, events: EventLog, subscriber: Redis, worker: Worker) -> None:
        self._events = events
        self._subscriber = subscriber
        self._worker = worker
        self._sockets: dict[UUID, set[LiveSocket]] = {}
        self.listening = asyncio.Event()

    def join(self, socket: LiveSocket) -> None:
        """From here on the socket gets its customer's events."""
        self._sockets.setdefault(socket.identity.customer_id, set()).add(socket)
        metrics.OPEN_SOCKETS.inc()

    def leave(self, socket: LiveSocket) -> None:
        """The socket is closed."""
        of_customer = self._sockets[socket.identity.customer_id]
        of_customer.discard(socket)
        if not of_customer:
            del self._sockets[socket.identity.customer_id]
        metrics.OPEN_SOCKETS.dec()

    def sockets(self) -> list[LiveSocket]:
        """Every socket of this process."""
        return [socket for of_customer in self._sockets.values() for socket in of_customer]

    def sockets_for(self, event: Event) -> list[LiveSocket]:
        """The sockets that an event is for: those of its customer."""
        return list(self._sockets.get(event.customer_id, ()))

    def deliver(self, event: Event) -> None:
        """Hand an event to its sockets; none of them can hold up another."""
        for socket in self.sockets_for(event):
            socket.offer(event)
            if event.type == "session_revoked" and event.data["session_id"] == str(socket.identity.session_id):
                socket.end(UNAUTHENTICATED, "session revoked")

    async def run(self) -> None:
        """Listen until cancelled. After a broken connection, sockets fetch from the log what they missed."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("not hearing events: %s", error or type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        stream = self._events.listen(self._subscriber)
        async with asyncio.timeout(_SILENCE_SECONDS) as silence:
            first = True
            async for event in stream:
                silence.reschedule(asyncio.get_running_loop().time() + _SILENCE_SECONDS)
                if first:
                    first = False
                    self.listening.set()
                    for socket in self.sockets():
                        socket.catch_up()
                elif event is not None:
                    self.deliver(event)
                    await asyncio.sleep(0)  # without a pause, a burst would fill the queues of quick sockets too
                    self._worker.hear(event)
