"""Servers that the settings name, checked before anything is started."""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import asyncpg
import redis

from support.core.failure import BadInput
from support.core.settings import Settings, masked_url
from support.services import http_calls, redis_keys
from support.services.description import GivenBackend
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


NEEDED = {
    "postgres": ("THREADPROOF_POSTGRES_URL", "durable, storage and outages"),
    "redis": ("THREADPROOF_REDIS_URL", "durable"),
    "model": ("THREADPROOF_MODEL_URL", "model"),
}
"""The settings that name a running backend's services, and the capabilities that read or script them."""


def check(settings: Settings, given: GivenBackend) -> None:
    """Connect to every server that the settings name, to all at once, in at most three seconds.

    Raises:
        BadInput: a server is unusable; the message has a line for each, with its variable, address and reason.
    """
    _check_complete(settings, given.needs)
    waiting = _servers(settings, given.ready_path)
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


def _check_complete(settings: Settings, needs: Collection[str]) -> None:
    named = {"postgres": settings.postgres_url, "redis": settings.redis_url, "model": settings.model_url}
    missing = [NEEDED[service] for service, url in named.items() if service in needs and not url]
    if settings.backend_urls and missing:
        variables = " and ".join(variable for variable, _capabilities in missing)
        excused = ", ".join(dict.fromkeys(capabilities for _variable, capabilities in missing))
        raise BadInput(
            f"THREADPROOF_BACKEND_URLS names a running backend, so {variables} must name its services: "
            "the suite checks stored data there, and scripts its model. If it must not, the profile says why under "
            f"does_not_offer, for: {excused}"
        )


def _servers(settings: Settings, ready_path: str | None) -> list[_Server]:
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
        _Server("THREADPROOF_BACKEND_URLS", url, partial(_look_at_backend, ready_path), "the embedded backend")
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


def _look_at_backend(ready_path: str | None, url: str) -> None:
    if ready_path is None:
        http_calls.expect_answer(url)
    else:
        http_calls.expect_ok(url.rstrip("/") + ready_path)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return str(error).rstrip(".") or type(error).__name__
