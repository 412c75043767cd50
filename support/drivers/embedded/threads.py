"""Threads, their metadata and their lists at the embedded backend."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from support.drivers.contract.types import (
    Account,
    BackendFailed,
    BadPage,
    Malformed,
    Metadata,
    NamingPlace,
    NewThread,
    Page,
    Query,
    Refusal,
    Refused,
    Session,
    Thread,
)
from support.drivers.embedded import malformed as bad
from support.drivers.embedded.api import Api, read_refusal, word_for_word

THREADS = "/api/threads"
EAST = timezone(timedelta(hours=5, minutes=30))
"""A time zone that is not the backend's, for one of two moments: it must compare moments, not clocks."""


class EmbeddedThreads:
    """`/api/threads`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def create(self, session: Session, new: NewThread) -> Thread:
        """Start a thread."""
        act = "starting a conversation"
        return read_thread(await self._api.call(act, "POST", THREADS, session=session, body=new_thread(new)))

    async def read(self, session: Session, thread_id: str) -> Thread:
        """One thread by its id."""
        path = f"{THREADS}/{thread_id}"
        return read_thread(await self._api.call("opening a conversation", "GET", path, session=session))

    async def list(self, session: Session) -> list[Thread]:
        """All threads that are listed without a status."""
        return await _all_threads(self._api, session, {})

    async def delete(self, session: Session, thread_id: str) -> None:
        """Erase a thread."""
        await self._api.call("deleting a conversation", "DELETE", f"{THREADS}/{thread_id}", session=session)

    def unknown_id(self) -> str:
        """An id that no thread has."""
        return str(uuid4())


class EmbeddedSearch:
    """`GET /api/threads?q&status&metadata.KEY&created_after&created_before`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def find(self, session: Session, query: Query) -> list[Thread]:
        """Threads for which all of the query is true; a hundred at most."""
        params = {"limit": "100", "q": query.words or "", "status": query.status or ""}
        params |= {f"metadata.{name}": _spelled(value) for name, value in query.metadata.items()}
        params |= {
            "created_after": _moment(query.created_after, UTC),
            "created_before": _moment(query.created_before, EAST),
        }
        given = {name: value for name, value in params.items() if value}
        act = "searching conversations"
        page = await self._api.call(act, "GET", THREADS, session=session, params=given)
        return [read_thread(item) for item in page["items"]]


class EmbeddedStrictInput:
    """`POST /api/threads` with requests that are wrong, or that name another owner."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def create_malformed(self, session: Session, malformed: Malformed, stranger: Account) -> Refusal | Thread:
        """Send a request that is wrong in the way named."""
        content = bad.request_body(malformed, stranger)
        act = f"starting a conversation with {malformed}"
        reply = await self._api.send(act, "POST", THREADS, session=session, content=content)
        return read_thread(reply.json()) if reply.status_code < 300 else read_refusal(reply, session)

    async def create_posing(
        self, session: Session, new: NewThread, owner: Account, place: NamingPlace
    ) -> Refusal | Thread:
        """Start a thread, naming another customer as its owner somewhere."""
        body = {"title": new.title}
        options: dict[NamingPlace, dict[str, Any]] = {
            NamingPlace.REQUEST: {"body": body | {"customer_id": owner.id}},
            NamingPlace.ADDRESS: {"body": body, "params": {"customer_id": owner.id}},
            NamingPlace.HEADER: {"body": body, "headers": {"X-User-Id": owner.id, "X-Customer-Id": owner.id}},
        }
        act = f"starting a conversation with another owner in {place}"
        reply = await self._api.send(act, "POST", THREADS, session=session, **options[place])
        return read_thread(reply.json()) if reply.status_code < 300 else read_refusal(reply, session)


class EmbeddedPaging:
    """`GET /api/threads?limit&cursor`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, session: Session, size: int, cursor: str | None = None) -> Page:
        """One page."""
        return await _page(self._api, session, {"limit": str(size)} | ({"cursor": cursor} if cursor else {}))

    async def bad_page(self, session: Session, bad: BadPage, cursor: str) -> Refusal | Page:
        """Ask for a page wrongly."""
        wrong = {
            BadPage.MADE_UP: {"cursor": "bWFkZSB1cA"},
            BadPage.FOREIGN: {"cursor": cursor},
            BadPage.FILTERED: {"cursor": cursor, "status": "completed"},
            BadPage.EMPTY: {"limit": "0"},
            BadPage.HUGE: {"limit": "1000000"},
            BadPage.UNKNOWN_FILTER: {"colour": "green"},
            BadPage.UNKNOWN_STATUS: {"status": "finished"},
            BadPage.NO_DATE: {"created_after": "yesterday"},
            BadPage.NO_TIME_ZONE: {"created_before": "2026-11-25T10:00:00"},
        }
        try:
            return await _page(self._api, session, wrong[bad])
        except Refused as refused:
            return refused.refusal


