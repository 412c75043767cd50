"""Events reach every device once and in order, even if Redis, a subscription or a process breaks meanwhile."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from support.services import Stack
from support.tests.backend import backend_people
from support.tests.backend.backend_people import Person, create, created, events_until, person, postgres, sequences

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_a_killed_redis_loses_no_event_and_repeats_none(own_stack: Stack) -> None:
    assert own_stack.redis
    async with person(own_stack) as who, who.device(0) as first, who.device(1) as second:
        await created(who, 10)
        await events_until(first, 10)
        await events_until(second, 10)
        own_stack.redis.kill()
        async with postgres(own_stack) as database:
            for sequence in range(11, 31):  # as a transaction leaves it whose process finds Redis gone afterwards
                await database.execute(
                    "INSERT INTO outbox VALUES ($1, $2, 'message_created', NULL, '{}', now())", who.id, sequence
                )
            await database.execute("UPDATE customers SET last_event = 30 WHERE id = $1", who.id)
        refused = await who.http.get("/api/threads")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        await asyncio.to_thread(own_stack.redis.start)

        assert sequences(await events_until(first, 30)) == list(range(11, 31))
        assert sequences(await events_until(second, 30)) == list(range(11, 31))
        assert await first.silent()
        assert await second.silent()


async def test_a_paused_redis_costs_a_clear_refusal_and_no_event(own_stack: Stack) -> None:
    assert own_stack.redis
    async with person(own_stack) as who, who.device(0) as first, who.device(1) as second:
        await created(who, 4)
        own_stack.redis.pause()
        assert (await who.http.get("/api/threads")).status_code == 503
        own_stack.redis.resume()
        await created(who, 4)

        assert sequences(await events_until(first, 8)) == list(range(1, 9))
        assert sequences(await events_until(second, 8)) == list(range(1, 9))


async def test_a_socket_hears_again_after_its_process_lost_the_subscription(own_stack: Stack) -> None:
    async with person(own_stack) as who, who.device(0) as device, backend_people.redis(own_stack) as client:
        for number in range(1, 6):
            await client.client_kill_filter(_type="pubsub")
            await create(who.processes[1])
            assert (await device.frame())["sequence"] == number


async def test_another_process_publishes_the_events_of_a_killed_one(own_stack: Stack) -> None:
    async with person(own_stack) as who, who.device(1) as device:
        writer = asyncio.create_task(write_until_killed(who))
        await device.frames(20)
        own_stack.processes[0].kill()
        await writer
        async with postgres(own_stack) as database:
            last = await database.fetchval("SELECT last_event FROM customers WHERE id = $1", who.id)
            threads = await database.fetchval("SELECT count(*) FROM threads WHERE customer_id = $1", who.id)

        assert threads == last
        rest = await events_until(device, last) if last > 20 else []
        assert sequences(rest) == list(range(21, last + 1))
        assert await device.silent()


async def write_until_killed(who: Person) -> None:
    """Create threads at the first process until it answers no more."""

    async def one_after_the_other() -> None:
        while True:
            try:
                await create(who.http)
            except httpx.TransportError:
                return

    await asyncio.gather(*(one_after_the_other() for _ in range(4)))


async def test_a_process_ends_quickly_with_sockets_open(own_stack: Stack) -> None:
    async with person(own_stack) as who, who.device(0) as first, who.device(1) as second:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.to_thread(own_stack.processes[0].stop)

        assert await first.close_code() == 1012
        assert loop.time() - began < 2
        assert await second.silent()
