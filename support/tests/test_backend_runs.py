"""Runs: done by a worker of some process, ended once and truthfully, and gone with their thread."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from support.model.control import ModelControl
from support.model.record import ModelRequest
from support.model.scripts import Turn
from support.services import Stack
from support.tests import backend_people
from support.tests.backend_people import Device, Person, create, person, postgres

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend_fixture"]

Found = TypeVar("Found")

LEASE_SECONDS = 5
UNFINISHED = ("queued", "running")
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
PENDING = {"agent_started", "message_created"}


async def eventually(probe: Callable[[], Awaitable[Found | None]], seconds: float = 10) -> Found:
    """What is looked for, once it is there."""
    async with asyncio.timeout(seconds):
        while True:
            if (found := await probe()) is not None:
                return found
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Conversation:
    """A thread of somebody, and what the model says in it."""

    who: Person
    model: ModelControl
    id: str

    @property
    def path(self) -> str:
        return f"/api/threads/{self.id}"

    async def ask(self, *turns: Turn, process: int = 0, **fields: Any) -> dict[str, Any]:
        """A run whose question the model answers so."""
        question = f"Where is parcel {uuid4().hex}?"
        if turns:
            await self.model.script(*turns, contains=[question])
        body = {"agent": "triage", "input": question, **fields}
        answer = await self.who.processes[process].post(f"{self.path}/runs", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json() | {"question": question}

    async def ended(self, run: dict[str, Any], seconds: float = 10) -> dict[str, Any]:
        """A run once it is over."""
        return await self.reached(run, "completed", "failed", "cancelled", "timed_out", seconds=seconds)

    async def reached(self, run: dict[str, Any], *statuses: str, seconds: float = 10) -> dict[str, Any]:
        """A run once its status is one of these."""

        async def probe() -> dict[str, Any] | None:
            found = (await self.who.processes[-1].get(f"/api/runs/{run['id']}")).json()
            return found if found["status"] in statuses else None

        return await eventually(probe, seconds)

    async def requests(self, run: dict[str, Any]) -> list[ModelRequest]:
        """What the model was asked for a run; runs after it in the thread tell its question too, but not last."""
        asked = await self.model.requests(run["question"])
        return [request for request in asked if request.body["messages"][-1]["content"] == run["question"]]

    async def asked(self, run: dict[str, Any], *, over: bool = False) -> ModelRequest:
        """The one request for a run, once it was made, and if asked for once it was over."""

        async def probe() -> ModelRequest | None:
            found = await self.requests(run)
            assert len(found) <= 1
            return found[0] if found and (found[0].ended_at or not over) else None

        return await eventually(probe)

    async def thread(self) -> dict[str, Any]:
        return (await self.who.http.get(self.path)).json()

    async def messages(self) -> list[dict[str, Any]]:
        return (await self.who.http.get(f"{self.path}/messages", params={"limit": 100})).json()["items"]


@asynccontextmanager
async def conversation(stack: Stack, plan: str = "free") -> AsyncGenerator[Conversation]:
    """A new customer in a new thread."""
    async with person(stack, plan) as who, ModelControl(stack.model_url, stack.model_space) as model:
        yield Conversation(who, model, (await create(who.http))["id"])


async def until(device: Device, kind: str, seconds: float = 10) -> list[dict[str, Any]]:
    """The frames up to one of this type."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != kind:
        frames.append(await device.frame(seconds))
    return frames


