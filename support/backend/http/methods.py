"""HEAD is answered as GET is, without the body; a method that an address lacks is refused with those that it has."""

from __future__ import annotations

from fastapi import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send


class HeadAsGet:
    """An application in which HEAD asks what GET would answer; the server leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the route found is noted in the scope given, for who looks at it afterwards."""
        if scope.get("method") != "HEAD":
            await self._app(scope, receive, send)
            return
        asked: Scope = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send)
        finally:
            scope["route"] = asked.get("route")


def allowed(request: Request) -> list[str]:
    """The methods that the address of a request knows, over all its routes."""
    known: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            known |= set(getattr(route, "methods", None) or ())
    return sorted(known | ({"HEAD"} if "GET" in known else set()))
