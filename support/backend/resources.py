"""What one process holds open, made at its start and closed at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from support.backend.agents import model
from support.backend.agents.agents import Speaker
from support.backend.customers.sessions import Sessions
from support.backend.events.log import EventLog
from support.backend.events.relay import Relay
from support.backend.live.hub import Hub
from support.backend.live.leases import SocketLeases
from support.backend.platform import database, redis_client
from support.backend.platform.config import Settings
from support.backend.platform.database import Database
from support.backend.platform.redis_client import Keys
from support.backend.runs.worker import Worker
from support.backend.threads.titles import Titles


@dataclass(frozen=True)
class Resources:
    """The parts that endpoints use."""

    settings: Settings
    database: Database
    redis: Redis
    sessions: Sessions
    events: EventLog
    relay: Relay
    hub: Hub
    leases: SocketLeases
    titles: Titles
    worker: Worker


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Resources]:
    """Connect to the services and run what runs beside the requests: the relay, the worker, the hub and its leases.

    Raises:
        StartError: a service cannot be reached.
    """
    async with AsyncExitStack() as stack:
        redis = redis_client.client(settings)
        stack.push_async_callback(redis.aclose)
        subscriber = redis_client.listener(settings)
        stack.push_async_callback(subscriber.aclose)
        await redis_client.check(redis)
        pool = await database.connect(settings)
        stack.push_async_callback(pool.close)
        keys = Keys(settings.key_prefix)
        sessions, events = Sessions(redis, keys), EventLog(redis, keys, settings.jwt_secret)
        client = model.client(settings)
        stack.push_async_callback(client.close)
        relay, leases = Relay(pool, events), SocketLeases(redis, keys)
        worker = Worker(pool, relay, Speaker(client, settings.model_name), settings)
        hub = Hub(events, subscriber, worker)
        resources = Resources(
            settings, pool, redis, sessions, events, relay, hub, leases, Titles(client, settings.model_name), worker
        )
        async with asyncio.TaskGroup() as group:
            # A task that fails ends the process: better none than one that looks alive and delivers nothing.
            works = (relay.run(), worker.run(), hub.run(), leases.run(hub, sessions))
            tasks = [group.create_task(work) for work in works]
            await hub.listening.wait()
            yield resources
            for task in tasks:
                task.cancel()
