"""The chat-completions protocol of the scripted model service, through the official OpenAI client."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from support.core.failure import EnvironmentFailed
from support.model_service.control import ModelControl
from support.model_service.record import ModelRequest
from support.model_service.scripts import BROKEN_EVENT, ToolCall, Turn, Usage
from support.tests.model_service.model_process import ask

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.model_service.model_fixtures"]
HELLO = {"role": "user", "content": "hello"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def stream(
    client: AsyncOpenAI, text: str, into: list[ChatCompletionChunk] | None = None, **options: Any
) -> list[ChatCompletionChunk]:
    chunks = [] if into is None else into
    async for chunk in await client.chat.completions.create(
        model="any-model", messages=[{"role": "user", "content": text}], stream=True, extra_body=options
    ):
        chunks.append(chunk)
    return chunks


def pieces(chunks: list[ChatCompletionChunk]) -> list[str]:
    return [text for chunk in chunks for choice in chunk.choices if (text := choice.delta.content)]


async def last(model: ModelControl) -> ModelRequest:
    return (await model.requests())[-1]


async def ended(model: ModelControl, outcome: str) -> ModelRequest:
    """The last request once the service knows how it ended; only a client that leaves needs this wait."""
    async with asyncio.timeout(3):
        while (entry := await last(model)).ended != outcome or entry.ended_at is None:
            pass
    return entry


async def test_an_answer_comes_whole(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    script = await model.script(Turn.saying("Buy fewer boxes — ohne Müll"), contains=["packaging"])
    reply = await ask(openai_client, "How do I save on packaging?")
    choice = reply.choices[0]
    assert (choice.message.role, choice.message.content) == ("assistant", "Buy fewer boxes — ohne Müll")
    assert (choice.finish_reason, choice.message.tool_calls) == ("stop", None)
    assert (reply.object, reply.model, reply.id[:9]) == ("chat.completion", "any-model", "chatcmpl-")
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (7, 7, 14)
    entry = await last(model)
    assert (entry.id, entry.script, entry.turn, entry.ended) == (reply.id, script, 1, "answered")
    assert (entry.said, entry.status) == ("Buy fewer boxes — ohne Müll", 200)


async def test_an_answer_comes_in_pieces_with_pauses(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("abcdefghijk", chunk_size=4, pause_s=0.1), contains=[])
    arrivals = list[float]()
    chunks = list[ChatCompletionChunk]()
    async for chunk in await openai_client.chat.completions.create(
        model="any-model", messages=[{"role": "user", "content": "alphabet"}], stream=True
    ):
        chunks.append(chunk)
        arrivals.append(time.monotonic())
    assert pieces(chunks) == ["abcd", "efgh", "ijk"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 4 + ["stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)
    assert arrivals[3] - arrivals[1] > 0.15


async def test_usage_ends_a_stream_that_asked_for_it(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    usage = Usage(prompt_tokens=11, completion_tokens=5)
    await model.script(Turn.saying("yes", usage=usage, finish="length"), contains=[])
    chunks = await stream(openai_client, "really?", stream_options={"include_usage": True})
    assert (chunks[-1].choices, [chunk.usage for chunk in chunks[:-1]]) == ([], [None] * (len(chunks) - 1))
    assert chunks[-1].usage is not None
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.total_tokens) == (11, 16)
    assert chunks[-2].choices[0].finish_reason == "length"
    assert (await ask(openai_client, "again?")).usage == chunks[-1].usage
    raw = await openai_client.chat.completions.with_raw_response.create(
        model="any-model",
        messages=[],
        stream=True,
        extra_body={"messages": [HELLO], "stream_options": {"include_usage": True}},
    )
    lines = [json.loads(line[6:]) async for line in raw.http_response.aiter_lines() if line.startswith("data: {")]
    assert [line["usage"] and line["usage"]["total_tokens"] for line in lines] == [None] * (len(lines) - 1) + [16]


CALLS = [ToolCall(name="find_suppliers", arguments={"city": "Köln", "limit": 3}), ToolCall(name="recall")]


@pytest.mark.parametrize("say", [None, "Let me see."])
async def test_tool_calls_are_the_same_whole_and_streamed(
    model: ModelControl, openai_client: AsyncOpenAI, say: str | None
) -> None:
    await model.script(Turn(say=say, call_tools=tuple(CALLS), chunk_size=3), contains=["suppliers"])
    whole = (await ask(openai_client, "Which suppliers?")).choices[0]
    async with openai_client.chat.completions.stream(
        model="any-model", messages=[{"role": "user", "content": "Which suppliers?"}]
    ) as streaming:
        streamed = (await streaming.get_final_completion()).choices[0]
    for choice in (whole, streamed):
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", say)
        calls = [call for call in choice.message.tool_calls or () if call.type == "function"]
        assert [(call.function.name, json.loads(call.function.arguments)) for call in calls] == [
            ("find_suppliers", {"city": "Köln", "limit": 3}),
            ("recall", {}),
        ]
        assert len({call.id for call in calls}) == 2
    chunks = await stream(openai_client, "Which suppliers?")
    deltas = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    opened = [delta for delta in deltas if delta.id]
    assert [(delta.index, delta.type, delta.function and delta.function.name) for delta in opened] == [
        (0, "function", "find_suppliers"),
        (1, "function", "recall"),
    ]
    assert all(delta.function and len(delta.function.arguments or "") <= 3 for delta in deltas)
    entry = await last(model)
    assert [(call.id, call.name) for call in entry.called] == [
        (delta.id, delta.function and delta.function.name) for delta in opened
    ]
    assert json.loads(entry.called[0].arguments) == {"city": "Köln", "limit": 3}


async def test_a_refusal_says_when_to_come_back(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.refusing(429, retry_after_s=1.5), Turn.saying("now"), contains=[])
    with pytest.raises(openai.RateLimitError) as refusal:
        await ask(openai_client, "please", stream=True)
    assert refusal.value.response.headers["retry-after"] == "2"
    assert (refusal.value.code, refusal.value.type) == ("rate_limit_exceeded", "requests")
    assert (await ask(openai_client, "please")).choices[0].message.content == "now"
    assert [(entry.status, entry.ended) for entry in await model.requests()] == [(429, "refused"), (200, "answered")]


async def test_a_client_that_retries_gets_the_next_turn(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.refusing(503, retry_after_s=0.01), Turn.saying("up again"), contains=[])
    reply = await ask(openai_client.with_options(max_retries=1), "there?")
    assert reply.choices[0].message.content == "up again"


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failure_of_the_provider(model: ModelControl, openai_client: AsyncOpenAI, status: int) -> None:
    await model.script(Turn.refusing(status), contains=[])
    with pytest.raises(openai.InternalServerError) as failure:
        await ask(openai_client, "there?")
    assert (failure.value.status_code, failure.value.type) == (status, "server_error")


async def test_a_stream_breaks_off(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("abcdef", chunk_size=2, cut_after_chunks=2), contains=[])
    chunks = list[ChatCompletionChunk]()
    with pytest.raises(openai.APIConnectionError):
        await stream(openai_client, "alphabet", into=chunks)
    assert pieces(chunks) == ["ab", "cd"]
    entry = await last(model)
    assert (entry.said, entry.ended) == ("abcd", "cut")


async def test_a_stream_cut_late_still_lacks_its_end(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("abcdef", cut_after_chunks=9), contains=[])
    chunks = list[ChatCompletionChunk]()
    with pytest.raises(openai.APIConnectionError):
        await stream(openai_client, "alphabet", into=chunks)
    assert (pieces(chunks), chunks[-1].choices[0].finish_reason) == (["abcdef"], None)


async def test_a_whole_reply_breaks_off(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("abcdef", cut_after_chunks=0), contains=[])
    with pytest.raises(openai.APIConnectionError):
        await ask(openai_client, "alphabet")
    assert (await last(model)).ended == "cut"


async def test_garbage_is_sent_as_it_stands(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.garbled(), contains=[])
    with pytest.raises(ValueError, match="Expecting value"):
        await ask(openai_client, "well?")
    with pytest.raises(ValueError, match="Expecting value"):
        await stream(openai_client, "well?")
    raw = await openai_client.chat.completions.with_raw_response.create(
        model="any-model", messages=[{"role": "user", "content": "well?"}]
    )
    assert raw.text == BROKEN_EVENT
    assert {(entry.status, entry.ended) for entry in await model.requests()} == {(200, "garbage")}


@pytest.mark.parametrize("streamed", [True, False])
async def test_silence_lasts_until_the_client_gives_up(
    model: ModelControl, openai_client: AsyncOpenAI, *, streamed: bool
) -> None:
    await model.script(Turn(hang=True), contains=[])
    with pytest.raises(openai.APITimeoutError):
        await ask(openai_client.with_options(timeout=0.3), "anyone?", stream=streamed)
    entry = await ended(model, "hung")
    assert (entry.status, entry.said) == (None, "")


async def test_the_first_byte_is_late(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("at last", delay_s=0.3), contains=[])
    start = time.monotonic()
    assert (await ask(openai_client, "hurry")).choices[0].message.content == "at last"
    assert 0.3 <= time.monotonic() - start < 2


@pytest.mark.parametrize("turn", [Turn.saying("x", delay_s=60), Turn.saying("x" * 99, pause_s=60, chunk_size=1)])
async def test_a_client_that_leaves_is_noticed(model: ModelControl, openai_client: AsyncOpenAI, turn: Turn) -> None:
    await model.script(turn, contains=[])
    with pytest.raises(openai.APIConnectionError):
        await stream(openai_client.with_options(timeout=0.3), "too slow")
    entry = await ended(model, "client gone")
    assert len(entry.said) <= 1


async def test_a_model_is_listed(openai_client: AsyncOpenAI) -> None:
    assert [listed.id async for listed in openai_client.models.list()] == ["scripted"]


CALLING = {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "x"}}]}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{not json", None),
        (b"[" * 100_000, None),
        (b'"text"', None),
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"messages": [HELLO]}, "model"),
        ({"model": "m", "messages": [HELLO | {"role": "boss"}]}, "messages.0.role"),
        ({"model": "m", "messages": [HELLO], "stream_options": {"include_usage": True}}, "stream_options"),
        ({"model": "m", "messages": [HELLO, CALLING]}, "messages.1"),
        ({"model": "m", "messages": [CALLING, HELLO]}, "messages.0"),
        ({"model": "m", "messages": [HELLO | {"role": "tool", "tool_call_id": "?"}]}, "messages.0.tool_call_id"),
    ],
)
async def test_an_invalid_request_is_refused_as_openai_does(
    model: ModelControl, body: bytes | dict[str, Any], param: str | None
) -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    await model.script(Turn.saying("never"), contains=[])
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(f"{model.openai_url}/chat/completions", content=sent)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]
    entry = await last(model)
    assert (entry.status, entry.ended, entry.scripted) == (400, "refused", False)
    assert entry.body == (body if isinstance(body, dict) else json.loads(body) if param else entry.body)


async def test_replies_have_the_members_of_the_protocol_and_no_others(model: ModelControl) -> None:
    await model.script(Turn.refusing(503), contains=["refuse"])
    request = {"model": "any-model", "messages": [{"role": "user", "content": "refuse"}]}
    async with httpx.AsyncClient(base_url=model.openai_url, trust_env=False) as client:
        replies = [
            await client.post("/chat/completions", json=request),
            await client.post("/chat/completions", json={"model": 7}),
        ]
        [listed] = (await client.get("/models")).json()["data"]
    assert [reply.status_code for reply in replies] == [503, 400]
    assert all(reply.json()["error"].keys() == {"message", "type", "param", "code"} for reply in replies)
    assert listed.keys() == {"id", "object", "created", "owned_by"}


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_held_answer_comes_when_it_is_released(
    model: ModelControl, openai_client: AsyncOpenAI, *, streamed: bool
) -> None:
    script = await model.script(Turn.saying("at last", held=True), contains=["slowly"])
    asked = asyncio.create_task(ask(openai_client, "think slowly", stream=streamed))
    await ask(openai_client, "somebody else is not kept waiting")
    async with asyncio.timeout(3):
        while len(await model.requests("slowly")) < 1:
            pass
    assert [entry.ended for entry in await model.requests("slowly")] == ["open"]
    assert not asked.done()
    await model.release(script)
    await asked
    assert [entry.ended for entry in await model.requests("slowly")] == ["answered"]
    await ask(openai_client, "slowly, once more")  # what is released holds nothing any more


async def test_a_client_that_gives_up_is_no_longer_held(model: ModelControl, openai_client: AsyncOpenAI) -> None:
    await model.script(Turn.saying("never", held=True), contains=[])
    with pytest.raises(openai.APITimeoutError):
        await ask(openai_client.with_options(timeout=0.3), "anyone?")
    await ended(model, "client gone")


async def test_only_a_known_script_is_released(model: ModelControl) -> None:
    with pytest.raises(EnvironmentFailed, match=r"404: .*no such script"):
        await model.release("script-unknown")
