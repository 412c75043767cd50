"""Names and versions of the services of a run, for the report."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import asyncpg
from redis import asyncio as redis

from support.services.description import ServicesDescription


def versions(services: ServicesDescription) -> dict[str, str]:
    """Name and version of every service that the suite uses in this run."""
    return asyncio.run(_ask(services))


async def _ask(services: ServicesDescription) -> dict[str, str]:
    shown: dict[str, str] = {}
    if services.postgres_url:
        shown |= await _postgres(services.postgres_url)
    if services.redis_url:
        shown |= await _redis(services.redis_url)
    if services.model_url:
        shown["model service"] = f"scripted (threadproof {version('threadproof')})"
    return shown | {"backend": "embedded" if services.embedded else "external"}


async def _postgres(url: str) -> dict[str, str]:
    postgres = await asyncpg.connect(url)
    try:
        return {"PostgreSQL": str(await postgres.fetchval("SHOW server_version")).partition(" ")[0]}
    finally:
        await postgres.close()


async def _redis(url: str) -> dict[str, str]:
    client: Any = redis.Redis.from_url(url)  # pyright: ignore[reportUnknownMemberType]
    async with client:
        about: dict[str, Any] = await client.info("server")
    name = "Valkey" if "valkey_version" in about else "Redis"
    return {name: str(about.get("valkey_version", about.get("redis_version")))}