class EmbeddedStatus:
    """`PATCH /api/threads/{id}` and `GET /api/threads?status`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def set(self, session: Session, thread_id: str, status: str) -> Thread:
        """Change the status."""
        act = f"marking a conversation as {status}"
        return await _change(self._api, act, session, thread_id, {"status": status})

    async def list(self, session: Session, status: str) -> list[Thread]:
        """All threads of a status."""
        return await _all_threads(self._api, session, {"status": status})


class EmbeddedMetadata:
    """`PATCH /api/threads/{id}` with a merge patch."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def merge(self, session: Session, thread_id: str, changes: Metadata) -> Thread:
        """Merge changes into a thread's metadata."""
        act = "changing a conversation's details"
        return await _change(self._api, act, session, thread_id, {"metadata": changes})


class EmbeddedRenaming:
    """`PATCH /api/threads/{id}` with a title."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def rename(self, session: Session, thread_id: str, title: str) -> Thread:
        """Change the title."""
        return await _change(self._api, "renaming a conversation", session, thread_id, {"title": title})


class EmbeddedVersions:
    """`PATCH /api/threads/{id}` with `If-Match`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def merge(self, session: Session, thread_id: str, changes: Metadata, version: int) -> Thread:
        """Merge changes into the metadata of a thread that is at this version."""
        act = "changing a conversation's details"
        return await _change(self._api, act, session, thread_id, {"metadata": changes}, version)

    async def rename(self, session: Session, thread_id: str, title: str, version: int) -> Thread:
        """Change the title of a version."""
        return await _change(self._api, "renaming a conversation", session, thread_id, {"title": title}, version)

    async def set_status(self, session: Session, thread_id: str, status: str, version: int) -> Thread:
        """Change the status of a version."""
        act = f"marking a conversation as {status}"
        return await _change(self._api, act, session, thread_id, {"status": status}, version)


async def _change(
    api: Api, act: str, session: Session, thread_id: str, body: dict[str, Any], version: int | None = None
) -> Thread:
    path, headers = f"{THREADS}/{thread_id}", {} if version is None else {"If-Match": f'"{version}"'}
    return read_thread(await api.call(act, "PATCH", path, session=session, body=body, headers=headers))


async def _page(api: Api, session: Session, params: dict[str, str]) -> Page:
    body = await api.call("listing conversations", "GET", THREADS, session=session, params=params)
    return Page(tuple(read_thread(item) for item in body["items"]), body["next_cursor"])


async def _all_threads(api: Api, session: Session, params: dict[str, str]) -> list[Thread]:
    found: list[Thread] = []
    asked = {"limit": "100"} | params
    while True:
        page = await _page(api, session, asked)
        found += page.threads
        if page.cursor is None:
            return found
        asked["cursor"] = page.cursor


class EmbeddedGlimpses:
    """HEAD and OPTIONS of `/api/threads/{id}`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of(self, session: Session, thread_id: str) -> dict[str, str]:
        """The answers, word for word."""
        path, act = f"{THREADS}/{thread_id}", "asking about a conversation"
        replies = {name: await self._api.send(act, name, path, session=session) for name in ("HEAD", "OPTIONS")}
        return {name: word_for_word(reply).replace(thread_id, "<id>") for name, reply in replies.items()}


def new_thread(new: NewThread) -> dict[str, Any]:
    """The body of a request to start a thread."""
    body = {"title": new.title, "metadata": new.metadata, "first_message": new.first_message}
    return {name: value for name, value in body.items() if value is not None}


def _spelled(value: Any) -> str:
    """A value of the metadata as a parameter has it: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _moment(seconds: float | None, zone: timezone) -> str:
    """A moment (RFC 3339); an empty text for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, zone).isoformat()


def read_thread(body: Any) -> Thread:
    """A thread from the backend's representation.

    Raises:
        BackendFailed: a member is missing or not of its type.
    """
    try:
        return Thread(
            id=body["id"],
            title=body["title"],
            status=body["status"],
            metadata=body["metadata"],
            version=body["version"],
            message_count=body["message_count"],
            created_at=datetime.fromisoformat(body["created_at"]).timestamp(),
            last_activity_at=datetime.fromisoformat(body["last_activity_at"]).timestamp(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BackendFailed(f"not a conversation as agreed ({error!r}): {body!r}") from error
