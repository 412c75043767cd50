"""Scripts of conversations with the model, and the choice of the script for a request."""

from __future__ import annotations

import asyncio
from bisect import insort_left
from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

BROKEN_EVENT = 'data: {"id": "chatcmpl-1", "choices": [{"delta": \n\n'
"""Neither a JSON document nor a readable server-sent event."""

Then = Literal["repeat", "default"]
NonEmptyText = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ToolCall(_Part):
    """A call of a tool; `arguments` given as text are sent as they stand, valid JSON or not."""

    name: NonEmptyText
    arguments: dict[str, Any] | str = Field(default_factory=dict[str, Any])


class Usage(_Part):
    """Tokens, as the reply reports them."""

    prompt_tokens: NonNegativeInt
    completion_tokens: NonNegativeInt


class Refusal(_Part):
    """An HTTP error in place of an answer; `retry_after_s` becomes `Retry-After` in whole seconds, rounded up."""

    status: Annotated[int, Field(ge=400, le=599)]
    retry_after_s: NonNegativeFloat | None = None
    message: str = "The scripted model refuses this request."


class Turn(_Part):
    """One reply of the model: words, tool calls or both, or the failure in their place.

    Text and arguments are streamed `chunk_size` characters at a time, `pause_s` seconds apart (a reply that is not
    streamed knows no pause), the first byte `delay_s` seconds after the request. `usage` is computed where it is
    not given. `cut_after_chunks` drops the connection after this number of pieces of text or arguments, at the latest
    before the final chunk; a reply that is not streamed is cut in its middle. `garbage` is sent as it stands with
    status 200, and `hang` sends nothing until the client goes away. `held` sends nothing until the script is released.
    """

    say: str | None = None
    call_tools: tuple[ToolCall, ...] = ()
    finish: Literal["length", "content_filter"] | None = None
    chunk_size: PositiveInt = 16
    pause_s: NonNegativeFloat = 0
    delay_s: NonNegativeFloat = 0
    held: bool = False
    usage: Usage | None = None
    refuse: Refusal | None = None
    cut_after_chunks: NonNegativeInt | None = None
    garbage: str | None = None
    hang: bool = False

    @model_validator(mode="after")
    def _one_reply(self) -> Self:
        answers = self.say is not None or bool(self.call_tools)
        instead = [name for name in ("refuse", "garbage", "hang") if getattr(self, name) not in (None, False)]
        if len(instead) + answers != 1:
            raise ValueError(
                "a turn is exactly one of: an answer (say, call_tools), refuse, garbage, hang; "
                f"this one has {' and '.join([*(['an answer'] if answers else []), *instead]) or 'none'}"
            )
        if self.cut_after_chunks is not None and not answers:
            raise ValueError("cut_after_chunks needs an answer to cut: give say or call_tools")
        return self

    @classmethod
    def saying(cls, text: str, **options: Any) -> Self:
        """An answer in words."""
        return cls(say=text, **options)

    @classmethod
    def calling(cls, tool: str, /, **arguments: Any) -> Self:
        """A call of one tool and nothing said."""
        return cls(call_tools=(ToolCall(name=tool, arguments=arguments),))

    @classmethod
    def refusing(cls, status: int, retry_after_s: float | None = None) -> Self:
        """An HTTP error such as 429, 500 or 503."""
        return cls(refuse=Refusal(status=status, retry_after_s=retry_after_s))

    @classmethod
    def garbled(cls) -> Self:
        """A reply that no client can read, streamed or not."""
        return cls(garbage=BROKEN_EVENT)


class Script(_Part):
    """The turns of one conversation: the n-th request that belongs to it gets the n-th turn.

    A request belongs to it when each entry of `contains` occurs in one of its texts; with no entry, every request
    does. After the last turn `then` repeats it, or leaves the conversation to the default answer.
    """

    contains: tuple[NonEmptyText, ...] = ()
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]
    then: Then = "repeat"


class Choice(NamedTuple):
    """The answer to a request: `turn` counts from 1 and is None where the default answer is due.

    An answer that is held waits for `released`.
    """

    script: str | None
    turn: int | None
    answer: Turn
    released: asyncio.Event


class _Conversation:
    def __init__(self, script: Script) -> None:
        self.id = f"script-{uuid4().hex}"
        self.script = script
        self.asked = 0
        self.released = asyncio.Event()

    def generality(self) -> tuple[int, int]:
        return -len(self.script.contains), -sum(map(len, self.script.contains))

    def next(self, default: Turn) -> Choice:
        turns = self.script.turns
        self.asked += 1
        if self.asked <= len(turns):
            return Choice(self.id, self.asked, turns[self.asked - 1], self.released)
        if self.script.then == "repeat":
            return Choice(self.id, len(turns), turns[-1], self.released)
        return Choice(self.id, None, default, self.released)


class Scripts:
    """The scripts of one space. Nothing here awaits, so that requests on one event loop never share a turn."""

    def __init__(self, default: Turn) -> None:
        self._default = default
        self._conversations: list[_Conversation] = []  # the most specific first, of equals the newest

    def add(self, script: Script) -> str:
        """Keep the script and return its id."""
        conversation = _Conversation(script)
        insort_left(self._conversations, conversation, key=_Conversation.generality)
        return conversation.id

    def choose(self, text: str) -> Choice:
        """The next turn of the script this text of a request belongs to, or the default answer.

        Of several scripts the most specific counts: most entries, then longest entries in all, then newest.
        """
        for conversation in self._conversations:
            if occur(conversation.script.contains, text):
                return conversation.next(self._default)
        return Choice(None, None, self._default, asyncio.Event())

    def release(self, id_: str) -> bool:
        """Let everything that a script holds be sent, now and from now on; False if there is no script of this id."""
        for conversation in self._conversations:
            if conversation.id == id_:
                conversation.released.set()
                return True
        return False


def occur(entries: Iterable[str], text: str) -> bool:
    """Whether every entry is part of the text."""
    return all(entry in text for entry in entries)
