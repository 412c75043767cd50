"""A thread's title, made from its first message by the model, or from the message itself if the model fails."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated
from uuid import UUID

import openai
from openai import AsyncOpenAI

from support.backend.agents import model
from support.backend.http import validation
from support.backend.http.routing import part
from support.backend.platform.text import cut, is_readable, without_blank_start

LONGEST = 60
UNTITLED = "New conversation"

_SECONDS = 3.0
_QUOTES = "\"'`*# \u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_INSTRUCTION = (
    "Give this conversation a title of two to six words, in the language of the message. Answer with the title alone."
)
_log = logging.getLogger(__name__)


class Titles:
    """Asks one model for titles."""

    def __init__(self, client: AsyncOpenAI, model_name: str) -> None:
        self._client = client
        self._model_name = model_name

    async def make_title(self, customer_id: UUID, message: str) -> str:
        """A title of 1 to 60 characters on one line; never fails, and takes 3 seconds at most."""
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await self.ask(customer_id, message)
        except (openai.OpenAIError, TimeoutError, ValueError) as error:
            _log.warning("the model gave no title: %s", type(error).__name__)
            answer = ""
        return clean(answer) or from_message(message)

    async def ask(self, customer_id: UUID, message: str) -> str:
        """The model's answer as it is.

        Raises:
            openai.OpenAIError: the model refused, or could not be reached.
            ValueError: the reply is not a completion.
        """
        completion: object = await self._client.chat.completions.create(
            model=self._model_name,
            messages=[{"role": "system", "content": _INSTRUCTION}, {"role": "user", "content": message}],
            user=str(customer_id),
            safety_identifier=str(customer_id),
        )
        return model.content_of(completion)


TitlesPart = Annotated[Titles, part("titles")]


def clean(answer: str) -> str:
    """The first line of an answer as a title: no quotes around it, at most 60 characters, or nothing at all."""
    line = next((line for line in answer.splitlines() if is_readable(line)), "")
    title = without_blank_start(" ".join(line.split()).strip(_QUOTES))
    return "" if validation.unstorable_text(title) else shorten(title)


def from_message(message: str) -> str:
    """The first words of a message that can be read."""
    return shorten(without_blank_start(" ".join(message.split())))


def shorten(text: str) -> str:
    """At most 60 characters, cut after a word where that is possible, with an ellipsis where something was cut.

    What readers see as one character is never cut in two.
    """
    if len(text) <= LONGEST:
        return text
    words = text[:LONGEST].rpartition(" ")[0].rstrip(" ,;:.-")
    return (words or cut(text, LONGEST - 1)) + "…"
