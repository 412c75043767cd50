"""The HTTP surface: the model's own paths and the control of its scripts, both below the name of a space."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from support.model_service.chat_request import InvalidRequest, read_json, read_request
from support.model_service.delivery import Delivery
from support.model_service.protocol import Reply, error, models
from support.model_service.record import ModelRequest, masked
from support.model_service.scripts import Script, Scripts, Turn, occur

UNSCRIPTED = Turn(say="This is the fixed answer of the scripted model.")

_RECORD = TypeAdapter(list[ModelRequest])
_log = logging.getLogger(__name__)


class Space:
    """The scripts and the record of one stack, invisible to every other space."""

    def __init__(self) -> None:
        self.scripts = Scripts(UNSCRIPTED)
        self._record: list[tuple[ModelRequest, str]] = []

    def note(self, entry: ModelRequest, text: str) -> None:
        """Put a request on record under the text it can be found by."""
        self._record.append((entry, text))

    def noted(self, contains: list[str]) -> list[ModelRequest]:
        """The requests in whose text all of these occur, oldest first."""
        return [entry for entry, text in self._record if occur(contains, text)]


class Endpoints:
    """The endpoints. All of them run on one event loop, and none awaits between reading and changing a space."""

    def __init__(self) -> None:
        self._spaces: defaultdict[str, Space] = defaultdict(Space)
        self._started = int(time.time())

    async def health(self, _: Request) -> Response:
        """Answer as soon as the service can."""
        return JSONResponse({"status": "ok"})

    async def models(self, _: Request) -> Response:
        """List the only model."""
        return JSONResponse(models(self._started))

    async def chat(self, request: Request) -> Response | Delivery:
        """Answer a chat-completions request by its script; an invalid one gets OpenAI's 400."""
        body = await request.body()
        space = self._space(request)
        entry = ModelRequest(id=f"chatcmpl-{uuid4().hex}", authorization=masked(request.headers.get("authorization")))
        try:
            entry.body = read_json(body)
            asked = read_request(entry.body)
        except InvalidRequest as problem:
            text = body.decode(errors="replace")
            entry.body = text if entry.body is None else entry.body
            entry.status, entry.ended, entry.ended_at = 400, "refused", time.time()
            space.note(entry, text)
            return JSONResponse(error(400, str(problem), param=problem.param), 400)
        text = asked.text()
        space.note(entry, text)
        choice = space.scripts.choose(text)
        entry.script, entry.turn = choice.script, choice.turn
        return Delivery(Reply(entry.id, asked, choice.answer), entry, choice.released, stream=bool(asked.stream))

    async def add_script(self, request: Request) -> Response:
        """Keep a script; 422 names what is wrong with it."""
        try:
            script = Script.model_validate_json(await request.body())
        except ValidationError as problem:
            where = [(".".join(map(str, one["loc"])), one["msg"]) for one in problem.errors(include_url=False)]
            detail = "; ".join(f"{place}: {said}" if place else said for place, said in where)
            return JSONResponse(error(422, f"The script cannot be used: {detail}"), 422)
        return JSONResponse({"id": self._space(request).scripts.add(script)}, 201)

    async def release(self, request: Request) -> Response:
        """Let a script send its held answers."""
        known = self._space(request).scripts.release(request.path_params["script"])
        return Response(status_code=204) if known else JSONResponse(error(404, "There is no such script"), 404)

    async def requests(self, request: Request) -> Response:
        """The record, oldest first; each `contains` in the query must occur in a request's text."""
        wanted = request.query_params.getlist("contains")
        return Response(_RECORD.dump_json(self._space(request).noted(wanted)), media_type="application/json")

    async def forget(self, request: Request) -> Response:
        """Drop the scripts and the record of the space."""
        self._spaces.pop(request.path_params["space"], None)
        return Response(status_code=204)

    def _space(self, request: Request) -> Space:
        return self._spaces[request.path_params["space"]]


async def _http_error(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    code = {404: "unknown_url", 405: "method_not_supported"}.get(status)
    message = f"Unknown request URL: {request.method} {request.url.path}"
    return JSONResponse(error(status, message, code=code), status)


async def _nobody_left(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


async def _own_error(request: Request, problem: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=problem)
    return JSONResponse(error(500, f"The scripted model service failed: {type(problem).__name__}"), 500)


def create_app() -> Starlette:
    """The service as an ASGI application, with no space yet."""
    service = Endpoints()
    return Starlette(
        routes=[
            Route("/health", service.health),
            Route("/{space}/v1/chat/completions", service.chat, methods=["POST"]),
            Route("/{space}/v1/models", service.models),
            Route("/{space}/control/scripts", service.add_script, methods=["POST"]),
            Route("/{space}/control/scripts/{script}/release", service.release, methods=["POST"]),
            Route("/{space}/control/requests", service.requests),
            Route("/{space}/control", service.forget, methods=["DELETE"]),
        ],
        exception_handlers={HTTPException: _http_error, ClientDisconnect: _nobody_left, Exception: _own_error},
    )
