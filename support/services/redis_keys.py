"""Calls to a Redis server: connecting, and removing the keys of a stack."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import cast

import redis

_BATCH = 500


def ping(redis_url: str, *, timeout: float) -> None:
    """Check that the server answers.

    Raises:
        redis.RedisError, OSError, ValueError: there was none, or a refusal, or the address cannot be used.
    """
    with connect(redis_url, timeout) as client:
        client.ping()  # pyright: ignore[reportUnknownMemberType]


def delete(redis_url: str, prefix: str) -> int:
    """Remove every key with this prefix; returns how many there were.

    Raises:
        redis.RedisError: the server could not be reached, or refused.
    """
    with connect(redis_url) as client:
        found = client.scan_iter(match=f"{prefix}*", count=_BATCH)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        keys = iter(cast("Iterable[bytes]", found))
        removed = 0
        while batch := list(islice(keys, _BATCH)):
            removed += client.unlink(*batch)
        return removed


def connect(redis_url: str, timeout: float = 5) -> redis.Redis:
    """A client that waits at most `timeout` seconds for a connection or an answer."""
    return redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        redis_url, socket_connect_timeout=timeout, socket_timeout=timeout
    )
