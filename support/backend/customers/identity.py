"""Who is asking. The token alone says so: no parameter, field or header of a request is ever looked at for it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import HTTPConnection

from support.backend.customers import tokens
from support.backend.customers.sessions import Sessions
from support.backend.platform import problems

_SUBPROTOCOL = "bearer"


@dataclass(frozen=True)
class Identity:
    """A customer, in one of their sessions; `expires_at` in seconds since 1970."""

    customer_id: UUID
    session_id: UUID
    expires_at: int


async def read(connection: HTTPConnection, sessions: Sessions, secret: str) -> Identity:
    """The customer behind a request or a handshake.

    Raises:
        problems.Problem: 401, there is no valid token of a live session.
    """
    token = bearer_token(connection) or subprotocol_token(connection)
    if not token:
        raise problems.unauthenticated()
    return await verify(token, sessions, secret)


async def verify(token: str, sessions: Sessions, secret: str) -> Identity:
    """The customer a token names, if its session still lives.

    Raises:
        problems.Problem: 401, it does not.
    """
    try:
        claims = tokens.decode(token, secret)
    except tokens.InvalidToken:
        raise problems.unauthenticated() from None
    if not await sessions.is_live(claims.session_id, claims.customer_id):
        raise problems.unauthenticated()
    return Identity(claims.customer_id, claims.session_id, claims.expires_at)


def require_operator(connection: HTTPConnection, operator_token: str) -> None:
    """Let only the operator in.

    Raises:
        problems.Problem: 401, the token is not the operator's.
    """
    token = bearer_token(connection) or ""
    if not hmac.compare_digest(token.encode(), operator_token.encode()):
        raise problems.unauthenticated()


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the `Authorization` header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def subprotocol_token(connection: HTTPConnection) -> str | None:
    """The token of a browser, which cannot set headers on a handshake: subprotocols `bearer`, then the token."""
    offered: list[str] = connection.scope.get("subprotocols", [])
    return offered[1] if len(offered) == 2 and offered[0] == _SUBPROTOCOL else None


def accepted_subprotocol(connection: HTTPConnection) -> str | None:
    """What a handshake is answered with."""
    return _SUBPROTOCOL if subprotocol_token(connection) else None
