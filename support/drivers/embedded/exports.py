"""Exports of the embedded backend."""

from __future__ import annotations

from support.drivers.contract.exports import Export
from support.drivers.contract.types import BackendFailed, Session
from support.drivers.embedded.api import Api
from support.drivers.embedded.messages import read_message
from support.drivers.embedded.threads import THREADS, read_thread


class EmbeddedExports:
    """`GET /api/threads/{id}/export`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def export(self, session: Session, thread_id: str) -> Export:
        """A thread with its messages.

        Raises:
            BackendFailed: the answer is not offered as a file, or a member is missing.
        """
        act = "exporting a conversation"
        reply = await self._api.checked(act, "GET", f"{THREADS}/{thread_id}/export", session=session)
        kind = reply.headers.get("content-disposition", "")
        if not kind.startswith("attachment"):
            raise BackendFailed(f"{act}: expected a file, got the disposition {kind!r}")
        body = reply.json()
        try:
            return Export(read_thread(body["thread"]), tuple(read_message(one) for one in body["messages"]))
        except (KeyError, TypeError) as error:
            raise BackendFailed(f"not an export as agreed ({error!r}): {body!r}") from error
