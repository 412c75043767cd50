"""Carries committed events from the outbox to Redis: at once after a commit, and by a sweep what was left behind.

Every process has one. Two may carry the same events at the same time: Redis takes each once, in order.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated
from uuid import UUID

from redis.exceptions import RedisError

from support.backend.events import outbox
from support.backend.events.log import EventLog
from support.backend.http.routing import part
from support.backend.platform import metrics, problems
from support.backend.platform.database import Database

_BATCH = 200
_SWEEP_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Relay:
    """One task that publishes for one customer after the other."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events
        self._woken: set[UUID] = set()
        self._awake = asyncio.Event()

    def wake(self, customer_id: UUID) -> None:
        """Say that a transaction with events of this customer is committed."""
        self._woken.add(customer_id)
        self._awake.set()

    async def run(self) -> None:
        """Publish until cancelled. While a service is away events wait in the outbox."""
        sweep_at = 0.0
        while True:
            try:
                if asyncio.get_running_loop().time() >= sweep_at:
                    sweep_at = asyncio.get_running_loop().time() + _SWEEP_SECONDS
                    await self._events.beat()
                    self._woken |= await self._left_behind()
                while self._woken:
                    await self.publish_pending(self._woken.pop())
            except (RedisError, problems.Problem) as error:
                _log.warning("events wait in the outbox: %s", error)
                await asyncio.sleep(0.1)
            await self._wait(sweep_at)

    async def publish_pending(self, customer_id: UUID) -> None:
        """Publish all that a customer has in the outbox, in order, and drop it there."""
        while True:
            async with self._database.service_transaction() as connection:
                batch = await outbox.pending(connection, customer_id, _BATCH)
            if not batch:
                return
            # No transaction is open while Redis works, so a hanging Redis holds no row and no connection.
            metrics.EVENTS_PUBLISHED.inc(await self._events.publish(customer_id, batch))
            async with self._database.service_transaction() as connection:
                await outbox.forget(connection, customer_id, batch[-1].sequence)
            if len(batch) < _BATCH:
                return

    async def _left_behind(self) -> set[UUID]:
        async with self._database.service_transaction() as connection:
            waiting = await outbox.waiting_customers(connection)
        metrics.OUTBOX_PENDING.set(sum(waiting.values()))
        return set(waiting)

    async def _wait(self, until: float) -> None:
        """Until `wake` is called, or the next sweep is due."""
        try:
            async with asyncio.timeout_at(until):
                await self._awake.wait()
        except TimeoutError:
            return
        self._awake.clear()


RelayPart = Annotated[Relay, part("relay")]
