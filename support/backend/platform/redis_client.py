"""Redis: how it is reached, and what every key, stream and channel is called."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from support.backend.platform.config import Settings, StartError


def client(settings: Settings) -> Redis:
    """A client for commands: a broken connection is replaced and the command sent again; a hung one gives up."""
    retry = Retry(ExponentialBackoff(cap=0.1, base=0.02), 2, supported_errors=(RedisConnectionError,))
    return _open(settings, retry, socket_timeout=1.5)


def listener(settings: Settings) -> Redis:
    """A client for one subscription: it says at once when the connection breaks, for messages were missed then."""
    return _open(settings, Retry(NoBackoff(), 0), socket_timeout=None)


async def check(redis: Redis) -> None:
    """Ask the server for an answer.

    Raises:
        StartError: there is none.
    """
    try:
        await command(redis, "PING")
    except (RedisError, OSError) as error:
        raise StartError(f"REDIS_URL: {error}") from None


async def command(redis: Redis, *parts: str | float) -> Any:
    """Send one command and return its answer; the client's own methods are typed too loosely to be of help."""
    return await redis.execute_command(*parts)  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]


async def run(script: Any, keys: list[str], *arguments: str | float) -> Any:
    """Run a registered Lua script, loading it where the server has forgotten it."""
    return await script(keys=keys, args=list(arguments))


class Keys:
    """The name of everything in Redis, under one prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def session(self, session_id: str) -> str:
        """Hash: one session."""
        return f"{self._prefix}session:{session_id}"

    def sessions(self, customer_id: object) -> str:
        """Sorted set: the ids of a customer's live sessions by the second at which they expire."""
        return f"{self._prefix}sessions:{customer_id}"

    def sockets(self, session_id: str) -> str:
        """Sorted set: the open sockets of a session by the second at which they count as dead."""
        return f"{self._prefix}sockets:{session_id}"

    def events(self, customer_id: object) -> str:
        """Stream: a customer's events, each under its sequence."""
        return f"{self._prefix}events:{customer_id}"

    def feed(self) -> str:
        """Channel: every event as it is published, for all processes."""
        return f"{self._prefix}feed"


def _open(settings: Settings, retry: Retry, *, socket_timeout: float | None) -> Redis:
    try:
        return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            settings.redis_url,
            decode_responses=True,
            retry=retry,
            socket_connect_timeout=1,
            socket_timeout=socket_timeout,
            client_name=settings.process_name.replace(" ", "-"),
        )
    except ValueError as error:
        raise StartError(f"REDIS_URL: {error}") from None
