"""Runs: done by a worker of some process, answered or refused, one after the other in a thread."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from support.model_service.scripts import Turn
from support.services import Stack
from support.tests.backend.agent_threads import (
    UNFINISHED,
    agent_thread,
    until,
)
from support.tests.backend.backend_people import postgres

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_an_answer_is_stored_before_it_is_announced_and_the_thread_moves_on(stack: Stack) -> None:
    async with agent_thread(stack) as subject, subject.who.device(1) as device:
        await subject.who.http.post(f"{subject.path}/messages", json={"content": "I am Ann."})
        before = await subject.thread()
        run = await subject.ask(Turn.saying("On its way."))
        assert (run["status"], run["result"], run["ended_at"]) == ("queued", None, None)
        frames = await until(device, "agent_completed")
        done, thread, messages = await subject.ended(run), await subject.thread(), await subject.messages()

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
        asked = (await subject.asked(run)).body
        assert [message["content"] for message in asked["messages"][1:]] == ["I am Ann.", run["question"]]
        assert (asked["messages"][0]["role"], asked["user"]) == ("system", subject.who.id)


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
    async with agent_thread(stack) as subject, subject.who.device() as device:
        run = await subject.ask(turn, timeout_s=timeout_s)
        ended = await subject.ended(run)
        frames = await until(device, f"agent_{status}")

        assert (ended["status"], ended["error"]["code"], ended["result"]) == (status, code, None)
        assert [(frame["type"], frame["run_sequence"]) for frame in frames[1:]] == [
            ("agent_started", 1),
            (f"agent_{status}", 2),
        ]
        assert frames[-1]["data"] == ended
        assert (await subject.thread())["active_run_id"] is None
        assert (await subject.ended(await subject.ask(Turn.saying("Now."))))["result"] == "Now."


async def test_bad_requests_leave_nothing(stack: Stack) -> None:
    async with agent_thread(stack) as subject, agent_thread(stack) as other, postgres(stack) as database:
        good = {"agent": "triage", "input": "Hello"}
        for bad, pointer in (
            ({"agent": "nobody"}, "/agent"),
            ({"input": ""}, "/input"),
            ({"input": "x" * 20_001}, "/input"),
            ({"timeout_s": 0}, "/timeout_s"),
            ({"timeout_s": "5"}, "/timeout_s"),
            ({"customer_id": other.who.id}, "/customer_id"),
        ):
            answer = await subject.who.http.post(f"{subject.path}/runs", json=good | bad)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert (await subject.who.http.post(f"{other.path}/runs", json=good)).status_code == 404
        assert (await subject.who.http.get(f"{other.path}/runs")).status_code == 404
        assert await database.fetchval("SELECT count(*) FROM runs WHERE customer_id = $1", subject.who.id) == 0
        assert await subject.messages() == []

        foreign = await other.ask(Turn(hang=True))
        for method, path in (("GET", ""), ("POST", "/cancel")):
            assert (await subject.who.http.request(method, f"/api/runs/{foreign['id']}{path}")).status_code == 404
        assert (await other.reached(foreign, *UNFINISHED))["id"] == foreign["id"]
        await other.who.http.post(f"/api/runs/{foreign['id']}/cancel")


async def test_an_archived_thread_takes_no_run_until_it_is_active_again(stack: Stack) -> None:
    async with agent_thread(stack) as subject:
        await subject.who.http.patch(subject.path, json={"status": "archived"})
        refused = await subject.who.http.post(f"{subject.path}/runs", json={"agent": "triage", "input": "Hello"})
        assert (refused.status_code, refused.json()["thread_status"]) == (409, "archived")
        assert "archived" in refused.json()["detail"]
        assert await subject.messages() == []
        assert (await subject.who.http.get(f"{subject.path}/runs")).json()["items"] == []

        await subject.who.http.patch(subject.path, json={"status": "active"})
        assert (await subject.ended(await subject.ask()))["status"] == "completed"


async def test_runs_of_a_thread_take_turns_and_each_knows_the_answers_before_it(stack: Stack) -> None:
    async with agent_thread(stack) as subject:
        first = await subject.ask(Turn.saying("One.", delay_s=0.3))
        second = await subject.ask(Turn.saying("Two."), process=1)
        third = await subject.ask(Turn.saying("Three."))
        assert (await subject.reached(first, "running"))["status"] == "running"
        assert (await subject.thread())["active_run_id"] == first["id"]
        ended = [await subject.ended(run) for run in (first, second, third)]

        assert [run["result"] for run in ended] == ["One.", "Two.", "Three."]
        assert ended[0]["ended_at"] < ended[1]["started_at"] < ended[1]["ended_at"] < ended[2]["started_at"]
        prompt = [message["content"] for message in (await subject.asked(second)).body["messages"][1:]]
        assert prompt == [first["question"], "One.", second["question"]]
        pages: list[str] = []
        parameters: dict[str, Any] = {"limit": 2}
        while True:
            page = (await subject.who.http.get(f"{subject.path}/runs", params=parameters)).json()
            pages += [run["id"] for run in page["items"]]
            if not page["next_cursor"]:
                break
            parameters["cursor"] = page["next_cursor"]
        assert pages == [first["id"], second["id"], third["id"]]


async def test_a_repetition_under_its_key_is_the_same_run(stack: Stack) -> None:
    async with agent_thread(stack) as subject:
        body, headers = {"agent": "triage", "input": "Hello"}, {"Idempotency-Key": "once"}
        answers = await asyncio.gather(
            *(subject.who.processes[n % 2].post(f"{subject.path}/runs", json=body, headers=headers) for n in range(6))
        )
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, answers[0].json()["id"])}
        await subject.ended(answers[0].json())
        assert [message["role"] for message in await subject.messages()] == ["user", "assistant"]
