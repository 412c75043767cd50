"""Servers that the settings name, checked before anything is started."""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import redis

from support.core.failure import BadInput
from support.core.settings import Settings, masked_url
from support.services import http_calls, redis_keys
from support.services.process import NotReady

_ANSWER_SECONDS = 2.5
_OLDEST_POSTGRES = 15  # the first with CREATE DATABASE ... STRATEGY


@dataclass(frozen=True)
class _Server:
    variable: str
    url: str
    look: Callable[[str], None]
    instead: str

    def line(self, reason: str) -> str:
        return (
            f"{self.variable}: {masked_url(self.url)} cannot be used: {reason}. "
            f"Start that server or correct the address, or unset the variable to use {self.instead}."
        )


def check(settings: Settings) -> None:
    """Connect to every server that the settings name, to all at once, in at most three seconds.

    Raises:
        BadInput: a server is unusable; the message has a line for each, with its variable, address and reason.
    """
    _check_complete(settings)
    waiting = _servers(settings)
    answers: queue.SimpleQueue[tuple[_Server, str | None]] = queue.SimpleQueue()
    for server in waiting:
        # Threads without a join: a look-up of a host name cannot be cancelled.
        threading.Thread(target=_look, args=(server, answers), daemon=True).start()
    deadline = time.monotonic() + _ANSWER_SECONDS + 0.3
    failures: list[str] = []
    while waiting:
        try:
            server, reason = answers.get(timeout=max(0.001, deadline - time.monotonic()))
        except queue.Empty:
            failures += [server.line(f"no answer within {_ANSWER_SECONDS:g} s") for server in waiting]
            break
        waiting.remove(server)
        if reason:
            failures.append(server.line(reason))
    if failures:
        raise BadInput("\n".join(failures))


def _check_complete(settings: Settings) -> None:
    needed = {
        "THREADPROOF_POSTGRES_URL": settings.postgres_url,
        "THREADPROOF_REDIS_URL": settings.redis_url,
        "THREADPROOF_MODEL_URL": settings.model_url,
    }
    missing = [variable for variable, value in needed.items() if not value]
    if settings.backend_urls and missing:
        raise BadInput(
            f"THREADPROOF_BACKEND_URLS names a running backend, so {' and '.join(missing)} must name its services: "
            "the suite checks stored data there, and scripts its model"
        )


def _servers(settings: Settings) -> list[_Server]:
    servers: list[_Server] = []
    if settings.postgres_url:
        servers.append(
            _Server("THREADPROOF_POSTGRES_URL", settings.postgres_url, _look_at_postgres, "the embedded PostgreSQL")
        )
    if settings.redis_url:
        servers.append(_Server("THREADPROOF_REDIS_URL", settings.redis_url, _look_at_redis, "the embedded Valkey"))
    if settings.model_url:
        servers.append(
            _Server("THREADPROOF_MODEL_URL", settings.model_url, _look_at_model, "the suite's own model service")
        )
    backends = [
        _Server("THREADPROOF_BACKEND_URLS", url, _look_at_backend, "the embedded backend")
        for url in settings.backend_urls
    ]
    return servers + backends


def _look(server: _Server, answers: queue.SimpleQueue[tuple[_Server, str | None]]) -> None:
    try:
        server.look(server.url)
    except NotReady as seen:
        answers.put((server, str(seen)))
    else:
        answers.put((server, None))


def _look_at_postgres(url: str) -> None:
    try:
        asyncio.run(_connect(url))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NotReady(_reason(error)) from None


async def _connect(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=_ANSWER_SECONDS)
    major = connection.get_server_version().major
    await connection.close()
    if major < _OLDEST_POSTGRES:
        raise NotReady(f"expected PostgreSQL {_OLDEST_POSTGRES} or newer, got {major}")


def _look_at_redis(url: str) -> None:
    try:
        redis_keys.ping(url, timeout=_ANSWER_SECONDS)
    except (redis.RedisError, OSError, ValueError) as error:
        raise NotReady(_reason(error)) from None


def _look_at_model(url: str) -> None:
    http_calls.expect_ok(f"{url.rstrip('/')}/health")


def _look_at_backend(url: str) -> None:
    http_calls.expect_ok(f"{url.rstrip('/')}/health/ready")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return str(error).rstrip(".") or type(error).__name__
