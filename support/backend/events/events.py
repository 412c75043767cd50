"""Events: changes to a customer's threads, in the shape that every device gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from support.backend.platform.database import Record
from support.backend.platform.moments import Moment

EventId = Annotated[str, Field(pattern="^[0-9]{1,18}$")]


class Envelope(BaseModel):
    """An event as it is sent. Every event has the run fields; they are null where it belongs to no run."""

    model_config = ConfigDict(extra="forbid")

    id: EventId
    type: str
    sequence: Annotated[int, Field(ge=1)]
    thread_id: UUID | None
    run_id: UUID | None
    run_sequence: Annotated[int, Field(ge=1)] | None
    at: Moment
    data: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event of one customer; `sequence` counts the customer's events 1, 2, 3 ... without gaps."""

    customer_id: UUID
    sequence: int
    type: str
    thread_id: str | None
    data: dict[str, Any]
    text: str
    """The envelope as JSON, as it is sent."""


def from_row(row: Record) -> Event:
    """The event in a row of the outbox."""
    envelope = Envelope(
        id=str(row["sequence"]),
        type=row["type"],
        sequence=row["sequence"],
        thread_id=row["thread_id"],
        run_id=row["run_id"],
        run_sequence=row["run_sequence"],
        at=row["created_at"],
        data=row["data"],
    )
    return _event(row["customer_id"], envelope, envelope.model_dump_json())


def parse(customer_id: UUID, text: str) -> Event:
    """The event in an envelope."""
    return _event(customer_id, Envelope.model_validate_json(text), text)


def without_thread(event: Event) -> str:
    """The envelope of an event as JSON, without a word on its thread."""
    return _changed(event.text, thread_id=None, data={}).model_dump_json()


def with_thread(customer_id: UUID, text: str, thread_id: UUID) -> Event:
    """The event of a deletion, from an envelope `without_thread`."""
    envelope = _changed(text, thread_id=thread_id, data={"id": str(thread_id)})
    return _event(customer_id, envelope, envelope.model_dump_json())


def _changed(text: str, **members: Any) -> Envelope:
    return Envelope.model_validate_json(text).model_copy(update=members)


def _event(customer_id: UUID, envelope: Envelope, text: str) -> Event:
    thread_id = str(envelope.thread_id) if envelope.thread_id else None
    return Event(customer_id, envelope.sequence, envelope.type, thread_id, envelope.data, text)
