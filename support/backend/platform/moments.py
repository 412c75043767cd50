"""Moments as every answer, event and log line writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema


def timestamp(moment: datetime) -> str:
    """RFC 3339 with microseconds, of a moment in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Moment = Annotated[
    datetime,
    PlainSerializer(timestamp, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "^[0-9-]{10}T[0-9:]{8}[.][0-9]{6}Z$"}),
]
"""A field of a model; in JSON, a `timestamp`."""
