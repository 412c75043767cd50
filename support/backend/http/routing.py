"""Routes that first ask who is there, then read the body strictly, and take no parameter they do not know."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from support.backend.customers import identity
from support.backend.customers.identity import Identity
from support.backend.http import problems, shapes, validation
from support.backend.platform.resources import Resources


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
    """A route that needs no token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put identity and strict reading before what FastAPI does."""
        handler = super().get_route_handler()
        parameters = self.dependant.query_params

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            await self.authenticate(strict)
            if not parameters:
                refuse_query(strict)
            await strict.load()
            return await handler(strict)

        return handle

    async def authenticate(self, request: Request) -> None:
        """Everybody may come in."""


class CustomerRoute(PublicRoute):
    """A route for a customer with a live session."""

    async def authenticate(self, request: Request) -> None:
        """Find out which customer asks; `Customer` hands it to the endpoint."""
        resources = resources_of(request)
        request.state.identity = await identity.read(request, resources.sessions, resources.settings.jwt_secret)


class OperatorRoute(PublicRoute):
    """A route for the operator."""

    async def authenticate(self, request: Request) -> None:
        """Let only the operator in."""
        identity.require_operator(request, resources_of(request).settings.operator_token)


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


def resources_of(connection: HTTPConnection) -> Resources:
    """What the application was made with."""
    resources: Resources = connection.app.state.resources
    return resources


# FastAPI would call these in a thread, were they not async.
async def _backend(request: Request) -> Resources:
    return resources_of(request)


async def _customer(request: Request) -> Identity:
    found: Identity = request.state.identity
    return found


Backend = Annotated[Resources, Depends(_backend)]
Customer = Annotated[Identity, Depends(_customer)]

_BEARER = Depends(HTTPBearer(auto_error=False, scheme_name="bearer"))  # for openapi.json: the routes check it
_PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {problems.MEDIA_TYPE: {"schema": shapes.ProblemDocument.model_json_schema()}},
    }
    for status, description in ((422, "The request cannot be accepted"), ("default", "Any other refusal or failure"))
}


def router(prefix: str, tag: str, route_class: type[PublicRoute]) -> APIRouter:
    """A router of one kind of route, described with its problems and, unless it is public, its token."""
    dependencies = [] if route_class is PublicRoute else [_BEARER]
    return APIRouter(prefix=prefix, tags=[tag], route_class=route_class, dependencies=dependencies, responses=_PROBLEM)
