"""The driver of the small server: it has the four required groups, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import (
    Account,
    BackendFailed,
    Message,
    NewThread,
    Reason,
    Refusal,
    Refused,
    Run,
    Session,
    Target,
    Thread,
)
from support.observation.wire import WireLog

REASONS = {401: Reason.NOT_SIGNED_IN, 404: Reason.NOT_FOUND}


class SmallConnections:
    """One client for everybody."""

    def __init__(self, target: Target) -> None:
        self._client = httpx.AsyncClient(base_url=target.backend_urls[0], timeout=10, trust_env=False)

    def driver(self, wire: WireLog) -> SmallDriver:
        del wire
        return SmallDriver(self)

    async def call(self, method: str, path: str, session: Session | None = None, body: Any = None) -> Any:
        headers = {"X-Key": session.token} if session else {}
        try:
            reply = await self._client.request(method, path, headers=headers, json=body)
        except httpx.HTTPError as error:
            raise BackendFailed(f"{method} {path}: {error!r}") from error
        if reply.status_code in REASONS:
            raise Refused(f"{method} {path}", Refusal(REASONS[reply.status_code], reply.text, (), reply.text))
        if reply.status_code != 200:
            raise BackendFailed(f"{method} {path} answered {reply.status_code}")
        return reply.json()

    async def close(self) -> None:
        await self._client.aclose()


class SmallDriver(Driver):
    """A driver with about ten calls."""

    def __init__(self, connections: SmallConnections) -> None:
        self.identities = _Identities(connections)
        self.threads = _Threads(connections)
        self.messages = _Messages(connections)
        self.runs = _Runs(connections)


class _Group:
    def __init__(self, connections: SmallConnections) -> None:
        self.call = connections.call


class _Identities(_Group):
    async def enrol(self, account: Account) -> Account:
        member = await self.call("POST", "/members", body={"mail": account.email, "secret": account.password})
        return replace(account, id=member["member"])

    async def sign_in(self, account: Account) -> Session:
        key = await self.call("POST", "/keys", body={"mail": account.email, "secret": account.password})
        return Session(key["key"], account, key["key"])


class _Threads(_Group):
    async def create(self, session: Session, new: NewThread) -> Thread:
        return _thread(await self.call("POST", "/chats", session, {"name": new.title}))

    async def read(self, session: Session, thread_id: str) -> Thread:
        return _thread(await self.call("GET", f"/chats/{thread_id}", session))

    async def list(self, session: Session) -> list[Thread]:
        return [_thread(one) for one in (await self.call("GET", "/chats", session))["chats"]]

    async def delete(self, session: Session, thread_id: str) -> None:
        await self.call("DELETE", f"/chats/{thread_id}", session)

    def unknown_id(self) -> str:
        return uuid4().hex


class _Messages(_Group):
    async def post(self, session: Session, thread_id: str, content: str) -> Message:
        note = await self.call("POST", f"/chats/{thread_id}/notes", session, {"text": content})
        return _message(thread_id, 0, note)

    async def list(self, session: Session, thread_id: str) -> list[Message]:
        notes = (await self.call("GET", f"/chats/{thread_id}/notes", session))["notes"]
        return [_message(thread_id, number, note) for number, note in enumerate(notes, 1)]


class _Runs(_Group):
    async def start(self, session: Session, thread_id: str, question: str) -> Run:
        return _run(await self.call("POST", f"/chats/{thread_id}/questions", session, {"text": question}))

    async def read(self, session: Session, run_id: str) -> Run:
        return _run(await self.call("GET", f"/jobs/{run_id}", session))


def _thread(chat: Any) -> Thread:
    return Thread(chat["chat"], chat["name"])


def _message(thread_id: str, number: int, note: Any) -> Message:
    return Message(note["note"], thread_id, number, "user" if note["by"] == "me" else "assistant", note["text"])


def _run(job: Any) -> Run:
    return Run(job["job"], job["chat"], "completed" if job["state"] == "answered" else "running", None)
