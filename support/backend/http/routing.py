"""Routes that read the body strictly and take no parameter they do not know, and the parts that endpoints use."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from support.backend.http import validation
from support.backend.platform import problems
from support.backend.platform.config import Settings
from support.backend.platform.database import Database


class StrictRequest(Request):
    """A request whose body is read once, up to the largest allowed size, and parsed without lenience."""

    async def load(self) -> None:
        """Read and parse the body, for `json` to return.

        Raises:
            problems.Problem: the body is too large, not JSON, or not declared as JSON.
        """
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            validation.refuse_large_body(len(body))
        self._body = bytes(body)
        if not body:
            return
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise problems.Problem(415, "unsupported-media-type", "The body must be declared as application/json.")
        self._json = validation.parse_json(self._body)


class PublicRoute(APIRoute):
    """A route that needs no token. `described` is for openapi.json: dependencies that check nothing."""

    described: ClassVar[Sequence[params.Depends]] = ()

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Ask who is there, then read strictly, before what FastAPI does."""
        handler = super().get_route_handler()
        parameters = self.dependant.query_params

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            await self.authenticate(strict)
            refuse_unreadable_query(strict)
            if not parameters:
                refuse_query(strict)
            await strict.load()
            return await handler(strict)

        return handle

    async def authenticate(self, request: Request) -> None:
        """Everybody may come in."""


def refuse_unreadable_query(request: Request) -> None:
    """Refuse query parameters that are not UTF-8, which the framework would read as other characters.

    Raises:
        problems.Problem: 422, naming each.
    """
    text = request.scope["query_string"].decode("latin-1")
    pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    errors = [
        problems.field_error(f"/{problems.pointer_part(name)}", "must be UTF-8", "query")
        for name, value in pairs
        if any("\ud800" <= character <= "\udfff" for character in name + value)
    ]
    if errors:
        raise problems.invalid(errors)


def refuse_query(request: Request) -> None:
    """Refuse query parameters where there are none.

    Raises:
        problems.Problem: 422, naming each.
    """
    errors = [
        problems.field_error(f"/{problems.pointer_part(name)}", "unknown parameter", "query")
        for name in request.query_params
    ]
    if errors:
        raise problems.invalid(errors)


def resources_of(connection: HTTPConnection) -> Any:
    """The application's own object, whose attributes are the parts."""
    return connection.app.state.resources


def part(name: str) -> Any:
    """A dependency of an endpoint: the part of this name; each wing says its type where the part is made."""

    async def find(connection: HTTPConnection) -> Any:  # were it not async, FastAPI would call it in a thread
        return getattr(resources_of(connection), name)

    return Depends(find)


DatabasePart = Annotated[Database, part("database")]
SettingsPart = Annotated[Settings, part("settings")]

_PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {problems.MEDIA_TYPE: {"schema": problems.ProblemDocument.model_json_schema()}},
    }
    for status, description in ((422, "The request cannot be accepted"), ("default", "Any other refusal or failure"))
}


def router(prefix: str, tag: str, route_class: type[PublicRoute]) -> APIRouter:
    """A router of one kind of route, described with its problems and, unless it is public, its token."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=route_class, dependencies=route_class.described, responses=_PROBLEM
    )
