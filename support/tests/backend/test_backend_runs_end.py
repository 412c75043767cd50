"""Runs that are stopped, whose thread goes, or whose process ends: ended once, truthfully, and with nothing left."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from support.model_service.scripts import Turn
from support.services import Stack
from support.tests.backend.agent_threads import (
    LEASE_SECONDS,
    PENDING,
    AgentThread,
    agent_thread,
    digest,
    eventually,
    mentions,
    until,
)
from support.tests.backend.backend_people import create, postgres

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_cancelling_stops_a_run_wherever_it_is_and_nothing_follows(stack: Stack) -> None:
    async with agent_thread(stack) as subject, subject.who.device() as device:
        running = await subject.ask(Turn(hang=True))
        waiting = await subject.ask(Turn.saying("never"))
        await subject.asked(running)
        for run in (waiting, running):  # by the process that was not asked, and perhaps does not do it
            answer = await subject.who.processes[1].post(f"/api/runs/{run['id']}/cancel")
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
            assert answer.json()["error"]["code"] == "cancelled"
        assert (await subject.asked(running, over=True)).said == "", "the model is let go of"

        last = await subject.ask(Turn.saying("done"))
        done = await subject.ended(last)
        late = (await subject.who.http.post(f"/api/runs/{last['id']}/cancel")).json()
        assert late == done, "what has ended stays as it is"
        frames = await until(device, "agent_completed")
        own = [(frame["type"], frame["run_sequence"]) for frame in frames if frame["run_id"] == running["id"]]
        assert own == [("agent_started", 1), ("agent_cancelled", 2)]
        own = [(frame["type"], frame["run_sequence"]) for frame in frames if frame["run_id"] == waiting["id"]]
        assert own == [("agent_cancelled", 1)]
        assert await subject.requests(waiting) == []
        assert (await subject.thread())["active_run_id"] is None


@pytest.mark.parametrize("turn", [Turn(hang=True), Turn.saying("too late", delay_s=0.6)], ids=["hang", "late"])
async def test_deleting_a_thread_stops_its_run_and_leaves_nothing(stack: Stack, turn: Turn) -> None:
    async with agent_thread(stack) as subject, subject.who.device() as device:
        sibling = AgentThread(subject.who, subject.model, (await create(subject.who.http))["id"])
        await device.frame()
        kept = await sibling.ask(Turn.saying("kept"))
        await sibling.ended(kept)
        finished = await subject.ask(Turn.saying("gone"))
        await subject.ended(finished)
        running = await subject.ask(turn)
        waiting = await subject.ask(Turn.saying("never"), process=1)
        await subject.asked(running)
        before = await digest(stack, sibling.id)
        assert (await subject.who.processes[1].delete(subject.path)).status_code == 204

        frames = await until(device, "thread_deleted")
        assert [(frame["type"], frame["run_id"]) for frame in frames[-3:]] == [
            ("agent_cancelled", running["id"]),
            ("agent_cancelled", waiting["id"]),
            ("thread_deleted", None),
        ]
        assert (await subject.asked(running, over=True)).said == "", "the model is let go of"
        assert await device.silent()
        for gone in (running, waiting, finished):
            assert (await subject.who.http.get(f"/api/runs/{gone['id']}")).status_code == 404
            assert await mentions(stack, gone["id"]) == []
        assert await mentions(stack, subject.id) == []
        assert await subject.requests(waiting) == []
        assert await digest(stack, sibling.id) == before
        assert (await sibling.ended(kept))["result"] == "kept"


async def test_a_delete_among_runs_leaves_nothing_and_nothing_comes_back(stack: Stack) -> None:
    async with agent_thread(stack) as subject, subject.who.device() as device, postgres(stack) as database:

        async def ask(process: int) -> None:
            status = 202
            while status == 202:
                answer = await subject.who.processes[process].post(
                    f"{subject.path}/runs", json={"agent": "triage", "input": "Hello"}
                )
                status = answer.status_code
            assert status == 404

        askers = [asyncio.create_task(ask(n % 2)) for n in range(4)]
        await until(device, "agent_completed")
        assert (await subject.who.http.delete(subject.path)).status_code == 204
        await asyncio.gather(*askers)
        frames = await until(device, "thread_deleted")
        assert await device.silent(), "nothing is told after the end"
        ends = Counter(frame["run_id"] for frame in frames if frame["run_id"] and frame["type"] not in PENDING)
        assert set(ends.values()) == {1}
        for table in ("runs", "messages", "threads"):
            assert await database.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", subject.who.id) == 0
        assert await mentions(stack, subject.id) == []


async def test_two_processes_do_each_run_once_and_tell_every_device(stack: Stack) -> None:
    async with agent_thread(stack) as subject, subject.who.device(0) as first, subject.who.device(1) as second:
        threads = [AgentThread(subject.who, subject.model, (await create(subject.who.http))["id"]) for _ in range(12)]
        runs = await asyncio.gather(*(one.ask(Turn.saying("Yes."), process=n % 2) for n, one in enumerate(threads)))
        ended = await asyncio.gather(*(one.ended(run) for one, run in zip(threads, runs, strict=True)))

        assert {run["status"] for run in ended} == {"completed"}
        for run, one in zip(runs, threads, strict=True):
            await one.asked(run)
            assert [message["role"] for message in await one.messages()] == ["user", "assistant"]
        frames = [await device.frames(12 * 5) for device in (first, second)]
        assert frames[0] == frames[1]
        for run in runs:
            own = [frame["run_sequence"] for frame in frames[0] if frame["run_id"] == run["id"]]
            assert own == [1, 2, 3]


async def worker_of(stack: Stack, run: dict[str, Any]) -> int:
    """The index of the process that does a run."""
    async with postgres(stack) as database:
        worker = await database.fetchval("SELECT worker FROM runs WHERE id = $1", run["id"])
    return [process.name for process in stack.processes].index(worker.split()[0])


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_the_run_of_a_process_that_ends_is_interrupted_within_the_lease(own_stack: Stack, how: str) -> None:
    async with agent_thread(own_stack) as subject:
        running = await subject.ask(Turn(hang=True))
        waiting = await subject.ask(Turn.saying("Here."))
        await subject.asked(running)
        killed = await worker_of(own_stack, running)
        other = 1 - killed
        if killed == 1:
            subject.who.processes.reverse()
        async with subject.who.device(1) as device:
            loop = asyncio.get_running_loop()
            died = loop.time()
            await asyncio.to_thread(getattr(own_stack.processes[killed], how))
            assert loop.time() - died < 2
            frames = await until(device, "agent_failed", seconds=LEASE_SECONDS + 1)
            assert loop.time() - died < LEASE_SECONDS
            assert await worker_of(own_stack, running) == other

            ended = await subject.ended(running)
            assert frames[-1]["data"] == ended
            assert (frames[-1]["run_id"], frames[-1]["run_sequence"]) == (running["id"], 2)
            assert (ended["status"], ended["error"]["code"]) == ("failed", "interrupted")
            assert (await subject.ended(waiting))["result"] == "Here.", "what was only waiting is done after all"
            client = subject.who.processes[1]
            assert (await client.get(subject.path)).json()["active_run_id"] is None
            messages = (await client.get(f"{subject.path}/messages")).json()["items"]
            assert [message["role"] for message in messages] == ["user", "user", "assistant"]


async def test_a_paused_process_does_not_overwrite_a_run_that_another_has_ended(own_stack: Stack) -> None:
    async with agent_thread(own_stack) as subject:
        run = await subject.ask(Turn.saying("too late", delay_s=0.5))
        await subject.asked(run)
        paused = await worker_of(own_stack, run)
        if paused == 1:
            subject.who.processes.reverse()
        async with subject.who.device(1) as device:
            own_stack.processes[paused].pause()
            await until(device, "agent_failed", seconds=LEASE_SECONDS + 1)
            own_stack.processes[paused].resume()
            assert (await subject.who.processes[0].get(subject.path)).json()["message_count"] == 1
            assert (await subject.ended(await subject.ask(Turn.saying("Next."))))["result"] == "Next."
            assert [frame["run_id"] for frame in await until(device, "agent_completed")].count(run["id"]) == 0
        assert (await subject.ended(run))["error"]["code"] == "interrupted"


async def test_an_answer_outlives_a_short_loss_of_postgresql_and_redis(own_stack: Stack) -> None:
    assert own_stack.postgres
    assert own_stack.redis
    async with agent_thread(own_stack) as subject:
        run = await subject.ask(Turn.saying("Still here.", delay_s=0.4))
        await subject.asked(run)
        own_stack.postgres.kill()
        own_stack.redis.kill()
        await subject.asked(run, over=True)
        await asyncio.gather(asyncio.to_thread(own_stack.postgres.start), asyncio.to_thread(own_stack.redis.start))
        async with postgres(own_stack) as database:

            async def ended() -> str | None:
                query = "SELECT status FROM runs WHERE id = $1 AND ended_at IS NOT NULL"
                return await database.fetchval(query, run["id"])

            status = await eventually(ended, LEASE_SECONDS + 5)
            count = await database.fetchval("SELECT count(*) FROM messages WHERE run_id = $1", run["id"])
        # A lease that lapsed meanwhile lets the run be interrupted; either way it has ended once, as its messages say.
        assert (status, count) in {("completed", 1), ("failed", 0)}


async def test_erasing_threads_while_their_runs_end_never_deadlocks(stack: Stack) -> None:
    async with agent_thread(stack) as subject:
        first, second = subject.who.processes

        async def erase(number: int) -> list[int]:
            thread = AgentThread(subject.who, subject.model, (await create(first))["id"])
            runs = [await thread.ask(process=n % 2) for n in range(1 + number % 4)]
            calls = [second.delete(thread.path), *(first.post(f"/api/runs/{run['id']}/cancel") for run in runs)]
            return [answer.status_code for answer in await asyncio.gather(*calls)]

        for _ in range(6):
            for erased, *cancelled in await asyncio.gather(*(erase(n) for n in range(15))):
                assert erased == 204
                assert set(cancelled) <= {200, 404}
        assert "deadlock" not in stack.log_text()
