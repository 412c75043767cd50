"""The model behind titles and agents: any server that speaks OpenAI's chat completions."""

from __future__ import annotations

from typing import Any, cast

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessage
from openai.types.chat.chat_completion import Choice

from support.backend.platform.config import Settings

_SECONDS = 3.0

# Loading the HTTP stack and the certificates takes longer than starting a process should: done once, at import.
_UNCONFIGURED = AsyncOpenAI(base_url="http://localhost", api_key="-", timeout=_SECONDS, max_retries=0)


def client(settings: Settings) -> AsyncOpenAI:
    """A client that asks once."""
    return _UNCONFIGURED.with_options(base_url=settings.model_url, api_key=settings.model_api_key)


def content_of(completion: object) -> str:
    """The text of a completion. The client does not check what a server sends, so nothing is taken for granted.

    Raises:
        ValueError: it is not a completion with text.
    """
    choices = cast("Any", completion.choices) if isinstance(completion, ChatCompletion) else None
    match choices:
        case [Choice(message=ChatCompletionMessage(content=str(content))), *_]:
            return content
        case _:
            raise ValueError("not a chat completion with text")
