"""Messages and runs at the embedded backend."""

from __future__ import annotations

from typing import Any

from support.drivers.contract.types import BackendFailed, Message, Run, Session
from support.drivers.embedded.api import Api
from support.drivers.embedded.threads import THREADS

AGENT = "triage"
"""The agent that every plan has."""
FEW = 2
"""Messages on a page: so few that nearly every conversation has a next page."""


class EmbeddedMessages:
    """`/api/threads/{id}/messages`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def post(self, session: Session, thread_id: str, content: str) -> Message:
        """Add a message."""
        path = f"{THREADS}/{thread_id}/messages"
        return read_message(
            await self._api.call("writing a message", "POST", path, session=session, body={"content": content})
        )

    async def list(self, session: Session, thread_id: str) -> list[Message]:
        """All messages of a thread."""
        items = await self._api.all_items("reading messages", f"{THREADS}/{thread_id}/messages", session, FEW)
        return [read_message(item) for item in items]


class EmbeddedRuns:
    """`POST /api/threads/{id}/runs` and `GET /api/runs/{id}`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def start(self, session: Session, thread_id: str, question: str) -> Run:
        """Ask the agent."""
        path = f"{THREADS}/{thread_id}/runs"
        body = {"agent": AGENT, "input": question}
        return read_run(await self._api.call("asking the agent", "POST", path, session=session, body=body))

    async def read(self, session: Session, run_id: str) -> Run:
        """One run."""
        return read_run(await self._api.call("looking at a run", "GET", f"/api/runs/{run_id}", session=session))


class EmbeddedRunLists:
    """`GET /api/threads/{id}/runs`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(self, session: Session, thread_id: str) -> list[Run]:
        """All runs of a thread."""
        items = await self._api.all_items("looking at runs", f"{THREADS}/{thread_id}/runs", session)
        return [read_run(item) for item in items]


class EmbeddedCancellation:
    """`POST /api/runs/{id}/cancel`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def cancel(self, session: Session, run_id: str) -> None:
        """Stop a run."""
        await self._api.call("stopping the agent", "POST", f"/api/runs/{run_id}/cancel", session=session)


def read_message(body: Any) -> Message:
    """A message from the backend's representation.

    Raises:
        BackendFailed: a member is missing.
    """
    try:
        return Message(body["id"], body["thread_id"], body["sequence"], body["role"], body["content"])
    except (KeyError, TypeError) as error:
        raise BackendFailed(f"not a message as agreed ({error!r}): {body!r}") from error


def read_run(body: Any) -> Run:
    """A run from the backend's representation.

    Raises:
        BackendFailed: a member is missing.
    """
    try:
        return Run(body["id"], body["thread_id"], body["status"], body["result"])
    except (KeyError, TypeError) as error:
        raise BackendFailed(f"not a run as agreed ({error!r}): {body!r}") from error
