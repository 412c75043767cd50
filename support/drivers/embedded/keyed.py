"""Requests with an `Idempotency-Key` at the embedded backend."""

from __future__ import annotations

from typing import Any

from support.drivers.contract.types import Message, NewThread, Run, Session, Thread
from support.drivers.embedded.api import Api
from support.drivers.embedded.messages import AGENT, read_message, read_run
from support.drivers.embedded.threads import THREADS, new_thread, read_thread


class EmbeddedKeyed:
    """Every POST of a customer that makes something."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def create(self, session: Session, new: NewThread, key: str) -> Thread:
        """Start a thread."""
        return read_thread(await self._post("starting a conversation", session, THREADS, new_thread(new), key))

    async def post(self, session: Session, thread_id: str, content: str, key: str) -> Message:
        """Add a message."""
        path = f"{THREADS}/{thread_id}/messages"
        return read_message(await self._post("writing a message", session, path, {"content": content}, key))

    async def ask(self, session: Session, thread_id: str, question: str, key: str) -> Run:
        """Ask the agent."""
        path, body = f"{THREADS}/{thread_id}/runs", {"agent": AGENT, "input": question}
        return read_run(await self._post("asking the agent", session, path, body, key))

    async def _post(self, act: str, session: Session, path: str, body: dict[str, Any], key: str) -> Any:
        headers = {"Idempotency-Key": key}
        return await self._api.call(act, "POST", path, session=session, body=body, headers=headers)
