"""Requests to the model: the part of OpenAI's chat-completions request that this service reads.

Source: https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError
from pydantic_core import from_json


class InvalidRequest(Exception):
    """The request breaks the protocol; `param` names the field where there is one."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class ContentPart(_Part):
    """A piece of a message: text, or a kind without text such as an image."""

    type: str
    text: str | None = None


class CalledTool(_Part):
    """A tool call that the model made earlier in the conversation."""

    id: str


class Message(_Part):
    """One message of the conversation so far."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None

    def texts(self) -> Iterator[str]:
        """The words of the message, part by part."""
        if isinstance(self.content, str):
            yield self.content
        else:
            yield from (part.text for part in self.content or () if part.text)


class StreamOptions(_Part):
    """How a streamed reply is sent."""

    include_usage: StrictBool | None = None


class ChatRequest(_Part):
    """A chat-completions request; fields that are not read here are let through."""

    model: Annotated[str, Field(min_length=1)]
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    metadata: dict[str, str] | None = None

    @property
    def include_usage(self) -> bool:
        """Whether a streamed reply ends with a chunk of usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def prompt(self) -> str:
        """The text of all messages."""
        return "\n".join(text for message in self.messages for text in message.texts())

    def text(self) -> str:
        """Every text a script can recognise the conversation by, apart by NUL so that none is found across two."""
        said = [text for message in self.messages for text in message.texts()]
        metadata = [text for pair in (self.metadata or {}).items() for text in pair]
        return "\0".join([*said, self.user or "", self.safety_identifier or "", *metadata])


def read_json(body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        InvalidRequest: the body is not JSON.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidRequest(f"We could not parse the JSON body of your request: {error}") from None


def read_request(body: Any) -> ChatRequest:
    """The chat-completions request in a JSON value.

    Raises:
        InvalidRequest: a field is missing or wrong, or tool calls and tool messages do not answer each other.
    """
    try:
        request = ChatRequest.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        param = ".".join(str(part) for part in first["loc"]) or None
        raise InvalidRequest(f"{param or 'The request'}: {first['msg']}", param) from None
    if request.stream_options is not None and not request.stream:
        raise InvalidRequest("'stream_options' is only allowed when 'stream' is true.", "stream_options")
    _require_answered_calls(request.messages)
    return request


def _require_answered_calls(messages: list[Message]) -> None:
    """OpenAI refuses a call that no tool message answers, and an answer to a call that was not made."""
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in open_calls:
                raise InvalidRequest(
                    "A message with role 'tool' must answer a preceding message with 'tool_calls'.",
                    f"messages.{index}.tool_call_id",
                )
            open_calls.remove(message.tool_call_id)
            continue
        _require_none_open(open_calls, index)
        open_calls = {call.id for call in message.tool_calls or ()}
    _require_none_open(open_calls, len(messages))


def _require_none_open(open_calls: set[str], index: int) -> None:
    if open_calls:
        raise InvalidRequest(
            "An assistant message with 'tool_calls' must be followed by a tool message for each of them; "
            f"missing: {', '.join(sorted(open_calls))}",
            f"messages.{index - 1}" if index else "messages",
        )
