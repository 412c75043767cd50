"""Customers and sessions as they see themselves, and as the operator sees them."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from support.backend.plans import plans
from support.backend.platform.moments import Moment


class SignedInCustomer(BaseModel):
    """Who signed in."""

    id: UUID
    plan: plans.Name


class SignedIn(BaseModel):
    """A new session and its bearer token."""

    token: str
    session_id: UUID
    expires_at: Moment
    customer: SignedInCustomer


class ListedSession(BaseModel):
    """A session of the caller."""

    id: UUID
    created_at: Moment
    expires_at: Moment
    current: bool


class SessionList(BaseModel):
    """All live sessions, the oldest first."""

    items: list[ListedSession]


class RevokedSession(BaseModel):
    """What an event says of a session that was revoked."""

    session_id: UUID


class Organisation(BaseModel):
    """What customers belong to."""

    id: UUID
    name: str


class EnrolledCustomer(BaseModel):
    """A customer as the operator sees them."""

    id: UUID
    email: str
    plan: plans.Name
    organisation: Organisation
    created_at: Moment
