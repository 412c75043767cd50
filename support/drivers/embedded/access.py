"""Every request about threads and runs that the embedded backend knows, and tokens that it must not accept."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

import jwt

from support.core.failure import EnvironmentFailed, NotOffered
from support.core.people import NOBODY
from support.drivers.contract.access import AccessAct, Subject, TokenState
from support.drivers.contract.types import Refusal, Session
from support.drivers.embedded.api import Api, read_refusal
from support.drivers.embedded.messages import AGENT
from support.drivers.embedded.threads import THREADS

EXPIRED_SECONDS = 60
"""How long ago a token has expired: more than clocks may differ by, and not much more."""


@dataclass(frozen=True)
class Request:
    """A request as openapi.json writes it, and what it is sent with."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    params: dict[str, str] | None = None


ONE = f"{THREADS}/{{thread_id}}"
REQUESTS = {
    AccessAct.START: Request("POST", THREADS, {"title": "Started by anybody"}),
    AccessAct.LIST: Request("GET", THREADS),
    AccessAct.SEARCH: Request("GET", THREADS, params={"q": "takeover"}),
    AccessAct.OPEN: Request("GET", ONE),
    AccessAct.CHANGE_DETAILS: Request("PATCH", ONE, {"metadata": {"changed": "by anybody"}}),
    AccessAct.SET_STATUS: Request("PATCH", ONE, {"status": "completed"}),
    AccessAct.WRITE: Request("POST", f"{ONE}/messages", {"content": "Written by anybody"}),
    AccessAct.READ: Request("GET", f"{ONE}/messages"),
    AccessAct.ASK: Request("POST", f"{ONE}/runs", {"agent": AGENT, "input": "Asked by anybody"}),
    AccessAct.LIST_RUNS: Request("GET", f"{ONE}/runs"),
    AccessAct.OPEN_RUN: Request("GET", "/api/runs/{run_id}"),
    AccessAct.STOP: Request("POST", "/api/runs/{run_id}/cancel"),
    AccessAct.EXPORT: Request("GET", f"{ONE}/export"),
    AccessAct.ERASE: Request("DELETE", ONE),
}


class EmbeddedAccess:
    """Requests without the checks that the other groups make, and tokens made by hand."""

    def __init__(self, api: Api, signing_key: str | None) -> None:
        self._api = api
        self._signing_key = signing_key

    async def attempt(self, act: AccessAct, session: Session | None, subject: Subject) -> Refusal | None:
        """Send the request of this act."""
        request = REQUESTS[act]
        path = request.path.format(thread_id=subject.thread_id, run_id=subject.run_id)
        more: Any = {"params": request.params} if request.params else {}
        words = f"trying to {act}"
        who = NOBODY
        reply = await self._api.send(words, request.method, path, session=session, body=request.body, who=who, **more)
        return None if reply.status_code < 300 else read_refusal(reply, session)

    async def with_token(self, session: Session, state: TokenState) -> Session | None:
        """Make a token that differs from the session's in one thing."""
        claims: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})  # pyright: ignore[reportUnknownMemberType]
        match state:
            case TokenState.NONE:
                return None
            case TokenState.MADE_UP:
                return replace(session, token=secrets.token_urlsafe(40))
            case TokenState.OTHER_KEY:
                return replace(session, token=_signed(claims, secrets.token_hex(32)))
            case TokenState.UNSIGNED:
                return replace(session, token=_signed(claims, None))
            case TokenState.REVOKED:
                raise ValueError("a session that has ended is made by the group `revocation`")
            case TokenState.EXPIRED:
                return replace(session, token=self._expired(session, claims))

    def _expired(self, session: Session, claims: dict[str, Any]) -> str:
        if self._signing_key is None:
            raise NotOffered(
                "a token that has expired cannot be made without the key that signs tokens: set THREADPROOF_SIGNING_KEY"
            )
        if _signed(claims, self._signing_key) != session.token:
            raise EnvironmentFailed(
                "expected to sign tokens as the backend does, got a different token for the same claims: "
                "check THREADPROOF_SIGNING_KEY"
            )
        over = int(time.time()) - EXPIRED_SECONDS
        return _signed({**claims, "iat": over - EXPIRED_SECONDS, "exp": over}, self._signing_key)


def _signed(claims: dict[str, Any], key: str | None) -> str:
    algorithm = "none" if key is None else "HS256"
    return jwt.encode(claims, key, algorithm=algorithm)  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
