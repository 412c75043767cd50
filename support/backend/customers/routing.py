"""Routes that first ask who is there."""

from __future__ import annotations

from typing import Annotated, ClassVar

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from support.backend.customers import identity
from support.backend.customers.identity import Identity
from support.backend.customers.sessions import Sessions
from support.backend.http.routing import PublicRoute, part, resources_of

_BEARER = Depends(HTTPBearer(auto_error=False, scheme_name="bearer"))


class CustomerRoute(PublicRoute):
    """A route for a customer with a live session."""

    described: ClassVar = (_BEARER,)

    async def authenticate(self, request: Request) -> None:
        """Find out which customer asks; `Customer` hands it to the endpoint."""
        resources = resources_of(request)
        request.state.identity = await identity.read(request, resources.sessions, resources.settings.jwt_secret)


class OperatorRoute(PublicRoute):
    """A route for the operator."""

    described: ClassVar = (_BEARER,)

    async def authenticate(self, request: Request) -> None:
        """Let only the operator in."""
        identity.require_operator(request, resources_of(request).settings.operator_token)


async def _customer(request: Request) -> Identity:
    found: Identity = request.state.identity
    return found


Customer = Annotated[Identity, Depends(_customer)]
SessionsPart = Annotated[Sessions, part("sessions")]
