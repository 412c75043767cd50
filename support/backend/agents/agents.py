"""The agents, and the model that speaks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from openai import AsyncOpenAI
from openai.types import CompletionUsage
from pydantic import BaseModel, ConfigDict, Field

from support.backend.agents import model
from support.backend.http import validation
from support.backend.plans import plans
from support.backend.platform import problems
from support.backend.platform.database import Record
from support.backend.platform.text import is_readable


class Agent(BaseModel):
    """Who can be asked; `plan` is the first that has it. Its instructions are never shown."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    plan: plans.Name
    tools: list[str]
    instructions: Annotated[str, Field(exclude=True)]


@dataclass(frozen=True)
class Reply:
    """What the model answered, and the tokens it counted, if it did."""

    text: str
    prompt_tokens: int | None
    completion_tokens: int | None


AGENTS = (
    Agent(
        name="triage",
        description="Answers what it can, and says who can answer the rest.",
        plan="free",
        tools=[],
        instructions="You receive customers of a company. Answer what you can from the conversation, in the language"
        " of the last message, briefly. Where you cannot, say what is missing or who should be asked.",
    ),
)


def find(name: str) -> Agent:
    """The agent of this name.

    Raises:
        problems.Problem: 422, there is none.
    """
    for agent in AGENTS:
        if agent.name == name:
            return agent
    raise problems.invalid([problems.field_error("/agent", "there is no agent of this name")])


def prompt(agent: Agent, messages: Sequence[Record]) -> list[dict[str, str]]:
    """The model's input: the agent's instructions, then the conversation."""
    said = [{"role": row["role"], "content": row["content"]} for row in messages]
    return [{"role": "system", "content": agent.instructions}, *said]


class Speaker:
    """Lets one model speak for the agents."""

    def __init__(self, client: AsyncOpenAI, model_name: str) -> None:
        self._client = client
        self._model_name = model_name

    async def ask(self, customer_id: UUID, messages: list[Any]) -> Reply:
        """The model's reply to a conversation, however long it takes.

        Raises:
            openai.OpenAIError: the model refused, or could not be reached.
            ValueError: the reply is not a completion, or cannot be stored.
        """
        completion: object = await self._client.chat.completions.create(
            model=self._model_name,
            messages=messages,
            user=str(customer_id),
            safety_identifier=str(customer_id),
            timeout=None,
        )
        text = model.content_of(completion)
        if not is_readable(text) or validation.unstorable_text(text):
            raise ValueError("an answer that cannot be stored")
        usage = getattr(completion, "usage", None)
        if not isinstance(usage, CompletionUsage):
            return Reply(text, None, None)
        return Reply(text, usage.prompt_tokens, usage.completion_tokens)
