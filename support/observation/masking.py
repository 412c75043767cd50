"""Keeps secrets, and what cannot be written, out of everything that is written down.

A secret is recognised by where it stands (a header, a member of a JSON object, a part of an address) or by its look
(a JSON Web Token, the word after "bearer"). Once recognised, it is masked in every place.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

from support.core.text import well_formed

MASK = "***"

_SENSITIVE = re.compile(r"(password|passwd|token|secret|apikey|authorization|cookie)$")
_SUBPROTOCOL = "sec-websocket-protocol"
_TEXT_PATTERNS = (
    re.compile(r"()(eyJ[\w-]{5,}\.[\w-]+\.[\w-]*)"),
    re.compile(r"(\bbearer[\s,:]+)([\w.~+/=-]+)", re.IGNORECASE),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)([^\s/]+)(?=@)", re.IGNORECASE),
    re.compile(
        r"(\b[\w-]*(?:password|passwd|token|secret|api[_-]?key|authorization)\\?[\"']?\s*[=:]\s*\\?[\"']?)"
        r"([^\s&;,\"'\\}]+)",
        re.IGNORECASE,
    ),
)
_SHORTEST_LEARNT = 6


class Secrets:
    """The secrets met so far in one scenario. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()

    @property
    def known(self) -> int:
        """How many spellings of secrets are known."""
        return len(self._known)

    def learn(self, *values: str) -> None:
        """Mask these values from now on; shorter ones than six characters are masked only in their places."""
        spellings = {
            spelling
            for value in map(well_formed, values)
            if len(value) >= _SHORTEST_LEARNT and value != MASK
            for spelling in (value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1])
        }
        with self._lock:
            self._known |= spellings

    def text(self, text: str) -> str:
        """The text with every secret masked, known or by its look; half surrogates are written in ASCII."""
        text = well_formed(text)
        for pattern in _TEXT_PATTERNS:
            self.learn(*(match[2] for match in pattern.finditer(text) if _unlike_a_word(match[2])))
            text = pattern.sub(_masked_match, text)
        return self._without_known(text)

    def headers(self, headers: Mapping[str, str] | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The headers in order, with the values masked that identify somebody."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return tuple((name, self._header(name, value)) for name, value in pairs)

    def body(self, value: Any) -> Any:
        """The body of a message, masked: bytes and text that hold a JSON object or array become it."""
        if isinstance(value, bytes | bytearray):
            value = bytes(value).decode("utf-8", errors="replace")
        parsed = _parsed(value) if isinstance(value, str) else None
        return self.data(value if parsed is None else parsed)

    def data(self, value: Any) -> Any:
        """A JSON value of the same shape, masked; values without a JSON type become text."""
        match value:
            case str():
                return self._string(value)
            case Mapping():
                members = cast("Mapping[Any, Any]", value)
                return {self.text(str(name)): self._member(str(name), inner) for name, inner in members.items()}
            case list() | tuple():
                return [self.data(inner) for inner in cast("list[Any]", value)]
            case None | bool() | int() | float():
                return value
            case _:
                return self.text(str(value))

    def _string(self, value: str) -> str:
        parsed = _parsed(value)
        if parsed is not None and (masked := self.data(parsed)) != parsed:
            return json.dumps(masked, ensure_ascii=False)
        return self.text(value)

    def _member(self, name: str, value: Any) -> Any:
        if not is_sensitive(name) or value is None or isinstance(value, bool) or value == "":
            return self.data(value)
        self.learn(*_leaves(value))
        return MASK

    def _header(self, name: str, value: str) -> str:
        if name.lower() == _SUBPROTOCOL:
            protocol, comma, token = value.partition(",")
            self.learn(token.strip())
            return f"{protocol}, {MASK}" if comma else value
        if is_sensitive(name):
            self.learn(value, value.rpartition(" ")[2], *re.findall(r"=([^;\s]+)", value))
            return MASK
        return self.text(value)

    def _without_known(self, text: str) -> str:
        with self._lock:
            found = [secret for secret in self._known if secret in text]
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text


def is_sensitive(name: str) -> bool:
    """Whether a header or a member of that name holds a secret, such as `access_token` or `X-Api-Key`."""
    return bool(_SENSITIVE.search(re.sub(r"[-_\s]", "", name.lower())))


def _unlike_a_word(value: str) -> bool:
    """Whether a value found in prose is worth remembering: `token: expired` must not mask every "expired"."""
    return len(value) >= 24 or any(character.isdigit() for character in value)


def _masked_match(match: re.Match[str]) -> str:
    return f"{match[1]}{MASK}"


def _parsed(text: str) -> Any:
    """The JSON object, array or string that the text holds, or None."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in cast("Mapping[Any, Any]", value).values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in cast("list[Any]", value):
            yield from _leaves(inner)