async def test_an_answer_is_stored_before_it_is_announced_and_the_thread_moves_on(stack: Stack) -> None:
    async with conversation(stack) as talk, talk.who.device(1) as device:
        await talk.who.http.post(f"{talk.path}/messages", json={"content": "I am Ann."})
        before = await talk.thread()
        run = await talk.ask(Turn.saying("On its way."))
        assert (run["status"], run["result"], run["ended_at"]) == ("queued", None, None)
        frames = await until(device, "agent_completed")
        done, thread, messages = await talk.ended(run), await talk.thread(), await talk.messages()

        assert [frame["type"] for frame in frames] == [
            "message_created",
            "message_created",
            "agent_started",
            "message_created",
            "agent_completed",
        ]
        assert [(frame["run_id"], frame["run_sequence"]) for frame in frames[2:]] == [(run["id"], n) for n in (1, 2, 3)]
        assert {(frame["run_id"], frame["run_sequence"]) for frame in frames[:2]} == {(None, None)}
        assert frames[2]["data"]["status"] == "running"
        assert (frames[3]["data"], frames[4]["data"]) == (messages[2], done)
        assert (done["status"], done["result"], done["error"]) == ("completed", "On its way.", None)
        assert done["usage"]["completion_tokens"] > 0
        assert done["queued_at"] < done["started_at"] < done["ended_at"]
        assert [(m["role"], m["content"], m["agent"], m["run_id"]) for m in messages] == [
            ("user", "I am Ann.", None, None),
            ("user", run["question"], None, None),
            ("assistant", "On its way.", "triage", run["id"]),
        ]
        assert thread["last_activity_at"] > before["last_activity_at"]
        assert thread["last_activity_at"] >= messages[2]["created_at"]
        assert (thread["active_run_id"], thread["message_count"], thread["version"]) == (None, 3, before["version"])
        asked = (await talk.asked(run)).body
        assert [message["content"] for message in asked["messages"][1:]] == ["I am Ann.", run["question"]]
        assert (asked["messages"][0]["role"], asked["user"]) == ("system", talk.who.id)


@pytest.mark.parametrize(
    ("turn", "timeout_s", "status", "code"),
    [
        (Turn.refusing(500), 30, "failed", "model_failed"),
        (Turn.garbled(), 30, "failed", "model_failed"),
        (Turn.saying(""), 30, "failed", "model_failed"),
        (Turn.saying("half\0"), 30, "failed", "model_failed"),
        (Turn.saying("too late", cut_after_chunks=0), 30, "failed", "model_failed"),
        (Turn(hang=True), 0.3, "timed_out", "timed_out"),
    ],
    ids=str,
)
async def test_a_run_without_an_answer_says_why_and_the_next_one_works(
    stack: Stack, turn: Turn, timeout_s: float, status: str, code: str
) -> None:
    async with conversation(stack) as talk, talk.who.device() as device:
        run = await talk.ask(turn, timeout_s=timeout_s)
        ended = await talk.ended(run)
        frames = await until(device, f"agent_{status}")

        assert (ended["status"], ended["error"]["code"], ended["result"]) == (status, code, None)
        assert [(frame["type"], frame["run_sequence"]) for frame in frames[1:]] == [
            ("agent_started", 1),
            (f"agent_{status}", 2),
        ]
        assert frames[-1]["data"] == ended
        assert (await talk.thread())["active_run_id"] is None
        assert (await talk.ended(await talk.ask(Turn.saying("Now."))))["result"] == "Now."


async def test_bad_requests_leave_nothing(stack: Stack) -> None:
    async with conversation(stack) as talk, conversation(stack) as other, postgres(stack) as database:
        good = {"agent": "triage", "input": "Hello"}
        for bad, pointer in (
            ({"agent": "nobody"}, "/agent"),
            ({"input": ""}, "/input"),
            ({"input": "x" * 20_001}, "/input"),
            ({"timeout_s": 0}, "/timeout_s"),
            ({"timeout_s": "5"}, "/timeout_s"),
            ({"customer_id": other.who.id}, "/customer_id"),
        ):
            answer = await talk.who.http.post(f"{talk.path}/runs", json=good | bad)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert (await talk.who.http.post(f"{other.path}/runs", json=good)).status_code == 404
        assert (await talk.who.http.get(f"{other.path}/runs")).status_code == 404
        assert await database.fetchval("SELECT count(*) FROM runs WHERE customer_id = $1", talk.who.id) == 0
        assert await talk.messages() == []

        foreign = await other.ask(Turn(hang=True))
        for method, path in (("GET", ""), ("POST", "/cancel")):
            assert (await talk.who.http.request(method, f"/api/runs/{foreign['id']}{path}")).status_code == 404
        assert (await other.reached(foreign, *UNFINISHED))["id"] == foreign["id"]
        await other.who.http.post(f"/api/runs/{foreign['id']}/cancel")


