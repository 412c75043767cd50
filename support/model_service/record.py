"""The record of every request to the model, and of how it ended."""

from __future__ import annotations

import time
from typing import Any, Literal

from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCallFunction
from pydantic import BaseModel, Field

Ending = Literal["open", "answered", "refused", "cut", "garbage", "hung", "client gone"]


class SentCall(BaseModel):
    """A tool call as far as it was sent; `arguments` is the text on the wire."""

    id: str
    name: str
    arguments: str = ""


class ModelRequest(BaseModel):
    """One request to the model. Times are seconds since the epoch.

    `body` is the JSON value received, or the text where it was none. `script` and `turn` (from 1) tell which script
    answered; both are None for an unscripted request, and `turn` alone where a script left it to the default.
    `said`, `called` and `status` are what was sent back so far: `status` is None while nothing was, and of a reply
    that is not streamed and is cut nothing counts as said. `ended` is "open" while the reply is on its way, "hung"
    from the moment the service falls silent, "refused" for invalid requests too (status 400), and "client gone"
    when the client left before its reply was complete.
    """

    id: str
    arrived_at: float = Field(default_factory=time.time)
    ended_at: float | None = None
    authorization: str | None = None
    body: Any = None
    script: str | None = None
    turn: int | None = None
    status: int | None = None
    said: str = ""
    called: list[SentCall] = Field(default_factory=list[SentCall])
    ended: Ending = "open"

    @property
    def scripted(self) -> bool:
        """Whether a script recognised the request."""
        return self.script is not None

    def add(self, delta: ChoiceDelta) -> None:
        """Note one piece of a streamed reply."""
        self.said += delta.content or ""
        for call in delta.tool_calls or ():
            function = call.function or ChoiceDeltaToolCallFunction()
            if call.id:
                self.called.append(SentCall(id=call.id, name=function.name or ""))
            self.called[call.index].arguments += function.arguments or ""


def masked(authorization: str | None) -> str | None:
    """The header with its scheme alone: `Bearer ***`."""
    if authorization is None:
        return None
    scheme, space, _ = authorization.partition(" ")
    return f"{scheme} ***" if space else "***"
