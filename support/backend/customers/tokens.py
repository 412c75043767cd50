"""The bearer token: a JWT that names a customer and a session, and is worth nothing without the session."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import jwt

_AUDIENCE = "threadproof"
_CLAIMS = ["sub", "sid", "plan", "iat", "exp", "aud"]


@dataclass(frozen=True)
class Claims:
    """What a token says. Times are seconds since 1970."""

    customer_id: UUID
    session_id: UUID
    plan: str
    issued_at: int
    expires_at: int


class InvalidToken(Exception):
    """The token is not one of ours, or its time is over."""


def encode(claims: Claims, secret: str) -> str:
    """The same claims give the same token."""
    payload = {
        "sub": str(claims.customer_id),
        "sid": str(claims.session_id),
        "plan": claims.plan,
        "iat": claims.issued_at,
        "exp": claims.expires_at,
        "aud": _AUDIENCE,
    }
    return jwt.encode(payload, secret, algorithm="HS256")  # pyright: ignore[reportUnknownMemberType]


def decode(token: str, secret: str) -> Claims:
    """Check signature, algorithm, audience and expiry.

    Raises:
        InvalidToken: one of them is wrong, or a claim is missing.
    """
    try:
        payload = jwt.decode(  # pyright: ignore[reportUnknownMemberType]
            token, secret, algorithms=["HS256"], audience=_AUDIENCE, options={"require": _CLAIMS}
        )
        return Claims(UUID(payload["sub"]), UUID(payload["sid"]), payload["plan"], payload["iat"], payload["exp"])
    except (jwt.InvalidTokenError, ValueError, AttributeError) as error:
        raise InvalidToken from error
