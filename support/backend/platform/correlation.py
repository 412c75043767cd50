"""One id for all that happens on behalf of one request."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

current: ContextVar[str] = ContextVar("correlation_id", default="-")

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def begin(given: str | None) -> str:
    """Take the caller's id if it is short and plain, else make one; it is `current` from here on."""
    correlation_id = given if given and _SANE.fullmatch(given) else uuid4().hex
    current.set(correlation_id)
    return correlation_id
