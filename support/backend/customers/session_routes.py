"""`/api/sessions`: sign in, list the live sessions, sign out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import Request, Response
from pydantic import Field

from support.backend.customers import customers, passwords, schemas, tokens
from support.backend.customers.routing import Customer, CustomerRoute, SessionsPart
from support.backend.customers.sessions import Session, SessionLimitReached, SessionRevoked, Sessions
from support.backend.events import outbox
from support.backend.events.relay import RelayPart
from support.backend.http import idempotency, routing, validation
from support.backend.http.routing import DatabasePart, PublicRoute, SettingsPart
from support.backend.plans import plans
from support.backend.platform import problems

entrance = routing.router("/api/sessions", "sessions", PublicRoute)
router = routing.router("/api/sessions", "sessions", CustomerRoute)


class Credentials(validation.Body):
    """E-mail address and password."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


@entrance.post("", status_code=201, openapi_extra=idempotency.DOCUMENTED)
async def sign_in(
    body: Credentials,
    request: Request,
    response: Response,
    database: DatabasePart,
    settings: SettingsPart,
    sessions: SessionsPart,
) -> schemas.SignedIn:
    """Open a session, within the plan's number of them."""
    customer = await customers.by_email(database, body.email)
    stored = customer["password_hash"] if customer else None
    if not await passwords.matches(body.password, stored, settings.password_cost) or customer is None:
        raise problems.Problem(401, "wrong-credentials", "Email or password is wrong.")
    key = await idempotency.key_of(request, customer["id"])
    # No token is ever stored: a repetition finds the session by the id that its key gives, and signs the same token.
    session_id = uuid5(customer["id"], key.value) if key else uuid4()
    seconds = settings.session_hours * 3600
    session, known = await open_session(sessions, customer["id"], customer["plan"], session_id, seconds)
    if known:
        response.headers.update(idempotency.REPLAYED)
    return signed_in(session, customer["id"], customer["plan"], settings.jwt_secret)


async def open_session(
    sessions: Sessions, customer_id: UUID, plan: plans.Name, session_id: UUID, seconds: float
) -> tuple[Session, bool]:
    """Open a session, or find it; says whether it was there.

    Raises:
        problems.Problem: 429, no more sessions in the plan; 409, this session was opened and revoked.
    """
    try:
        return await sessions.open(customer_id, session_id, seconds, plans.limit(plan, "sessions"))
    except SessionLimitReached as reached:
        raise plans.exhausted(plan, "sessions", reached.retry_after) from None
    except SessionRevoked:
        raise problems.Problem(409, "session-revoked", "The session of this Idempotency-Key was revoked.") from None


def signed_in(session: Session, customer_id: UUID, plan: plans.Name, secret: str) -> schemas.SignedIn:
    """The answer to a sign-in."""
    claims = tokens.Claims(customer_id, session.id, plan, session.created_at, session.expires_at)
    return schemas.SignedIn(
        token=tokens.encode(claims, secret),
        session_id=session.id,
        expires_at=_moment(session.expires_at),
        customer=schemas.SignedInCustomer(id=customer_id, plan=plan),
    )


@router.get("")
async def find(sessions: SessionsPart, who: Customer) -> schemas.SessionList:
    """List the caller's live sessions, the oldest first."""
    return schemas.SessionList(
        items=[
            schemas.ListedSession(
                id=session.id,
                created_at=_moment(session.created_at),
                expires_at=_moment(session.expires_at),
                current=session.id == who.session_id,
            )
            for session in await sessions.of(who.customer_id)
        ]
    )


@router.delete("/{session_id}", status_code=204)
async def revoke(
    session_id: UUID, database: DatabasePart, relay: RelayPart, sessions: SessionsPart, who: Customer
) -> Response:
    """End one of the caller's sessions at once, with its open sockets."""
    if not await sessions.revoke(session_id, who.customer_id):
        raise problems.not_found()
    async with database.transaction(who.customer_id) as connection:
        data = schemas.RevokedSession(session_id=session_id).model_dump(mode="json")
        await outbox.enqueue(connection, who.customer_id, "session_revoked", None, data)
    relay.wake(who.customer_id)
    return Response(status_code=204)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
