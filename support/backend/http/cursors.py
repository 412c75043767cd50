"""Cursors: where a page ended, sealed so that only the same caller with the same filters can go on from there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from support.backend.platform import problems

_SEAL_BYTES = 16


class Page(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(max_length=1000)] = None


def encode(position: list[str], scope: str, secret: str) -> str:
    """A cursor for a position in the list that `scope` names."""
    text = json.dumps(position).encode()
    return base64.urlsafe_b64encode(_seal(text, scope, secret) + text).decode().rstrip("=")


def decode(cursor: str, scope: str, secret: str) -> list[str]:
    """The position in a cursor.

    Raises:
        problems.Problem: 422, it was not given out for this list.
    """
    try:
        sealed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise _refused() from None
    seal, text = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(text, scope, secret)):
        raise _refused()
    position: list[str] = json.loads(text)
    return position


def sequence(cursor: str | None, scope: str, secret: str) -> int:
    """The number after which a page begins in a list ordered by a number; 0 without a cursor.

    Raises:
        problems.Problem: 422, as for `decode`.
    """
    return int(decode(cursor, scope, secret)[0]) if cursor is not None else 0


def _seal(text: bytes, scope: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"cursor\0" + scope.encode() + b"\0" + text, hashlib.sha256)[:_SEAL_BYTES]


def _refused() -> problems.Problem:
    return problems.invalid([problems.field_error("/cursor", "is not a cursor of this list", "query")])
