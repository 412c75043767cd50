"""What the endpoints answer, for openapi.json; the answers themselves are made where the things are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from support.backend.plans import plans
from support.backend.runs import runs
from support.backend.threads import threads


class Customer(BaseModel):
    """Who signed in."""

    id: UUID
    plan: plans.Name


class SignedIn(BaseModel):
    """A new session and its bearer token."""

    token: str
    session_id: UUID
    expires_at: datetime
    customer: Customer


class Session(BaseModel):
    """One of one's own sessions."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    current: bool


class SessionList(BaseModel):
    """All live sessions, the oldest first."""

    items: list[Session]


class Organisation(BaseModel):
    """What customers belong to."""

    id: UUID
    name: str


class EnrolledCustomer(BaseModel):
    """A customer as the operator sees them."""

    id: UUID
    email: str
    plan: plans.Name
    organisation: Organisation
    created_at: datetime


class Thread(BaseModel):
    """A conversation."""

    id: UUID
    title: str
    status: threads.Status
    metadata: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    message_count: int
    active_run_id: UUID | None


class ThreadPage(BaseModel):
    """Some threads, the last active first; `next_cursor` is null on the last page."""

    items: list[Thread]
    next_cursor: str | None


class Message(BaseModel):
    """One message; `sequence` counts within the thread."""

    id: UUID
    thread_id: UUID
    sequence: int
    role: Literal["user", "assistant", "tool"]
    content: str
    agent: str | None
    run_id: UUID | None
    created_at: datetime


class MessagePage(BaseModel):
    """Some messages in their order; `next_cursor` is null on the last page."""

    items: list[Message]
    next_cursor: str | None


class Agent(BaseModel):
    """Who can be asked; `plan` is the first that has it."""

    name: str
    description: str
    plan: plans.Name
    tools: list[str]


class AgentList(BaseModel):
    """All agents."""

    items: list[Agent]


class RunError(BaseModel):
    """Why a run has no result."""

    code: Literal["cancelled", "interrupted", "internal_error", "model_failed", "timed_out"]
    message: str


class RunUsage(BaseModel):
    """Tokens, as the model counts them."""

    prompt_tokens: int
    completion_tokens: int


class RunMetrics(BaseModel):
    """Seconds that a run waited and was at work; null while that is not over, or never began."""

    queued_s: float | None
    running_s: float | None


class Run(BaseModel):
    """An agent's work on one question; `result` is the text of its answer."""

    id: UUID
    thread_id: UUID
    agent: str
    status: runs.Status
    result: str | None
    error: RunError | None
    usage: RunUsage | None
    tool_calls: list[dict[str, Any]]
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    metrics: RunMetrics


class RunPage(BaseModel):
    """Some runs in their order; `next_cursor` is null on the last page."""

    items: list[Run]
    next_cursor: str | None


class ThreadExport(BaseModel):
    """A thread with all its messages."""

    exported_at: datetime
    thread: Thread
    messages: list[Message]


class Health(BaseModel):
    """Whether the process can serve, and what each service said."""

    status: str
    checks: dict[str, str] = {}


class ProblemDocument(BaseModel):
    """RFC 9457. Each of `errors` has `location`, `pointer` and `detail`; some kinds of problem have further members."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]]
    correlation_id: str
