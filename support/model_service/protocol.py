"""The words of OpenAI's chat-completions protocol: whole replies, streamed chunks and errors.

Source: https://platform.openai.com/docs/api-reference/chat/object and .../chat/streaming
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import Any, Literal
from uuid import uuid4

from openai.types import CompletionUsage, ErrorObject, Model
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageFunctionToolCall,
)
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_chunk import Choice as ChunkChoice
from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall, ChoiceDeltaToolCallFunction
from openai.types.chat.chat_completion_message_function_tool_call import Function
from pydantic import BaseModel

from support.model_service.chat_request import ChatRequest
from support.model_service.scripts import ToolCall, Turn, Usage

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
_ERROR_KINDS = {
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("permission_error", None),
    429: ("requests", "rate_limit_exceeded"),
}


class Reply:
    """The reply that a turn makes to a request, whole or in pieces."""

    def __init__(self, reply_id: str, request: ChatRequest, turn: Turn) -> None:
        self.turn = turn
        self._include_usage = request.include_usage
        self._id, self._model, self._created = reply_id, request.model, int(time.time())
        self._calls = [(f"call_{uuid4().hex[:24]}", call.name, _arguments(call)) for call in turn.call_tools]
        self._usage = _usage(turn.usage or self._counted(request))

    @property
    def finish_reason(self) -> FinishReason:
        """Why the model stopped."""
        return self.turn.finish or ("tool_calls" if self._calls else "stop")

    def message(self) -> ChatCompletionMessage:
        """The assistant's message, complete."""
        message = ChatCompletionMessage(role="assistant", content=self.turn.say, refusal=None)
        if self._calls:
            message.tool_calls = [
                ChatCompletionMessageFunctionToolCall(
                    id=call_id, type="function", function=Function(name=name, arguments=arguments)
                )
                for call_id, name, arguments in self._calls
            ]
        return message

    def whole(self) -> ChatCompletion:
        """The complete reply."""
        choice = Choice(index=0, message=self.message(), logprobs=None, finish_reason=self.finish_reason)
        return ChatCompletion(
            id=self._id,
            created=self._created,
            model=self._model,
            object="chat.completion",
            choices=[choice],
            usage=self._usage,
        )

    def deltas(self) -> Iterator[ChoiceDelta]:
        """The pieces of a stream between its opening and its final chunk: of text, then of tool calls."""
        for piece in _pieces(self.turn.say or "", self.turn.chunk_size):
            yield ChoiceDelta(content=piece)
        for index, (call_id, name, arguments) in enumerate(self._calls):
            function = ChoiceDeltaToolCallFunction(name=name, arguments="")
            opening = ChoiceDeltaToolCall(index=index, id=call_id, type="function", function=function)
            yield ChoiceDelta(tool_calls=[opening])
            for piece in _pieces(arguments, self.turn.chunk_size):
                function = ChoiceDeltaToolCallFunction(arguments=piece)
                yield ChoiceDelta(tool_calls=[ChoiceDeltaToolCall(index=index, function=function)])

    def opening(self) -> ChatCompletionChunk:
        """The first chunk: the role and no content yet."""
        content = None if self.turn.say is None else ""
        return self.chunk(ChoiceDelta(role="assistant", content=content, refusal=None))

    def chunk(self, delta: ChoiceDelta, finish_reason: FinishReason | None = None) -> ChatCompletionChunk:
        """A chunk around a delta."""
        return self._chunk([ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason=finish_reason)])

    def closing(self) -> Iterator[ChatCompletionChunk]:
        """The final chunk and, where the request asked for it, the one of usage."""
        yield self.chunk(ChoiceDelta(), self.finish_reason)
        if self._include_usage:
            chunk = self._chunk([])
            chunk.usage = self._usage
            yield chunk

    def _chunk(self, choices: list[ChunkChoice]) -> ChatCompletionChunk:
        chunk = ChatCompletionChunk(
            id=self._id, created=self._created, model=self._model, object="chat.completion.chunk", choices=choices
        )
        if self._include_usage:
            chunk.usage = None
        return chunk

    def _counted(self, request: ChatRequest) -> Usage:
        completion = (self.turn.say or "") + "".join(name + arguments for _, name, arguments in self._calls)
        return Usage(prompt_tokens=tokens(request.prompt()), completion_tokens=tokens(completion))


def tokens(text: str) -> int:
    """A token for every four characters begun: OpenAI's rule of thumb, the same on every run."""
    return math.ceil(len(text) / 4)


def event(data: ChatCompletionChunk) -> bytes:
    """One server-sent event."""
    return b"data: " + encoded(data) + b"\n\n"


def encoded(data: BaseModel) -> bytes:
    """JSON as OpenAI writes it: compact, UTF-8, without the members that were never set."""
    return data.model_dump_json(exclude_unset=True).encode()


def error(status: int, message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error with the type and code that OpenAI gives to this status."""
    fallback = ("server_error" if status >= 500 else "invalid_request_error", None)
    kind, usual_code = _ERROR_KINDS.get(status, fallback)
    problem = ErrorObject(message=message, type=kind, param=param, code=code or usual_code)
    return {"error": problem.model_dump(exclude_unset=True)}


def models(created: int) -> dict[str, Any]:
    """The list of models. Any other name is answered just as well."""
    model = Model(id="scripted", object="model", created=created, owned_by="threadproof")
    return {"object": "list", "data": [model.model_dump(exclude_unset=True)]}


def _arguments(call: ToolCall) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments, ensure_ascii=False)


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _usage(usage: Usage) -> CompletionUsage:
    total = usage.prompt_tokens + usage.completion_tokens
    return CompletionUsage(**usage.model_dump(), total_tokens=total)
