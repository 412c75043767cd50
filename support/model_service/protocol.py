"""The words of OpenAI's chat-completions protocol: whole replies, streamed chunks and errors.

Source: https://platform.openai.com/docs/api-reference/chat/object and .../chat/streaming
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from support.model_service.chat_request import ChatRequest
from support.model_service.scripts import ToolCall, Turn, Usage

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
        self._head = {"id": reply_id, "created": int(time.time()), "model": request.model}
        self._calls = [(f"call_{uuid4().hex[:24]}", call.name, _arguments(call)) for call in turn.call_tools]
        self._usage = _usage(turn.usage or self._counted(request))

    @property
    def finish_reason(self) -> str:
        """Why the model stopped."""
        return self.turn.finish or ("tool_calls" if self._calls else "stop")

    def message(self) -> dict[str, Any]:
        """The assistant's message, complete."""
        message: dict[str, Any] = {"role": "assistant", "content": self.turn.say, "refusal": None}
        if self._calls:
            message["tool_calls"] = [
                {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
                for call_id, name, arguments in self._calls
            ]
        return message

    def whole(self) -> dict[str, Any]:
        """A `chat.completion` object."""
        choice = {"index": 0, "message": self.message(), "logprobs": None, "finish_reason": self.finish_reason}
        return self._head | {"object": "chat.completion", "choices": [choice], "usage": self._usage}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """What a stream carries between its opening and its final chunk: pieces of text, then of tool calls."""
        for piece in _pieces(self.turn.say or "", self.turn.chunk_size):
            yield {"content": piece}
        for index, (call_id, name, arguments) in enumerate(self._calls):
            function = {"name": name, "arguments": ""}
            yield {"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]}
            for piece in _pieces(arguments, self.turn.chunk_size):
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}

    def opening(self) -> dict[str, Any]:
        """The first chunk: the role and nothing said yet."""
        return self.chunk({"role": "assistant", "content": None if self.turn.say is None else "", "refusal": None})

    def chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        """A `chat.completion.chunk` object around a delta."""
        return self._chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}])

    def closing(self) -> Iterator[dict[str, Any]]:
        """The final chunk and, where the request asked for it, the one of usage."""
        yield self.chunk({}, self.finish_reason)
        if self._include_usage:
            yield self._chunk([]) | {"usage": self._usage}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        usage: dict[str, Any] = {"usage": None} if self._include_usage else {}
        return self._head | {"object": "chat.completion.chunk", "choices": choices} | usage

    def _counted(self, request: ChatRequest) -> Usage:
        completion = (self.turn.say or "") + "".join(name + arguments for _, name, arguments in self._calls)
        return Usage(prompt_tokens=tokens(request.prompt()), completion_tokens=tokens(completion))


def tokens(text: str) -> int:
    """A token for every four characters begun: OpenAI's rule of thumb, the same on every run."""
    return math.ceil(len(text) / 4)


def event(data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + encoded(data) + b"\n\n"


def encoded(data: dict[str, Any]) -> bytes:
    """JSON as OpenAI writes it: compact, UTF-8."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def error(status: int, message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error object with the type and code OpenAI gives to this status."""
    fallback = ("server_error" if status >= 500 else "invalid_request_error", None)
    kind, usual_code = _ERROR_KINDS.get(status, fallback)
    return {"error": {"message": message, "type": kind, "param": param, "code": code or usual_code}}


def models(created: int) -> dict[str, Any]:
    """The list of models. Any other name is answered just as well."""
    model = {"id": "scripted", "object": "model", "created": created, "owned_by": "threadproof"}
    return {"object": "list", "data": [model]}


def _arguments(call: ToolCall) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments, ensure_ascii=False)


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _usage(usage: Usage) -> dict[str, int]:
    return usage.model_dump() | {"total_tokens": usage.prompt_tokens + usage.completion_tokens}
