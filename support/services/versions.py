"""Names and versions of the services of a run, for the report."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import asyncpg
from redis import asyncio as redis

from support.services.description import ServicesDescription


def versions(services: ServicesDescription) -> dict[str, str]:
    """Name and version of every service that a backend uses in this run."""
    return asyncio.run(_ask(services))


async def _ask(services: ServicesDescription) -> dict[str, str]:
    postgres = await asyncpg.connect(services.postgres_url)
    try:
        server = str(await postgres.fetchval("SHOW server_version")).partition(" ")[0]
    finally:
        await postgres.close()
    client: Any = redis.Redis.from_url(services.redis_url)  # pyright: ignore[reportUnknownMemberType]
    async with client:
        about: dict[str, Any] = await client.info("server")
    name = "Valkey" if "valkey_version" in about else "Redis"
    shown = {"PostgreSQL": server, name: str(about.get("valkey_version", about.get("redis_version")))}
    model = f"scripted (threadproof {version('threadproof')})"
    return shown | {"model service": model, "backend": "embedded" if services.embedded else "external"}
