"""Events: what happened to a customer's things, in the one shape in which every device gets them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from support.backend.platform.database import Row, dumps


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


def from_row(row: Row) -> Event:
    """The event in a row of the outbox."""
    return parse(row["customer_id"], dumps(envelope(row)))


def envelope(row: Row) -> dict[str, Any]:
    """What devices get. Run fields are there for every event, and null where no run is concerned."""
    return {
        "id": str(row["sequence"]),
        "type": row["type"],
        "sequence": row["sequence"],
        "thread_id": str(row["thread_id"]) if row["thread_id"] else None,
        "run_id": str(row["run_id"]) if row["run_id"] else None,
        "run_sequence": row["run_sequence"],
        "at": timestamp(row["created_at"]),
        "data": row["data"],
    }


def parse(customer_id: UUID, text: str) -> Event:
    """The event in an envelope."""
    shape = json.loads(text)
    return Event(customer_id, shape["sequence"], shape["type"], shape["thread_id"], shape["data"], text)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
