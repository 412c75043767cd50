"""Sessions in Redis: opened within the plan's limit, looked up by every request, revoked at once everywhere.

A revoked session keeps its key until it would have expired, so that nothing can open it a second time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from support.backend.platform import redis_client
from support.backend.platform.redis_client import Keys

_OPEN = """
local now, expires, maximum = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local known = redis.call('HMGET', KEYS[1], 'state', 'created_at', 'expires_at')
if known[1] then return known end
if redis.call('ZCARD', KEYS[2]) >= maximum then
  return {'full', redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]}
end
redis.call('HSET', KEYS[1], 'state', 'live', 'customer_id', ARGV[1], 'created_at', now, 'expires_at', expires)
redis.call('EXPIREAT', KEYS[1], expires)
redis.call('ZADD', KEYS[2], expires, ARGV[2])
redis.call('EXPIREAT', KEYS[2], expires, redis.call('ZCARD', KEYS[2]) == 1 and 'NX' or 'GT')
return {'opened', now, expires}
"""
_REVOKE = """
local known = redis.call('HMGET', KEYS[1], 'state', 'customer_id')
if known[1] ~= 'live' or known[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'revoked')
redis.call('ZREM', KEYS[2], ARGV[2])
return 1
"""


@dataclass(frozen=True)
class Session:
    """One live session. Times are seconds since 1970."""

    id: UUID
    created_at: int
    expires_at: int


class SessionLimitReached(Exception):
    """The customer has as many sessions as the plan holds; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class SessionRevoked(Exception):
    """The session asked for has been and gone."""


class Sessions:
    """All sessions of all customers."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._open: Any = redis.register_script(_OPEN)
        self._revoke: Any = redis.register_script(_REVOKE)

    async def open(self, customer_id: UUID, session_id: UUID, seconds: float, maximum: int) -> tuple[Session, bool]:
        """Open a session, or find the live one of this id; says whether it was there already.

        Raises:
            SessionLimitReached: the customer has `maximum` sessions.
            SessionRevoked: a session of this id was revoked.
        """
        now = int(time.time())
        keys = [self._keys.session(str(session_id)), self._keys.sessions(customer_id)]
        answer = await redis_client.run(
            self._open, keys, str(customer_id), str(session_id), now, int(now + seconds), maximum
        )
        if answer[0] == "full":
            raise SessionLimitReached(int(answer[1]) - now)
        if answer[0] == "revoked":
            raise SessionRevoked
        return Session(session_id, int(answer[1]), int(answer[2])), answer[0] == "live"

    async def is_live(self, session_id: UUID, customer_id: UUID) -> bool:
        """Whether this session is open and belongs to this customer."""
        found = await redis_client.command(
            self._redis, "HMGET", self._keys.session(str(session_id)), "state", "customer_id"
        )
        return found == ["live", str(customer_id)]

    async def of(self, customer_id: UUID) -> list[Session]:
        """A customer's live sessions, the oldest first."""
        ids: list[str] = await redis_client.command(self._redis, "ZRANGE", self._keys.sessions(customer_id), 0, -1)
        found: list[Session] = []
        for session_id in ids:
            values = await redis_client.command(
                self._redis, "HMGET", self._keys.session(session_id), "state", "created_at", "expires_at"
            )
            if values[0] == "live":
                found.append(Session(UUID(session_id), int(values[1]), int(values[2])))
        return sorted(found, key=lambda session: (session.created_at, session.id))

    async def revoke(self, session_id: UUID, customer_id: UUID) -> bool:
        """End a session; false if this customer has no such live session."""
        keys = [self._keys.session(str(session_id)), self._keys.sessions(customer_id)]
        return bool(await redis_client.run(self._revoke, keys, str(customer_id), str(session_id)))
