"""`/health`, `/metrics` and the description of the socket."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from support.backend.http import routing
from support.backend.http.routing import DatabasePart, PublicRoute, part
from support.backend.live import asyncapi
from support.backend.platform import metrics, problems, redis_client
from support.backend.platform.database import Database

router = routing.router("", "operation", PublicRoute)

_CHECK_SECONDS = 1.0


class Health(BaseModel):
    """Whether the process can serve, and what each service said."""

    status: str
    checks: dict[str, str] = {}


@router.get("/health/live", response_model_exclude_unset=True)
async def live() -> Health:
    """The process is running."""
    return Health(status="live")


@router.get("/health/ready")
async def ready(database: DatabasePart, redis: Annotated[Redis, part("redis")]) -> Health:
    """The process can serve: PostgreSQL and Redis answer within a second."""
    postgresql_says, redis_says = await asyncio.gather(check_postgresql(database), check_redis(redis))
    checks = {"postgresql": postgresql_says, "redis": redis_says}
    if set(checks.values()) != {"ok"}:
        detail = "A service does not answer."
        raise problems.Problem(503, "not-ready", detail, headers={"Retry-After": "1"}, checks=checks)
    return Health(status="ready", checks=checks)


async def check_postgresql(database: Database) -> str:
    """`ok` or `unreachable`."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            async with database.service_transaction() as connection:
                await connection.execute("SELECT 1")
    except (problems.Problem, TimeoutError):
        return "unreachable"
    return "ok"


async def check_redis(redis: Redis) -> str:
    """`ok` or `unreachable`."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await redis_client.command(redis, "PING")
    except (RedisError, OSError, TimeoutError):
        return "unreachable"
    return "ok"


@router.get("/metrics", response_class=PlainTextResponse)
async def prometheus(database: DatabasePart) -> Response:
    """The process's metrics in Prometheus' text format."""
    return PlainTextResponse(metrics.text(*database.connections()))


@router.get("/asyncapi.yaml", response_class=PlainTextResponse)
async def describe() -> Response:
    """The description of `/ws`."""
    return Response(asyncapi.text(), media_type="application/yaml")
