"""`/ws`: live events. The frames are described in `asyncapi`."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from redis.exceptions import RedisError
from starlette.websockets import WebSocketDisconnect

from support.backend.customers import identity
from support.backend.customers.identity import Identity
from support.backend.http import errors
from support.backend.http.routing import resources_of
from support.backend.live import frames
from support.backend.live.frames import RESUME, Ping, Pong, Resume, Subscribe, Unsubscribe
from support.backend.live.hub import Hub
from support.backend.live.leases import SocketLeases
from support.backend.live.socket import LiveSocket
from support.backend.plans import plans
from support.backend.platform import problems
from support.backend.platform.database import Database
from support.backend.threads import threads

router = APIRouter()


@router.websocket("/ws")
async def live(websocket: WebSocket) -> None:
    """One customer's socket, from handshake to close."""
    resources = resources_of(websocket)
    try:
        who = await identity.read(websocket, resources.sessions, resources.settings.jwt_secret)
        socket = LiveSocket(websocket, who, resources.events, resources.sessions, resume_from(websocket))
        await take_lease(resources.database, resources.leases, socket)
    except problems.Problem as problem:
        await websocket.send_denial_response(errors.render(problem))
        return
    except RedisError:
        await websocket.send_denial_response(errors.render(problems.unavailable("session store")))
        return
    try:
        await websocket.accept(subprotocol=identity.accepted_subprotocol(websocket))
        await _serve(resources.hub, resources.database, websocket, socket)
    finally:
        await resources.leases.give_back(who.session_id, socket.id)


def resume_from(websocket: WebSocket) -> int | None:
    """The event after which a device wants everything, if its handshake names one.

    Raises:
        problems.Problem: 422, it is not the id of an event.
    """
    given = websocket.query_params.get(RESUME)
    if given is None:
        return None
    try:
        return int(Resume(type="resume", last_event_id=given).last_event_id)
    except ValidationError:
        raise problems.invalid([problems.field_error(f"/{RESUME}", "is not the id of an event", "query")]) from None


async def take_lease(database: Database, leases: SocketLeases, socket: LiveSocket) -> None:
    """Count the socket against its session's limit.

    Raises:
        problems.Problem: 429, the session has as many sockets as the plan holds.
    """
    who = socket.identity
    async with database.transaction(who.customer_id) as connection:
        plan = await plans.of(connection, who.customer_id)
    if not await leases.take(who.session_id, socket.id, plans.limit(plan, "sockets_a_session")):
        raise plans.exhausted(plan, "sockets_a_session", retry_after=30)


async def _serve(hub: Hub, database: Database, websocket: WebSocket, socket: LiveSocket) -> None:
    """Send and receive at the same time; the end of one ends the other."""
    hub.join(socket)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(socket.send_queued()),
                group.create_task(_receive(database, websocket, socket)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
    finally:
        hub.leave(socket)


async def _receive(database: Database, websocket: WebSocket, socket: LiveSocket) -> None:
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await _answer(database, socket, message.get("text"))
    except WebSocketDisconnect:
        return


async def _answer(database: Database, socket: LiveSocket, text: str | None) -> None:
    try:
        frame = parse(text)
        match frame:
            case Subscribe():
                await check_thread(database, socket.identity, frame.thread_id)
                await socket.subscribe(frame.thread_id)
            case Unsubscribe():
                await socket.unsubscribe(frame.thread_id)
            case Resume():
                await socket.resume(int(frame.last_event_id))
            case Ping():
                await socket.reply(Pong())
    except problems.Problem as problem:
        await socket.refuse(problem)


def parse(text: str | None) -> Subscribe | Unsubscribe | Ping | Resume:
    """The request in a client's frame.

    Raises:
        problems.Problem: 422, nothing that this socket knows.
    """
    try:
        return frames.RECEIVED.validate_python(json.loads(text or ""))
    except ValidationError as error:
        raise problems.invalid([_field_error(detail) for detail in error.errors(include_url=False)]) from None
    except (ValueError, RecursionError):
        raise problems.invalid([problems.field_error("", "a frame must be a JSON object", "frame")]) from None


async def check_thread(database: Database, who: Identity, thread_id: UUID) -> None:
    """Let only the owner subscribe.

    Raises:
        problems.Problem: 404, unknown and foreign threads alike.
    """
    async with database.transaction(who.customer_id) as connection:
        await threads.read(connection, who.customer_id, thread_id)


def _field_error(detail: Any) -> problems.FieldError:
    pointer = "".join(f"/{problems.pointer_part(part)}" for part in detail["loc"][1:])
    return problems.field_error(pointer, detail["msg"], "frame")
