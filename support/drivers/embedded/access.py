"""Every act on threads and runs that the embedded backend knows, and tokens that it must not accept."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jwt

from support.core.failure import EnvironmentFailed, NotOffered
from support.core.people import NOBODY
from support.drivers.contract.access import AccessAct, Flaw, Subject, TokenState
from support.drivers.contract.types import Refusal, Refused, Session
from support.drivers.embedded.api import Api, read_refusal
from support.drivers.embedded.live import EmbeddedLive, EmbeddedSubscriptions, listening
from support.drivers.embedded.requests import REQUESTS, Request

EXPIRED_SECONDS = 60
"""How long ago a token has expired: more than clocks may differ by, and not much more."""
FIRST_EVENT = "0"


class EmbeddedAccess:
    """Requests and devices without the checks that the other groups make, and tokens made by hand."""

    def __init__(self, api: Api, live: EmbeddedLive, signing_key: str | None) -> None:
        self._api = api
        self._live = live
        self._signing_key = signing_key

    async def attempt(
        self, act: AccessAct, session: Session | None, subject: Subject, flaw: Flaw | None = None
    ) -> Refusal | None:
        """Send the request of this act, or do it on a device."""
        if act in REQUESTS:
            return await self._send(act, REQUESTS[act].with_flaw(flaw), session, subject)
        try:
            await self._on_device(act, session, subject)
        except Refused as refused:
            return refused.refusal
        return None

    def acts_with(self, flaw: Flaw) -> Sequence[AccessAct]:
        """The acts that are requests with such a part; a device's address may have parts that are not known."""
        return [act for act, request in REQUESTS.items() if request.can_have(flaw)]

    async def with_token(self, session: Session, state: TokenState) -> Session | None:
        """Make a token that differs from the session's in one thing."""
        if state is TokenState.REVOKED:
            raise ValueError("a session that has ended is made by the group `revocation`")
        claims: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})  # pyright: ignore[reportUnknownMemberType]
        over = int(time.time()) - EXPIRED_SECONDS
        made: dict[TokenState, Callable[[], str]] = {
            TokenState.MADE_UP: lambda: secrets.token_urlsafe(40),
            TokenState.OTHER_KEY: lambda: _signed(claims, secrets.token_hex(32)),
            TokenState.UNSIGNED: lambda: _signed(claims, None),
            TokenState.EXPIRED: lambda: self._resigned(session, claims, iat=over - EXPIRED_SECONDS, exp=over),
            TokenState.OTHER_AUDIENCE: lambda: self._resigned(session, claims, aud="another product"),
        }
        return None if state is TokenState.NONE else replace(session, token=made[state]())

    async def _send(
        self, act: AccessAct, request: Request, session: Session | None, subject: Subject
    ) -> Refusal | None:
        path = request.path.format(thread_id=subject.thread_id, run_id=subject.run_id)
        more: Any = {"params": request.params} if request.params else {}
        words = f"trying to {act}"
        who = NOBODY
        reply = await self._api.send(words, request.method, path, session=session, body=request.body, who=who, **more)
        return None if reply.status_code < 300 else read_refusal(reply, session)

    async def _on_device(self, act: AccessAct, session: Session | None, subject: Subject) -> None:
        who = f"{session.account.name if session else NOBODY}'s device"
        since = FIRST_EVENT if act is AccessAct.CATCH_UP else None
        connection = await self._live.connect(session, who, since, browser=act is AccessAct.OPEN_BROWSER)
        async with listening(connection):
            if act is AccessAct.FOLLOW:
                await EmbeddedSubscriptions().subscribe(connection, subject.thread_id)
            await connection.settle(10)

    def _resigned(self, session: Session, claims: dict[str, Any], **changes: Any) -> str:
        if self._signing_key is None:
            raise NotOffered(
                "a token that is wrong in this cannot be made without the key that signs tokens: "
                "set THREADPROOF_SIGNING_KEY"
            )
        if _signed(claims, self._signing_key) != session.token:
            raise EnvironmentFailed(
                "expected to sign tokens as the backend does, got a different token for the same claims: "
                "check THREADPROOF_SIGNING_KEY"
            )
        return _signed({**claims, **changes}, self._signing_key)


def _signed(claims: dict[str, Any], key: str | None) -> str:
    algorithm = "none" if key is None else "HS256"
    return jwt.encode(claims, key, algorithm=algorithm)  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
