"""Reads the keys of one stack in Redis."""

from __future__ import annotations

from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

from support.core.failure import EnvironmentFailed


class RedisProbe:
    """A view of the keys that begin with one prefix. Only reading commands are sent."""

    def __init__(self, redis_url: str, key_prefix: str) -> None:
        self._redis: Any = redis.Redis.from_url(redis_url, decode_responses=True)  # pyright: ignore[reportUnknownMemberType]
        self.prefix = key_prefix

    async def keys(self, pattern: str = "*") -> list[str]:
        """Names of the keys that match a glob pattern, without the prefix, in order."""
        found = [key async for key in self._redis.scan_iter(match=f"{self.prefix}{pattern}", count=1000)]
        return sorted(key.removeprefix(self.prefix) for key in found)

    async def stream(self, key: str) -> list[dict[str, str]]:
        """The fields of every entry of a stream, oldest first; none where there is no such key.

        Raises:
            EnvironmentFailed: Redis cannot be reached.
        """
        try:
            return [fields for _id, fields in await self._redis.xrange(f"{self.prefix}{key}")]
        except (RedisError, OSError) as error:
            raise EnvironmentFailed(f"the suite's own connection to Redis failed: {error}") from error

    async def run(self, script: str, *arguments: str | bytes) -> Any:
        """The result of a Lua script that the server keeps read-only.

        Raises:
            EnvironmentFailed: Redis cannot be reached, or the script fails.
        """
        try:
            return await self._redis.eval_ro(script, 0, *arguments)
        except (RedisError, OSError) as error:
            raise EnvironmentFailed(f"the suite's own script in Redis failed: {error}") from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()
