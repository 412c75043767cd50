"""How many sockets a session has open, over all processes: each holds a lease that its process renews."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from support.backend.customers.sessions import Sessions
from support.backend.live.socket import UNAUTHENTICATED, LiveSocket
from support.backend.platform import redis_client
from support.backend.platform.redis_client import Keys

if TYPE_CHECKING:
    from support.backend.live.hub import Hub

_LEASE_SECONDS = 30
_RENEW_SECONDS = 10
_log = logging.getLogger(__name__)

_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIREAT', KEYS[1], ARGV[3])
return 1
"""


class SocketLeases:
    """The leases of all sessions."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._take: Any = redis.register_script(_TAKE)

    async def take(self, session_id: UUID, socket_id: UUID, maximum: int) -> bool:
        """Take a lease; false if the session has `maximum` already."""
        now = int(time.time())
        key = self._keys.sockets(str(session_id))
        return bool(await redis_client.run(self._take, [key], str(socket_id), now, now + _LEASE_SECONDS, maximum))

    async def give_back(self, session_id: UUID, socket_id: UUID) -> None:
        """End a lease. If Redis is away it ends by itself."""
        try:
            await redis_client.command(self._redis, "ZREM", self._keys.sockets(str(session_id)), str(socket_id))
        except RedisError as error:
            _log.info("a socket's lease is left to expire: %s", error)

    async def run(self, hub: Hub, sessions: Sessions) -> None:
        """Renew the leases of this process's sockets until cancelled; close those whose session is over."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            try:
                for socket in hub.sockets():
                    await self._renew(socket, sessions)
            except RedisError as error:
                _log.warning("leases not renewed: %s", error)

    async def _renew(self, socket: LiveSocket, sessions: Sessions) -> None:
        identity = socket.identity
        if not await sessions.is_live(identity.session_id, identity.customer_id):
            socket.end(UNAUTHENTICATED, "session over")
            return
        key, until = self._keys.sockets(str(identity.session_id)), int(time.time()) + _LEASE_SECONDS
        await redis_client.command(self._redis, "ZADD", key, until, str(socket.id))
        await redis_client.command(self._redis, "EXPIREAT", key, until)
