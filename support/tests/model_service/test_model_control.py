"""The scripts and the record of the scripted model service, its control client, and its life as a process."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import time
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from pydantic import ValidationError

from support.core.failure import EnvironmentFailed
from support.model_service.app import UNSCRIPTED
from support.model_service.control import ModelControl
from support.model_service.scripts import Turn
from support.tests.model_service.model_process import API_KEY, COMMAND, ask, running

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.model_service.model_fixtures"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def said(client: AsyncOpenAI, text: str, **options: Any) -> str | None:
    return (await ask(client, text, **options)).choices[0].message.content


async def test_a_conversation_takes_its_turns_and_is_known_by_a_tool_result(
    model: ModelControl, openai_client: AsyncOpenAI
) -> None:
    await model.script(Turn.calling("recall", topic="boxes"), Turn.saying("Done."), contains=["c-17"], then="default")
    await model.script(Turn.saying("Seen."), contains=["c-17", "3 boxes found"])
    call = (await ask(openai_client, "Remember?", user="c-17")).choices[0].message
    assert call.tool_calls is not None
    assert await said(openai_client, "Well?", metadata={"customer": "c-17"}) == "Done."
    after = await openai_client.chat.completions.create(
        model="any-model",
        safety_identifier="c-17",
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Remember?"}]},
            call.to_dict(),  # pyright: ignore[reportArgumentType]
            {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": "3 boxes found"},
        ],
    )
    assert after.choices[0].message.content == "Seen."
    assert await said(openai_client, "c-17 once more") == UNSCRIPTED.say
    entry = (await model.requests())[-1]
    assert (entry.scripted, entry.turn) == (True, None)


async def test_the_last_turn_repeats(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("one"), Turn.saying("two"), contains=[])
    assert [await said(openai_client, "next") for _ in range(3)] == ["one", "two", "two"]
    assert [entry.turn for entry in await model.requests()] == [1, 2, 2]


async def test_the_most_specific_script_answers(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    for contains in (["red boxes"], ["boxes", "red"], ["box"], ["red", "boxes"], []):
        await model.script(Turn.saying(f"{contains}"), contains=contains)
    for question, script in (
        ("red boxes", "['red', 'boxes']"),  # two entries before a longer one, the newer of two equals
        ("boxes", "['box']"),
        ("green", "[]"),
    ):
        assert await said(openai_client, question) == script
    await model.script(Turn.saying("longest"), contains=["boxes", "re", "d"])
    await model.script(Turn.saying("shorter"), contains=["boxes", "r", "d"])
    assert await said(openai_client, "red boxes") == "longest"


async def test_fifty_conversations_at_once_get_their_own_answers(
    model: ModelControl, openai_client: AsyncOpenAI
) -> None:
    async def converse(name: str) -> list[str | None]:
        await model.script(Turn.saying(f"first {name}", delay_s=0.05), Turn.saying(f"then {name}"), contains=[name])
        return [await said(openai_client, "Hello", user=name), await said(openai_client, f"And {name}?")]

    names = [f"<customer-{number}>" for number in range(50)]
    answers = await asyncio.gather(*map(converse, names))
    assert answers == [[f"first {name}", f"then {name}"] for name in names]
    assert len(await model.requests()) == 100


async def test_spaces_see_nothing_of_each_other(
    model: ModelControl, openai_client: AsyncOpenAI, model_url: str
) -> None:
    async with ModelControl(model_url, "elsewhere") as other:
        await other.script(Turn.saying("theirs"), contains=[])
        await model.script(Turn.saying("ours"), contains=["hello"])
        assert await said(openai_client, "hello") == "ours"
        assert await said(openai_client, "goodbye") == UNSCRIPTED.say
        assert await other.requests() == []
        await other.forget()
        assert await said(openai_client, "hello") == "ours"
        await model.forget()
        assert await model.requests() == []
        assert await said(openai_client, "hello") == UNSCRIPTED.say


async def test_the_record_holds_requests_and_no_key(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    before = time.time()
    await ask(
        openai_client, "a first question", temperature=0.5, tools=[{"type": "function", "function": {"name": "x"}}]
    )
    await ask(openai_client, "a second question", user="fay")
    first, second = await model.requests()
    assert before <= first.arrived_at <= second.arrived_at <= time.time()
    assert first.body["messages"] == [{"role": "user", "content": "a first question"}]
    assert (first.body["temperature"], first.body["tools"][0]["function"]["name"]) == (0.5, "x")
    assert (first.scripted, first.turn, first.said, first.ended) == (False, None, UNSCRIPTED.say, "answered")
    assert first.authorization == "Bearer ***"
    assert API_KEY not in first.model_dump_json()
    assert await model.requests("question", "fay") == [second]
    assert await model.requests("question", "nobody") == []


SAY = {"say": "x"}


BAD_SCRIPTS: list[tuple[str | dict[str, Any], str]] = [
    ("{not json", "Invalid JSON"),
    ({"contains": ["x"]}, "turns: Field required"),
    ({"turns": []}, "turns: "),
    ({"turns": [{}]}, "turns.0: .*exactly one of: .*none"),
    ({"turns": [SAY, {"say": "x", "hang": True}]}, "turns.1: .*an answer and hang"),
    ({"turns": [{"cut_after_chunks": 1, "hang": True}]}, "turns.0: .*needs an answer to cut"),
    ({"turns": [SAY | {"chunk_size": 0}]}, "turns.0.chunk_size: "),
    ({"turns": [SAY | {"sya": "x"}]}, "turns.0.sya: Extra inputs"),
    ({"turns": [{"refuse": {"status": 200}}]}, "turns.0.refuse.status: "),
    ({"turns": [SAY], "contains": "x"}, "contains: "),
    ({"turns": [SAY], "contains": [""]}, "contains.0: "),
    ({"turns": [SAY], "then": "stop"}, "then: "),
]


@pytest.mark.parametrize(("script", "problem"), BAD_SCRIPTS)
async def test_a_bad_script_is_refused_by_the_name_of_its_fault(
    model: ModelControl, script: str | dict[str, Any], problem: str
) -> None:
    url = model.openai_url.replace("/v1", "/control/scripts")
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(url, content=script if isinstance(script, str) else json.dumps(script))
    assert reply.status_code == 422
    assert re.search(problem, reply.json()["error"]["message"])


async def test_a_bad_script_or_space_is_known_before_it_is_sent(model: ModelControl, model_url: str) -> None:
    with pytest.raises(ValidationError, match="contains"):
        await model.script(Turn.saying("x"), contains="abc")
    with pytest.raises(ValueError, match="cannot name a space"):
        ModelControl(model_url, "a/b")


async def test_a_service_that_is_not_there_is_the_environment(unused_port: int) -> None:
    async with ModelControl(f"http://127.0.0.1:{unused_port}", "space") as model:
        with pytest.raises(EnvironmentFailed, match=f"127.0.0.1:{unused_port} cannot be reached: .*attempts failed"):
            await model.requests()


async def test_another_server_in_its_place_is_the_environment(model_url: str) -> None:
    async with ModelControl(f"{model_url}/some", "space") as model:
        with pytest.raises(EnvironmentFailed, match=r"answered GET /control/requests with 404: .*Unknown request URL"):
            await model.requests()


async def test_a_killed_service_comes_back_empty_on_its_port(unused_port: int) -> None:
    with running(unused_port) as (url, process):
        async with ModelControl(url, "space") as model:
            await model.script(Turn.saying("x"), contains=[])
            process.kill()
            process.wait()
            with pytest.raises(EnvironmentFailed, match="cannot be reached"):
                await model.forget()
            with running(unused_port):
                assert await model.requests() == []


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_service_ends_at_once_and_quietly_in_the_middle_of_replies(ending: signal.Signals) -> None:
    with running() as (url, process):
        async with (
            ModelControl(url, "space") as model,
            AsyncOpenAI(base_url=model.openai_url, api_key=API_KEY, max_retries=0) as client,
        ):
            await model.script(Turn(hang=True), contains=["silent"])
            await model.script(Turn.saying("xy", pause_s=60, chunk_size=1), contains=["slow"])
            silent = asyncio.create_task(ask(client, "silent"))
            slow = await client.chat.completions.create(
                model="any-model", messages=[{"role": "user", "content": "slow"}], stream=True
            )
            async with asyncio.timeout(5):
                while {entry.ended for entry in await model.requests()} != {"hung", "open"}:
                    pass
            start = time.monotonic()
            process.send_signal(ending)
            assert await asyncio.to_thread(process.wait, 5) == 0
            assert time.monotonic() - start < 2
            with pytest.raises(openai.APIConnectionError):
                await silent
            with pytest.raises(openai.APIConnectionError):
                [chunk async for chunk in slow]


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run([*COMMAND, "--port", str(port)], capture_output=True, text=True, check=False)
    line = f"model service: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", line)


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]
