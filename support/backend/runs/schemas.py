"""Runs as their customers see them, in answers and in events."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field

from support.backend.agents.agents import Agent
from support.backend.platform.moments import Moment

Status: TypeAlias = Literal["queued", "running", "completed", "failed", "cancelled", "timed_out"]
ErrorCode: TypeAlias = Literal["cancelled", "interrupted", "internal_error", "model_failed", "timed_out"]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Seconds: TypeAlias = Annotated[float, Field(json_schema_extra={"minimum": 0})]


class RunError(BaseModel):
    """Why a run has no result."""

    code: ErrorCode
    message: str


class RunUsage(BaseModel):
    """Tokens, as the model counts them."""

    prompt_tokens: Count
    completion_tokens: Count


class RunMetrics(BaseModel):
    """Seconds that a run waited and worked; null while that is not over, or never began."""

    queued_s: Seconds | None
    running_s: Seconds | None


class Run(BaseModel):
    """An agent's work on one question; `result` is the text of its answer."""

    id: UUID
    thread_id: UUID
    agent: str
    status: Status
    result: str | None
    error: RunError | None
    usage: RunUsage | None
    tool_calls: list[dict[str, Any]]
    queued_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    metrics: RunMetrics


class RunPage(BaseModel):
    """Some runs in their order; `next_cursor` is null on the last page."""

    items: list[Run]
    next_cursor: str | None


class AgentList(BaseModel):
    """All agents."""

    items: list[Agent]