async def test_an_archived_thread_takes_no_run_until_it_is_active_again(stack: Stack) -> None:
    async with conversation(stack) as talk:
        await talk.who.http.patch(talk.path, json={"status": "archived"})
        refused = await talk.who.http.post(f"{talk.path}/runs", json={"agent": "triage", "input": "Hello"})
        assert (refused.status_code, refused.json()["thread_status"]) == (409, "archived")
        assert "archived" in refused.json()["detail"]
        assert await talk.messages() == []
        assert (await talk.who.http.get(f"{talk.path}/runs")).json()["items"] == []

        await talk.who.http.patch(talk.path, json={"status": "active"})
        assert (await talk.ended(await talk.ask()))["status"] == "completed"


async def test_runs_of_a_thread_take_turns_and_each_knows_the_answers_before_it(stack: Stack) -> None:
    async with conversation(stack) as talk:
        first = await talk.ask(Turn.saying("One.", delay_s=0.3))
        second = await talk.ask(Turn.saying("Two."), process=1)
        third = await talk.ask(Turn.saying("Three."))
        assert (await talk.reached(first, "running"))["status"] == "running"
        assert (await talk.thread())["active_run_id"] == first["id"]
        ended = [await talk.ended(run) for run in (first, second, third)]

        assert [run["result"] for run in ended] == ["One.", "Two.", "Three."]
        assert ended[0]["ended_at"] < ended[1]["started_at"] < ended[1]["ended_at"] < ended[2]["started_at"]
        prompt = [message["content"] for message in (await talk.asked(second)).body["messages"][1:]]
        assert prompt == [first["question"], "One.", second["question"]]
        pages: list[str] = []
        parameters: dict[str, Any] = {"limit": 2}
        while True:
            page = (await talk.who.http.get(f"{talk.path}/runs", params=parameters)).json()
            pages += [run["id"] for run in page["items"]]
            if not page["next_cursor"]:
                break
            parameters["cursor"] = page["next_cursor"]
        assert pages == [first["id"], second["id"], third["id"]]


async def test_a_repetition_under_its_key_is_the_same_run(stack: Stack) -> None:
    async with conversation(stack) as talk:
        body, headers = {"agent": "triage", "input": "Hello"}, {"Idempotency-Key": "once"}
        answers = await asyncio.gather(
            *(talk.who.processes[n % 2].post(f"{talk.path}/runs", json=body, headers=headers) for n in range(6))
        )
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, answers[0].json()["id"])}
        await talk.ended(answers[0].json())
        assert [message["role"] for message in await talk.messages()] == ["user", "assistant"]


async def test_cancelling_stops_a_run_wherever_it_is_and_nothing_follows(stack: Stack) -> None:
    async with conversation(stack) as talk, talk.who.device() as device:
        running = await talk.ask(Turn(hang=True))
        waiting = await talk.ask(Turn.saying("never"))
        await talk.asked(running)
        for run in (waiting, running):  # by the process that was not asked, and perhaps does not do it
            answer = await talk.who.processes[1].post(f"/api/runs/{run['id']}/cancel")
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
            assert answer.json()["error"]["code"] == "cancelled"
        assert (await talk.asked(running, over=True)).said == "", "the model is let go of"

        last = await talk.ask(Turn.saying("done"))
        done = await talk.ended(last)
        late = (await talk.who.http.post(f"/api/runs/{last['id']}/cancel")).json()
        assert late == done, "what has ended stays as it is"
        frames = await until(device, "agent_completed")
        own = [(frame["type"], frame["run_sequence"]) for frame in frames if frame["run_id"] == running["id"]]
        assert own == [("agent_started", 1), ("agent_cancelled", 2)]
        own = [(frame["type"], frame["run_sequence"]) for frame in frames if frame["run_id"] == waiting["id"]]
        assert own == [("agent_cancelled", 1)]
        assert await talk.requests(waiting) == []
        assert (await talk.thread())["active_run_id"] is None


