"""Threads and messages as their owner sees them, in answers and in events."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field

from support.backend.http.validation import TITLE_LENGTH
from support.backend.platform.moments import Moment

Status: TypeAlias = Literal["active", "completed", "archived"]


class Thread(BaseModel):
    """A conversation."""

    id: UUID
    title: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": TITLE_LENGTH})]
    status: Status
    metadata: dict[str, Any]
    version: Annotated[int, Field(ge=1)]
    created_at: Moment
    updated_at: Moment
    last_activity_at: Moment
    message_count: Annotated[int, Field(ge=0)]
    active_run_id: UUID | None


class ThreadUpdate(Thread):
    """A thread after a change, and the names of what changed."""

    changed: Annotated[
        list[Literal["title", "status", "metadata"]], Field(min_length=1, json_schema_extra={"uniqueItems": True})
    ]


class StatusUpdate(ThreadUpdate):
    """A thread after a change of its status (and perhaps more), from `old` to `new`."""

    old: Status
    new: Status


class DeletedThread(BaseModel):
    """What an event says of a thread that is erased."""

    id: UUID


class ThreadPage(BaseModel):
    """Some threads, the last active first; `next_cursor` is null on the last page."""

    items: list[Thread]
    next_cursor: str | None


class Message(BaseModel):
    """One message; `sequence` counts within the thread."""

    id: UUID
    thread_id: UUID
    sequence: Annotated[int, Field(ge=1)]
    role: Literal["user", "assistant", "tool"]
    content: Annotated[str, Field(json_schema_extra={"minLength": 1})]
    agent: str | None
    run_id: UUID | None
    created_at: Moment


class MessagePage(BaseModel):
    """Some messages in their order; `next_cursor` is null on the last page."""

    items: list[Message]
    next_cursor: str | None


class ThreadExport(BaseModel):
    """A thread with all its messages."""

    exported_at: Moment
    thread: Thread
    messages: list[Message]
