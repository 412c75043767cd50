"""Enrolment and sign-in at the embedded backend."""

from __future__ import annotations

from dataclasses import replace

from support.drivers.contract.types import Account, Session
from support.drivers.embedded.api import Api

PLANS = ("free", "early", "mid", "enterprise")


class EmbeddedIdentities:
    """`POST /operator/customers` and `POST /api/sessions`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer; the account comes back with its id."""
        body = {
            "email": account.email,
            "password": account.password,
            "plan": account.plan,
            "organisation": account.organisation,
        }
        customer = await self._api.call(f"enrolling {account.name}", "POST", "/operator/customers", body=body)
        return replace(account, id=customer["id"])

    async def sign_in(self, account: Account) -> Session:
        """Sign in with e-mail address and password."""
        body = {"email": account.email, "password": account.password}
        act = f"signing in as {account.name}"
        session = await self._api.call(act, "POST", "/api/sessions", body=body, who=account.name)
        return Session(session["session_id"], account, session["token"])


class EmbeddedRevocation:
    """`DELETE /api/sessions/{id}`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def revoke(self, session: Session) -> None:
        """End a session, as its customer does when signing out."""
        await self._api.call("signing out", "DELETE", f"/api/sessions/{session.id}", session=session)


class EmbeddedPlans:
    """The plans of `support/backend/plans`."""

    def names(self) -> tuple[str, ...]:
        """The plans, the smallest first."""
        return PLANS
