"""The requests, answers and messages of one scenario, masked when a step takes them into the report."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from support.observation.masking import Secrets

Headers = Mapping[str, str] | tuple[tuple[str, str], ...]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply, or the reason why there is none.

    `who` is the customer or device that asked, `url` may be a path, bodies are JSON values, text or bytes, `seconds`
    the time from request to reply, `at` when the exchange was over. Without a reply `status` is None and `failure`
    says why.
    """

    who: str
    method: str
    url: str
    status: int | None
    seconds: float
    request_headers: Headers = ()
    request_body: Any = None
    reply_headers: Headers = ()
    reply_body: Any = None
    failure: str = ""
    at: datetime = field(default_factory=_now)

    @property
    def begun(self) -> datetime:
        """When the request was sent."""
        return self.at - timedelta(seconds=self.seconds)

    @property
    def title(self) -> str:
        """One line, such as `POST /api/threads -> 201 in 12 ms (Fay)`."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        result = self.failure.partition("\n")[0] or "no reply" if self.status is None else str(self.status)
        return f"{self.method} {path} -> {result} in {self.seconds * 1000:.0f} ms ({self.who})"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on an open connection, as `who` (a device) sent or received it."""

    who: str
    direction: Literal["sent", "received"]
    payload: Any
    at: datetime = field(default_factory=_now)

    @property
    def title(self) -> str:
        """One line, such as `12:00:00.125 received {"type": "ready"}`."""
        return f"{self._head} {_text(self.payload, indent=None)}"

    @property
    def pretty(self) -> str:
        """The same over several lines, as a person reads it."""
        return f"{self._head}\n{_text(self.payload, indent=2)}"

    @property
    def _head(self) -> str:
        return f"{self.at:%H:%M:%S}.{self.at.microsecond // 1000:03d} {self.direction}"


Entry = Exchange | Frame


class WireLog:
    """All exchanges and frames of one scenario. Drivers append from any thread, the report takes in the main one.

    Each of `listeners` is called with every entry as it is, secrets included.
    """

    def __init__(self) -> None:
        self.secrets = Secrets()
        self.listeners: list[Callable[[Entry], object]] = []
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def said(self, entry: Entry) -> None:
        """Keep an exchange or a frame. Every request comes this way, so masking waits until `take`."""
        with self._lock:
            self._entries.append(entry)
            for listener in self.listeners:
                listener(entry)

    @property
    def waiting(self) -> bool:
        """Whether there is a new entry since the last take."""
        return bool(self._entries)

    def take(self) -> list[Entry]:
        """The entries since the last take, in order, masked; a later entry may reveal a secret of an earlier one."""
        with self._lock:
            taken, self._entries = self._entries, []
        before = self.secrets.known
        masked = [self._masked(entry) for entry in taken]
        return masked if self.secrets.known == before else [self._masked(entry) for entry in masked]

    def _masked(self, entry: Entry) -> Entry:
        secrets = self.secrets
        if isinstance(entry, Frame):
            return replace(entry, who=secrets.text(entry.who), payload=secrets.body(entry.payload))
        return replace(
            entry,
            request_headers=secrets.headers(entry.request_headers),
            reply_headers=secrets.headers(entry.reply_headers),
            request_body=secrets.body(entry.request_body),
            reply_body=secrets.body(entry.reply_body),
            who=secrets.text(entry.who),
            method=secrets.text(entry.method),
            url=secrets.text(entry.url),
            failure=secrets.text(entry.failure),
        )


def _text(payload: Any, indent: int | None) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False, indent=indent)
