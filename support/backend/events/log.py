"""A customer's published events in Redis: a stream to resume from, and a channel that every process listens to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from support.backend.events import events, tombstones
from support.backend.events.events import Event
from support.backend.platform import redis_client
from support.backend.platform.redis_client import Keys

KEPT = 5_000
"""A customer's last events that can be resumed from."""

_KEPT_SECONDS = 30 * 24 * 3600

# An event that is in the stream already is left out: publishing again, from any process, changes nothing.
# The last word on a thread takes all its other events out of the stream, and is kept with the thread's id sealed: what
# is kept does not mention the thread, and devices that were away can be told of its deletion.
_PUBLISH = """
local published = 0
for i = 4, #ARGV, 5 do
  local sequence, thread_id, event, kept, deleted = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local id, about = sequence .. '-0', deleted == '' and thread_id or ''
  local added = redis.pcall(
    'XADD', KEYS[1], 'MAXLEN', ARGV[2], id, 'thread_id', about, 'event', kept, 'deleted', deleted)
  if type(added) == 'table' and added.err then
    if not string.find(added.err, 'equal or smaller', 1, true) then return added end
  else
    published = published + 1
    redis.call('PUBLISH', KEYS[2], ARGV[1] .. '\\n' .. event)
    if deleted ~= '' then
      for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
        if entry[2][2] == thread_id then redis.call('XDEL', KEYS[1], entry[1]) end
      end
    end
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return published
"""
_POSITION = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local stream = redis.call('XINFO', 'STREAM', KEYS[1])
local found = {}
for i = 1, #stream, 2 do found[stream[i]] = stream[i + 1] end
return {found['last-generated-id'], found['entries-added']}
"""


@dataclass(frozen=True)
class Position:
    """How far a customer's events have come: the last one, and the earliest one that resuming after is complete."""

    last: int
    earliest: int


def is_last_word(event: Event) -> bool:
    """Whether nothing that mentions its thread is to be kept once this one is published."""
    return event.type == "thread_deleted"


class EventLog:
    """The published events of all customers."""

    def __init__(self, redis: Redis, keys: Keys, secret: str) -> None:
        self._redis = redis
        self._keys = keys
        self._secret = secret
        self._publish: Any = redis.register_script(_PUBLISH)
        self._position: Any = redis.register_script(_POSITION)

    async def publish(self, customer_id: UUID, batch: list[Event]) -> int:
        """Publish a customer's next events, in order and each once; says how many were not there already."""
        arguments: list[str | int] = [str(customer_id), KEPT, _KEPT_SECONDS]
        for event in batch:
            kept, deleted = self._kept(event)
            arguments += [event.sequence, event.thread_id or "", event.text, kept, deleted]
        keys = [self._keys.events(customer_id), self._keys.feed()]
        return int(await redis_client.run(self._publish, keys, *arguments))

    async def position(self, customer_id: UUID) -> Position | None:
        """Where a customer's stream stands; None if there is none (no event yet, or Redis has lost it)."""
        found = await redis_client.run(self._position, [self._keys.events(customer_id)])
        if found is None:
            return None
        last, added = int(found[0].partition("-")[0]), int(found[1])
        return Position(last, last - min(added, KEPT))

    async def between(self, customer_id: UUID, first: int, last: int) -> list[Event]:
        """A customer's events from `first` to `last`, both included, as far as they are kept."""
        entries: list[tuple[str, dict[str, str]]] = await redis_client.command(
            self._redis, "XRANGE", self._keys.events(customer_id), f"{first}-0", f"{last}-0"
        )
        return [self._read(customer_id, int(id_.partition("-")[0]), fields) for id_, fields in entries]

    def _kept(self, event: Event) -> tuple[str, str]:
        """What is kept of an event, and the sealed id of the thread that it deletes, if it does."""
        if not is_last_word(event) or event.thread_id is None:
            return event.text, ""
        sealed = tombstones.seal(UUID(event.thread_id), event.customer_id, event.sequence, self._secret)
        return events.without_thread(event), sealed

    def _read(self, customer_id: UUID, sequence: int, fields: dict[str, str]) -> Event:
        if not fields.get("deleted"):
            return events.parse(customer_id, fields["event"])
        thread_id = tombstones.unseal(fields["deleted"], customer_id, sequence, self._secret)
        return events.with_thread(customer_id, fields["event"], thread_id)

    async def beat(self) -> None:
        """Let every listening process know that the channel works."""
        await redis_client.command(self._redis, "PUBLISH", self._keys.feed(), "")

    async def listen(self, subscriber: Redis) -> AsyncIterator[Event | None]:
        """Every event of every customer as it is published; None once when listening begins, and for each beat.

        Raises:
            redis.exceptions.RedisError: the connection broke; what is published from then on is missed.
        """
        channel: PubSub = subscriber.pubsub()  # pyright: ignore[reportUnknownMemberType]
        async with aclosing(channel):
            await channel.subscribe(self._keys.feed())
            while True:
                message = cast("dict[str, Any] | None", await channel.get_message(timeout=None))
                if message is None:
                    continue
                customer_id, _, text = str(message["data"]).partition("\n")
                yield events.parse(UUID(customer_id), text) if text else None
