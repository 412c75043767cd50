"""Around the whole application: a correlation id for each request, one log line, and the counts."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from support.backend.platform import correlation, metrics

HEADER = "X-Correlation-Id"
_log = logging.getLogger(__name__)


class Observed:
    """An application whose requests are logged and counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one socket."""
        correlation_id = correlation.begin(Headers(scope=scope).get(HEADER))
        began, status = time.perf_counter(), 0

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.http.response.start", "websocket.accept"}:
                status = message.get("status", 101)
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        try:
            await self._app(scope, receive, observe)
        except Exception:
            _log.exception("%s %s failed", scope.get("method", "WEBSOCKET"), scope["path"])
            if status == 0:
                raise  # nothing was answered; otherwise the connection can go on
        finally:
            seconds = time.perf_counter() - began
            method, route = scope.get("method", "WEBSOCKET"), route_of(scope)
            metrics.REQUESTS.labels(method, route, status).inc()
            if scope["type"] == "http":
                metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
            _log.info("%s %s %s %.1f ms", method, scope["path"], status, seconds * 1000)


def route_of(scope: Scope) -> str:
    """The route's template, so that ids do not multiply the metrics."""
    return getattr(scope.get("route"), "path", "unknown")
