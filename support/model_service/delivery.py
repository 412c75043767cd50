"""Delivers a reply to the client: at once, slowly, cut short, or never."""

from __future__ import annotations

import asyncio
import json
import math
import time

from starlette.types import Receive, Scope, Send

from support.model_service.protocol import Reply, encoded, error, event
from support.model_service.record import Ending, ModelRequest, SentCall
from support.model_service.scripts import Refusal

Headers = dict[str, str]


class ClientGone(Exception):
    """The client closed its connection before the reply was complete."""


class Delivery:
    """Sends one reply, as an ASGI application, and keeps its record entry true all the way.

    The entry says what happened before the bytes that let the client know are sent, so that a client that has
    seen a reply finds it in the record. A connection is cut by returning before the body is complete.
    """

    def __init__(self, reply: Reply, entry: ModelRequest, released: asyncio.Event, *, stream: bool) -> None:
        self._reply = reply
        self._turn = reply.turn
        self._entry = entry
        self._released = released
        self._media_type = "text/event-stream; charset=utf-8" if stream else "application/json"
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply. The body of the request must have been read."""
        del scope
        self._send = send
        self._gone = asyncio.create_task(_disconnected(receive))
        try:
            await self._deliver()
        except ClientGone:
            self._entry.ended = "client gone"
        finally:
            self._gone.cancel()
            self._entry.ended_at = time.time()

    async def _deliver(self) -> None:
        await self._pause(self._turn.delay_s)
        if self._turn.held:
            await self._hold()
        if self._turn.hang:
            self._entry.ended = "hung"
            await self._gone
        elif self._turn.refuse:
            await self._refuse(self._turn.refuse)
        elif self._turn.garbage is not None:
            self._entry.said = self._turn.garbage
            await self._send_whole(self._turn.garbage.encode(), "garbage")
        elif self._stream:
            await self._send_stream()
        else:
            await self._send_message()

    async def _refuse(self, refusal: Refusal) -> None:
        headers: Headers = {}
        if refusal.retry_after_s is not None:
            headers["retry-after"] = str(math.ceil(refusal.retry_after_s))
            headers["retry-after-ms"] = str(math.ceil(refusal.retry_after_s * 1000))
        self._media_type = "application/json"
        body = json.dumps(error(refusal.status, refusal.message), ensure_ascii=False, separators=(",", ":")).encode()
        await self._send_whole(body, "refused", status=refusal.status, headers=headers)

    async def _send_message(self) -> None:
        message = self._reply.message()
        body = encoded(self._reply.whole())
        if self._turn.cut_after_chunks is not None:
            self._entry.ended = "cut"
            await self._start({"content-length": str(len(body))})
            await self._body(body[: len(body) // 2], more=True)
            return
        self._entry.said = message.content or ""
        self._entry.called = [
            SentCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
            for call in message.tool_calls or ()
            if call.type == "function"
        ]
        await self._send_whole(body, "answered")

    async def _send_stream(self) -> None:
        await self._start({"cache-control": "no-cache"})
        await self._body(event(self._reply.opening()), more=True)
        for count, delta in enumerate(self._reply.deltas()):
            if count == self._turn.cut_after_chunks:
                break
            await self._pause(self._turn.pause_s if count else 0)
            self._entry.add(delta)
            await self._body(event(self._reply.chunk(delta)), more=True)
        if self._turn.cut_after_chunks is not None:
            self._entry.ended = "cut"
            return
        await self._pause(0)
        self._entry.ended = "answered"
        for chunk in self._reply.closing():
            await self._body(event(chunk), more=True)
        await self._body(b"data: [DONE]\n\n", more=False)

    async def _send_whole(
        self, body: bytes, outcome: Ending, *, status: int = 200, headers: Headers | None = None
    ) -> None:
        self._entry.ended = outcome
        await self._start({"content-length": str(len(body)), **(headers or {})}, status)
        await self._body(body, more=False)

    async def _start(self, headers: Headers, status: int = 200) -> None:
        self._entry.status = status
        named = {"content-type": self._media_type, "x-request-id": self._entry.id, **headers}
        pairs = [(name.encode(), value.encode()) for name, value in named.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def _body(self, data: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _hold(self) -> None:
        """Wait until the script is released, unless the client goes away."""
        released = asyncio.create_task(self._released.wait())
        await asyncio.wait((self._gone, released), return_when=asyncio.FIRST_COMPLETED)
        released.cancel()
        if self._gone.done():
            raise ClientGone

    async def _pause(self, seconds: float) -> None:
        """Let others work for these seconds (0: one round of the loop), unless the client goes away."""
        await asyncio.wait((self._gone,), timeout=seconds)
        if self._gone.done():
            raise ClientGone


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
