"""Events reach every device of their customer once and in order, over two processes."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from support.backend.events.log import KEPT
from support.backend.live.socket import UNAUTHENTICATED
from support.services import Stack
from support.tests.backend import backend_people
from support.tests.backend.backend_people import (
    Person,
    create,
    created,
    events_until,
    person,
    postgres,
    sequences,
    sign_in,
)

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_devices_on_two_processes_get_everything_once_and_in_one_order(stack: Stack) -> None:
    async with person(stack) as who, who.device(0) as first, who.device(1) as second:
        threads = await created(who, 40)
        on_first, on_second = await events_until(first, 40), await events_until(second, 40)

        assert sequences(on_first) == list(range(1, 41))
        assert on_first == on_second
        assert sorted(event["thread_id"] for event in on_first) == sorted(threads)
        assert await first.silent()
        assert await second.silent()


async def test_nobody_else_gets_an_event(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other, other.device() as stranger, who.device() as own:
        await create(who.http, first_message="What does a pallet weigh?")

        assert [event["type"] for event in await own.frames(2)] == ["thread_created", "message_created"]
        assert await stranger.silent()


async def test_resume_sends_missed_events_and_then_new_ones(stack: Stack) -> None:
    async with person(stack) as who:
        await created(who, 30)
        async with who.device(1) as device:
            burst = asyncio.create_task(created(who, 30))
            await device.send(type="resume", last_event_id="10")
            received = await events_until(device, 60)
            await burst
            # Events published between `ready` and `resume` come before those resumed; each stretch is in order.
            assert sorted(sequences(received)) == list(range(11, 61))
            resumed = [event for event in received if event["sequence"] <= 30]
            live = [event for event in received if event["sequence"] > 30]
            assert sequences(resumed) == list(range(11, 31))
            assert sequences(live) == list(range(31, 61))

            await device.send(type="resume", last_event_id="10")
            assert await device.silent(), "what was sent once on a socket is not sent again"


async def test_a_handshake_with_the_last_event_gives_all_that_was_missed_before_anything_new(stack: Stack) -> None:
    async with person(stack) as who:
        await created(who, 30)
        for latest, since in ((40, "0"), (50, "10"), (60, "29"), (70, "30")):
            burst = asyncio.create_task(created(who, 10))
            async with who.device(1, ready=False, since=since) as device:
                ready = await device.frame()
                assert (ready["type"], ready["last_event_id"]) == ("ready", since)
                await burst
                assert sequences(await events_until(device, latest)) == list(range(int(since) + 1, latest + 1))
                assert await device.silent()


async def test_a_handshake_with_an_event_that_cannot_be_resumed_from_says_so(stack: Stack) -> None:
    async with person(stack) as who:
        await create(who.http)
        async with who.device(ready=False, since="2") as device:
            assert (await device.frame())["last_event_id"] == "1"
            assert (await device.frame())["problem"]["status"] == 422
            assert await device.silent()
        with pytest.raises(InvalidStatus) as refused:
            async with who.device(since="latest"):
                pass
        assert refused.value.response.status_code == 422


async def test_a_device_that_was_away_is_told_of_a_deletion_and_nothing_readable_is_kept_of_it(stack: Stack) -> None:
    async with person(stack) as who:
        gone, kept = [(await create(who.http, first_message="Hello"))["id"] for _ in range(2)]
        assert (await who.http.delete(f"/api/threads/{gone}")).status_code == 204
        for process in (0, 1):
            async with who.device(process, since="0") as device:
                events = await events_until(device, 5)
                assert [event["type"] for event in events] == ["thread_created", "message_created", "thread_deleted"]
                assert [event["thread_id"] for event in events] == [kept, kept, gone]
                assert events[-1]["data"] == {"id": gone}
        assert await mentions(stack, gone) == set()
        assert await mentions(stack, gone.replace("-", "")) == set()


async def test_resuming_from_where_nothing_is_kept_or_nothing_was_yet_is_refused(stack: Stack) -> None:
    async with person(stack) as who, who.device() as device:
        await create(who.http)
        assert (await device.frame())["sequence"] == 1
        ahead = await device.ask(type="resume", last_event_id="2")
        assert (ahead["type"], ahead["problem"]["status"]) == ("error", 422)

        async with backend_people.redis(stack) as client:
            await client.delete(f"{stack.key_prefix}events:{who.id}")
        await create(who.http)
        assert (await device.frame())["sequence"] == 2
        lost = await device.ask(type="resume", last_event_id="0")
        assert (lost["problem"]["status"], lost["problem"]["earliest"]) == (410, "1")


async def test_only_the_last_events_are_kept_and_a_refusal_says_from_where(stack: Stack) -> None:
    async with person(stack) as who, postgres(stack) as database:
        await database.execute(
            "INSERT INTO outbox SELECT $1, n, 'thread_created', NULL, '{}', now() FROM generate_series(1, $2) AS n",
            who.id,
            KEPT + 10,
        )
        await database.execute("UPDATE customers SET last_event = $2 WHERE id = $1", who.id, KEPT + 10)
        async with who.device(ready=False) as device:
            while (await device.frame(15)).get("sequence") != KEPT + 10:
                pass
        async with who.device() as device:
            assert (await device.ask(type="resume", last_event_id="9"))["problem"]["earliest"] == "10"
            await device.send(type="resume", last_event_id="10")
            assert sequences(await device.frames(KEPT)) == list(range(11, KEPT + 11))


async def test_a_subscription_leaves_out_other_threads(stack: Stack) -> None:
    async with person(stack) as who, who.device(1) as device:
        wanted, other = await created(who, 2)
        await device.frames(2)
        assert await device.ask(type="subscribe", thread_id=wanted) == {"type": "subscribed", "thread_id": wanted}
        for thread in (other, wanted):
            await who.http.post(f"/api/threads/{thread}/messages", json={"content": "Hello"})
        assert (await device.frame())["thread_id"] == wanted
        assert (await device.ask(type="unsubscribe", thread_id=wanted))["type"] == "unsubscribed"
        await who.http.post(f"/api/threads/{other}/messages", json={"content": "Hello"})
        assert (await device.frame())["thread_id"] == other


async def test_a_foreign_thread_is_refused_as_an_unknown_one_is(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other, who.device() as device:
        foreign = await create(other.http)
        answers = [await device.ask(type="subscribe", thread_id=thread) for thread in (foreign["id"], str(uuid4()))]

        assert answers[0] == answers[1]
        assert answers[0]["problem"]["status"] == 404
        assert await device.silent()


async def test_a_device_that_does_not_read_holds_up_nobody_and_is_closed(stack: Stack) -> None:
    content = "x" * 20_000
    async with person(stack) as who, who.device() as reading, who.device() as stuck:
        stuck.socket.transport.pause_reading()
        received = asyncio.create_task(events_until(reading, 401))  # all along: one that does not read is closed
        thread = (await create(who.http))["id"]
        for _ in range(20):  # batches, so that the process's own work does not pile up
            await asyncio.gather(
                *(who.http.post(f"/api/threads/{thread}/messages", json={"content": content}) for _ in range(20))
            )
        assert sequences(await received) == list(range(1, 402))
        async with who.device() as later:
            assert await later.silent()
        async with asyncio.timeout(20):
            while "threadproof_open_sockets 1.0" not in (await who.http.get("/metrics")).text:
                pass
        stuck.socket.transport.abort()


async def test_a_revoked_session_ends_its_sockets_on_every_process_and_no_others(stack: Stack) -> None:
    async with person(stack) as who, who.device(0) as first, who.device(1) as second:
        other = await sign_in(httpx_client := who.processes[1], who.email)
        headers = {"Authorization": f"Bearer {other['token']}"}
        sessions = (await httpx_client.get("/api/sessions")).json()["items"]
        revoked = next(session["id"] for session in sessions if session["current"])
        elsewhere = Person(who.id, who.email, other["token"], who.processes)
        async with elsewhere.device(1) as kept:
            answer = await who.http.delete(f"/api/sessions/{revoked}", headers=headers)

            assert answer.status_code == 204
            for device in (first, second):
                assert (await device.frame())["data"] == {"session_id": revoked}
                assert await device.close_code() == UNAUTHENTICATED
            assert (await kept.frame())["type"] == "session_revoked"
            assert await kept.silent()
        assert (await who.processes[1].get("/api/threads")).status_code == 401
        with pytest.raises(InvalidStatus) as refused:
            async with who.device():
                pass
        assert refused.value.response.status_code == 401


async def test_the_plan_limits_the_sockets_of_a_session_over_all_processes(stack: Stack) -> None:
    async with person(stack, "free") as who, who.device(0), who.device(1):
        async with who.device(1):
            with pytest.raises(InvalidStatus) as refused:
                async with who.device(0):
                    pass
            assert refused.value.response.status_code == 429
        for _ in range(100):  # the closed one's place is given back once its process has seen the close
            try:
                async with who.device(0) as again:
                    assert await again.silent()
                    return
            except InvalidStatus:
                continue
        pytest.fail("the place of a closed socket was not given back")


async def test_after_a_deletion_nothing_in_postgresql_or_redis_mentions_the_thread(stack: Stack) -> None:
    async with person(stack) as who, who.device(1) as device:
        kept = await create(who.http, first_message="This stays")
        answer = await who.http.post(
            "/api/threads", json={"first_message": "This goes"}, headers={"Idempotency-Key": "once"}
        )
        thread = answer.json()["id"]
        assert (await who.http.delete(f"/api/threads/{thread}")).status_code == 204
        assert (await events_until(device, 5))[-1]["type"] == "thread_deleted"

        assert await mentions(stack, kept["id"]) == {"messages", "outbox or stream", "threads"}
        assert await mentions(stack, thread) == set()
        again = await who.http.post(
            "/api/threads", json={"first_message": "This goes"}, headers={"Idempotency-Key": "once"}
        )
        assert again.status_code == 404, "a repetition does not bring the thread back"


async def mentions(stack: Stack, needle: str) -> set[str]:
    """Where a text occurs: tables, and the events whether they wait in the outbox or are in the stream."""
    found: set[str] = set()
    async with postgres(stack) as database, backend_people.redis(stack) as client:
        for record in await database.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"):
            if await database.fetchval(f"SELECT count(*) FROM {record[0]} t WHERE t::text LIKE $1", f"%{needle}%"):
                found.add("outbox or stream" if record[0] == "outbox" else record[0])
        async for key in client.scan_iter(f"{stack.key_prefix}*"):
            if needle in key or needle in await everything(client, key):
                found.add("outbox or stream")
    return found


async def everything(client: Any, key: str) -> str:
    """What is under a key, as text."""
    match await client.type(key):
        case "stream":
            return str(await client.xrange(key))
        case "hash":
            return str(await client.hgetall(key))
        case _:
            return str(await client.zrange(key, 0, -1))
