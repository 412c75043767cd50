"""`/api/sessions`: sign in, see where one is signed in, sign out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from support.backend.customers import customers, passwords, tokens
from support.backend.customers.sessions import Session, SessionLimitReached, SessionRevoked
from support.backend.http import idempotency, problems, routing, shapes, validation
from support.backend.http.routing import Backend, Customer, CustomerRoute, PublicRoute
from support.backend.live import events, outbox
from support.backend.plans import plans
from support.backend.platform.resources import Resources

entrance = routing.router("/api/sessions", "sessions", PublicRoute)
router = routing.router("/api/sessions", "sessions", CustomerRoute)


class Credentials(validation.Body):
    """Who one is, and the proof."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


@entrance.post("", status_code=201, response_model=shapes.SignedIn, openapi_extra=idempotency.DOCUMENTED)
async def sign_in(body: Credentials, request: Request, backend: Backend) -> Response:
    """Open a session, within the plan's number of them."""
    customer = await customers.by_email(backend.database, body.email)
    stored = customer["password_hash"] if customer else None
    if not await passwords.matches(body.password, stored, backend.settings.password_cost) or customer is None:
        raise problems.Problem(401, "wrong-credentials", "Email or password is wrong.")
    key = await idempotency.key_of(request, customer["id"])
    # No token is ever stored: a repetition finds the session by the id that its key gives, and signs the same token.
    session_id = uuid5(customer["id"], key.value) if key else uuid4()
    session, known = await open_session(backend, customer["id"], customer["plan"], session_id)
    return JSONResponse(
        signed_in(session, customer["id"], customer["plan"], backend.settings.jwt_secret),
        201,
        idempotency.REPLAYED if known else None,
    )


async def open_session(
    backend: Resources, customer_id: UUID, plan: plans.Name, session_id: UUID
) -> tuple[Session, bool]:
    """Open a session, or find it; says whether it was there.

    Raises:
        problems.Problem: 429, no more sessions in the plan; 409, this session was opened and revoked.
    """
    seconds, maximum = backend.settings.session_hours * 3600, plans.limit(plan, "sessions")
    try:
        return await backend.sessions.open(customer_id, session_id, seconds, maximum)
    except SessionLimitReached as reached:
        raise plans.exhausted(plan, "sessions", reached.retry_after) from None
    except SessionRevoked:
        raise problems.Problem(409, "session-revoked", "The session of this Idempotency-Key was revoked.") from None


def signed_in(session: Session, customer_id: UUID, plan: str, secret: str) -> dict[str, Any]:
    """The answer to a sign-in."""
    claims = tokens.Claims(customer_id, session.id, plan, session.created_at, session.expires_at)
    return {
        "token": tokens.encode(claims, secret),
        "session_id": str(session.id),
        "expires_at": _moment(session.expires_at),
        "customer": {"id": str(customer_id), "plan": plan},
    }


@router.get("", response_model=shapes.SessionList)
async def find(backend: Backend, who: Customer) -> Response:
    """One's live sessions, the oldest first."""
    items = [
        {
            "id": str(session.id),
            "created_at": _moment(session.created_at),
            "expires_at": _moment(session.expires_at),
            "current": session.id == who.session_id,
        }
        for session in await backend.sessions.of(who.customer_id)
    ]
    return JSONResponse({"items": items})


@router.delete("/{session_id}", status_code=204)
async def revoke(session_id: UUID, backend: Backend, who: Customer) -> Response:
    """End one of one's sessions at once, its open sockets included."""
    if not await backend.sessions.revoke(session_id, who.customer_id):
        raise problems.not_found()
    async with backend.database.transaction(who.customer_id) as connection:
        data = {"session_id": str(session_id)}
        await outbox.enqueue(connection, who.customer_id, "session_revoked", None, data)
    backend.relay.wake(who.customer_id)
    return Response(status_code=204)


def _moment(seconds: int) -> str:
    return events.timestamp(datetime.fromtimestamp(seconds, UTC))