@pytest.mark.parametrize("turn", [Turn(hang=True), Turn.saying("too late", delay_s=0.6)], ids=["hang", "late"])
async def test_deleting_a_thread_stops_its_run_and_leaves_nothing(stack: Stack, turn: Turn) -> None:
    async with conversation(stack) as talk, talk.who.device() as device:
        sibling = Conversation(talk.who, talk.model, (await create(talk.who.http))["id"])
        await device.frame()
        kept = await sibling.ask(Turn.saying("kept"))
        await sibling.ended(kept)
        finished = await talk.ask(Turn.saying("gone"))
        await talk.ended(finished)
        running = await talk.ask(turn)
        waiting = await talk.ask(Turn.saying("never"), process=1)
        await talk.asked(running)
        before = await digest(stack, sibling.id)
        assert (await talk.who.processes[1].delete(talk.path)).status_code == 204

        frames = await until(device, "thread_deleted")
        assert [(frame["type"], frame["run_id"]) for frame in frames[-3:]] == [
            ("agent_cancelled", running["id"]),
            ("agent_cancelled", waiting["id"]),
            ("thread_deleted", None),
        ]
        assert (await talk.asked(running, over=True)).said == "", "the model is let go of"
        assert await device.silent()
        for gone in (running, waiting, finished):
            assert (await talk.who.http.get(f"/api/runs/{gone['id']}")).status_code == 404
            assert await mentions(stack, gone["id"]) == []
        assert await mentions(stack, talk.id) == []
        assert await talk.requests(waiting) == []
        assert await digest(stack, sibling.id) == before
        assert (await sibling.ended(kept))["result"] == "kept"


async def digest(stack: Stack, thread: str) -> list[str]:
    """All that is stored of a thread."""
    async with postgres(stack) as database:
        return [
            str(await database.fetch(f"SELECT t::text FROM {table} t WHERE t::text LIKE $1 ORDER BY 1", f"%{thread}%"))
            for table in ("threads", "messages", "runs")
        ]


async def mentions(stack: Stack, needle: str) -> list[str]:
    """The tables and keys in which a text occurs, once all events are published."""
    async with postgres(stack) as database, backend_people.redis(stack) as client:

        async def published() -> bool | None:
            return await database.fetchval("SELECT true WHERE NOT EXISTS (SELECT FROM outbox)")

        await eventually(published)
        tables = [row["relname"] for row in await database.fetch(TABLES)]
        texts = {table: str(await database.fetch(f"SELECT t::text FROM {table} t")) for table in tables}
        async for key in client.scan_iter(f"{stack.key_prefix}*"):
            texts[key] = str(await client.xrange(key)) if await client.type(key) == "stream" else ""
    return [name for name, text in texts.items() if needle in name or needle in text]


async def test_a_delete_among_runs_leaves_nothing_and_nothing_comes_back(stack: Stack) -> None:
    async with conversation(stack) as talk, talk.who.device() as device, postgres(stack) as database:

        async def ask(process: int) -> None:
            status = 202
            while status == 202:
                answer = await talk.who.processes[process].post(
                    f"{talk.path}/runs", json={"agent": "triage", "input": "Hello"}
                )
                status = answer.status_code
            assert status == 404

        askers = [asyncio.create_task(ask(n % 2)) for n in range(4)]
        await until(device, "agent_completed")
        assert (await talk.who.http.delete(talk.path)).status_code == 204
        await asyncio.gather(*askers)
        frames = await until(device, "thread_deleted")
        assert await device.silent(), "nothing is told after the end"
        ends = Counter(frame["run_id"] for frame in frames if frame["run_id"] and frame["type"] not in PENDING)
        assert set(ends.values()) == {1}
        for table in ("runs", "messages", "threads"):
            assert await database.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", talk.who.id) == 0
        assert await mentions(stack, talk.id) == []


