"""The id of a deleted thread, sealed: devices that were away can be told, and nobody who reads Redis learns it.

The pad depends on the customer and on the sequence of the event, which no two events share, so it is used once.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID


def seal(thread_id: UUID, customer_id: UUID, sequence: int, secret: str) -> str:
    """The id as 32 hexadecimal digits that only `unseal` with the same secret reads."""
    return _combined(thread_id, customer_id, sequence, secret).hex


def unseal(sealed: str, customer_id: UUID, sequence: int, secret: str) -> UUID:
    """The id that was sealed for this event of this customer."""
    return _combined(UUID(sealed), customer_id, sequence, secret)


def _combined(value: UUID, customer_id: UUID, sequence: int, secret: str) -> UUID:
    pad = hmac.digest(secret.encode(), b"deleted\0" + customer_id.bytes + str(sequence).encode(), hashlib.sha256)
    return UUID(int=value.int ^ int.from_bytes(pad[:16], "big"))
