"""`/health`, `/metrics` and the description of the socket."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import Response
from fastapi.responses import JSONResponse, PlainTextResponse
from redis.exceptions import RedisError

from support.backend.http import problems, routing, shapes
from support.backend.http.routing import Backend, PublicRoute
from support.backend.platform import metrics, redis_client
from support.backend.platform.resources import Resources

router = routing.router("", "operation", PublicRoute)

_CHECK_SECONDS = 1.0
_ASYNCAPI = (Path(__file__).parents[1] / "live" / "asyncapi.yaml").read_text("utf-8")


@router.get("/health/live", response_model=shapes.Health)
async def live() -> Response:
    """The process is running."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready", response_model=shapes.Health)
async def ready(backend: Backend) -> Response:
    """The process can serve: PostgreSQL and Redis answer within a second."""
    postgresql, redis = await asyncio.gather(check_postgresql(backend), check_redis(backend))
    checks = {"postgresql": postgresql, "redis": redis}
    if set(checks.values()) == {"ok"}:
        return JSONResponse({"status": "ready", "checks": checks})
    detail = "A service does not answer."
    return problems.render(problems.Problem(503, "not-ready", detail, headers={"Retry-After": "1"}, checks=checks))


async def check_postgresql(backend: Resources) -> str:
    """`ok` or `unreachable`."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            async with backend.database.service_transaction() as connection:
                await connection.execute("SELECT 1")
    except (problems.Problem, TimeoutError):
        return "unreachable"
    return "ok"


async def check_redis(backend: Resources) -> str:
    """`ok` or `unreachable`."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await redis_client.command(backend.redis, "PING")
    except (RedisError, OSError, TimeoutError):
        return "unreachable"
    return "ok"


@router.get("/metrics", response_class=PlainTextResponse)
async def prometheus(backend: Backend) -> Response:
    """The process's metrics in Prometheus' text format."""
    return PlainTextResponse(metrics.text(*backend.database.connections()))


@router.get("/asyncapi.yaml", response_class=PlainTextResponse)
async def asyncapi() -> Response:
    """The description of `/ws`."""
    return Response(_ASYNCAPI, media_type="application/yaml")