async def test_two_processes_do_each_run_once_and_tell_every_device(stack: Stack) -> None:
    async with conversation(stack) as talk, talk.who.device(0) as first, talk.who.device(1) as second:
        threads = [Conversation(talk.who, talk.model, (await create(talk.who.http))["id"]) for _ in range(12)]
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
    async with conversation(own_stack) as talk:
        running = await talk.ask(Turn(hang=True))
        waiting = await talk.ask(Turn.saying("Here."))
        await talk.asked(running)
        killed = await worker_of(own_stack, running)
        other = 1 - killed
        if killed == 1:
            talk.who.processes.reverse()
        async with talk.who.device(1) as device:
            loop = asyncio.get_running_loop()
            died = loop.time()
            await asyncio.to_thread(getattr(own_stack.processes[killed], how))
            assert loop.time() - died < 2
            frames = await until(device, "agent_failed", seconds=LEASE_SECONDS + 1)
            assert loop.time() - died < LEASE_SECONDS
            assert await worker_of(own_stack, running) == other

            ended = await talk.ended(running)
            assert frames[-1]["data"] == ended
            assert (frames[-1]["run_id"], frames[-1]["run_sequence"]) == (running["id"], 2)
            assert (ended["status"], ended["error"]["code"]) == ("failed", "interrupted")
            assert (await talk.ended(waiting))["result"] == "Here.", "what was only waiting is done after all"
            client = talk.who.processes[1]
            assert (await client.get(talk.path)).json()["active_run_id"] is None
            messages = (await client.get(f"{talk.path}/messages")).json()["items"]
            assert [message["role"] for message in messages] == ["user", "user", "assistant"]


async def test_a_paused_process_does_not_overwrite_what_another_has_ended(own_stack: Stack) -> None:
    async with conversation(own_stack) as talk:
        run = await talk.ask(Turn.saying("too late", delay_s=0.5))
        await talk.asked(run)
        paused = await worker_of(own_stack, run)
        if paused == 1:
            talk.who.processes.reverse()
        async with talk.who.device(1) as device:
            own_stack.processes[paused].pause()
            await until(device, "agent_failed", seconds=LEASE_SECONDS + 1)
            own_stack.processes[paused].resume()
            assert (await talk.who.processes[0].get(talk.path)).json()["message_count"] == 1
            assert (await talk.ended(await talk.ask(Turn.saying("Next."))))["result"] == "Next."
            assert [frame["run_id"] for frame in await until(device, "agent_completed")].count(run["id"]) == 0
        assert (await talk.ended(run))["error"]["code"] == "interrupted"


async def test_an_answer_outlives_a_short_loss_of_postgresql_and_redis(own_stack: Stack) -> None:
    assert own_stack.postgres
    assert own_stack.redis
    async with conversation(own_stack) as talk:
        run = await talk.ask(Turn.saying("Still here.", delay_s=0.4))
        await talk.asked(run)
        own_stack.postgres.kill()
        own_stack.redis.kill()
        await talk.asked(run, over=True)
        await asyncio.gather(asyncio.to_thread(own_stack.postgres.start), asyncio.to_thread(own_stack.redis.start))
        async with postgres(own_stack) as database:

            async def ended() -> str | None:
                query = "SELECT status FROM runs WHERE id = $1 AND ended_at IS NOT NULL"
                return await database.fetchval(query, run["id"])

            status = await eventually(ended, LEASE_SECONDS + 5)
            count = await database.fetchval("SELECT count(*) FROM messages WHERE run_id = $1", run["id"])
        # A lease that lapsed meanwhile lets the run be interrupted; either way it has ended once, as its messages say.
        assert (status, count) in {("completed", 1), ("failed", 0)}
