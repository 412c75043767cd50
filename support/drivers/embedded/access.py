"""Every request about threads and runs that the embedded backend knows, and tokens that it must not accept."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

import jwt

from support.core.failure import EnvironmentFailed
from support.drivers.contract.access import Act, Pass, Subject
from support.drivers.contract.types import Refusal, Session
from support.drivers.embedded.api import Api, read_refusal
from support.drivers.embedded.messages import AGENT
from support.drivers.embedded.threads import THREADS

RAN_OUT_SECONDS = 60
"""So long ago the time of a pass was over: more than clocks may differ by, and not much more."""


@dataclass(frozen=True)
class Request:
    """A request as openapi.json writes it, and what it is sent with."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    params: dict[str, str] | None = None


ONE = f"{THREADS}/{{thread_id}}"
REQUESTS = {
    Act.START: Request("POST", THREADS, {"title": "Started by anybody"}),
    Act.LIST: Request("GET", THREADS),
    Act.SEARCH: Request("GET", THREADS, params={"q": "takeover"}),
    Act.OPEN: Request("GET", ONE),
    Act.CHANGE_DETAILS: Request("PATCH", ONE, {"metadata": {"changed": "by anybody"}}),
    Act.MARK: Request("PATCH", ONE, {"status": "completed"}),
    Act.WRITE: Request("POST", f"{ONE}/messages", {"content": "Written by anybody"}),
    Act.READ: Request("GET", f"{ONE}/messages"),
    Act.ASK: Request("POST", f"{ONE}/runs", {"agent": AGENT, "input": "Asked by anybody"}),
    Act.SEE_WORK: Request("GET", f"{ONE}/runs"),
    Act.SEE_ONE_WORK: Request("GET", "/api/runs/{run_id}"),
    Act.STOP: Request("POST", "/api/runs/{run_id}/cancel"),
    Act.TAKE_AWAY: Request("GET", f"{ONE}/export"),
    Act.ERASE: Request("DELETE", ONE),
}


class EmbeddedAccess:
    """Requests without the checks that the other groups make, and tokens made by hand."""

    def __init__(self, api: Api, signing_key: str | None) -> None:
        self._api = api
        self._signing_key = signing_key

    async def attempt(self, act: Act, session: Session | None, subject: Subject) -> Refusal | None:
        """Send the request of this act."""
        request = REQUESTS[act]
        path = request.path.format(thread_id=subject.thread_id, run_id=subject.run_id)
        more: Any = {"params": request.params} if request.params else {}
        words = f"trying to {act}"
        who = "somebody who has not signed in"
        reply = await self._api.send(words, request.method, path, session=session, body=request.body, who=who, **more)
        return None if reply.status_code < 300 else read_refusal(reply, session)

    async def spoilt(self, session: Session, how: Pass) -> Session | None:
        """Make a token that differs from the session's in one thing."""
        claims: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})  # pyright: ignore[reportUnknownMemberType]
        match how:
            case Pass.NONE:
                return None
            case Pass.MADE_UP:
                return replace(session, token=secrets.token_urlsafe(40))
            case Pass.SIGNED_BY_ANOTHER:
                return replace(session, token=_signed(claims, secrets.token_hex(32)))
            case Pass.UNSIGNED:
                return replace(session, token=_signed(claims, None))
            case Pass.GIVEN_BACK:
                path = f"/api/sessions/{session.id}"
                await self._api.call("giving a pass back", "DELETE", path, session=session)
                return session
            case Pass.RUN_OUT:
                return replace(session, token=self._run_out(session, claims))

    def _run_out(self, session: Session, claims: dict[str, Any]) -> str:
        if self._signing_key is None:
            raise EnvironmentFailed(
                "a pass that has run out cannot be made, for nobody knows with what this backend signs: "
                "set THREADPROOF_SIGNING_KEY, or leave signing_key out of what the profile offers"
            )
        if _signed(claims, self._signing_key) != session.token:
            raise EnvironmentFailed("the suite does not make passes as this backend does, so that none would be good")
        over = int(time.time()) - RAN_OUT_SECONDS
        return _signed({**claims, "iat": over - RAN_OUT_SECONDS, "exp": over}, self._signing_key)


def _signed(claims: dict[str, Any], key: str | None) -> str:
    algorithm = "none" if key is None else "HS256"
    return jwt.encode(claims, key, algorithm=algorithm)  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
