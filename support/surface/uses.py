"""The parts of a surface that the requests and frames of a wire log use, by the names of `described`.

An id in an address is left open, and so are the places for ids in a description, so that `comparable` names meet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from support.observation.wire import Entry, Exchange, Frame

_ID = re.compile(r"(?<=/)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?=/|$)")
_PLACE = re.compile(r"\{[^{}]*\}")
_HEADER = re.compile(r"(?<= header )\S+")


class Uses:
    """The parts that one scenario has used so far, each by its comparable name."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def add(self, entry: Entry) -> None:
        """Take note of one entry of the wire log."""
        self.names |= set(_frame(entry) if isinstance(entry, Frame) else _exchange(entry))


def comparable(name: str) -> str:
    """A described name in the form in which uses have it."""
    return _HEADER.sub(lambda header: header[0].lower(), _PLACE.sub("{}", name))


def _exchange(entry: Exchange) -> Iterator[str]:
    address = urlsplit(entry.url)
    name = f"{entry.method} {_ID.sub('{}', address.path)}"
    yield name
    for parameter, _value in parse_qsl(address.query, keep_blank_values=True):
        yield f"{name} parameter {parameter}"
    headers = entry.request_headers
    for header, _value in headers.items() if isinstance(headers, Mapping) else headers:
        yield f"{name} header {header.lower()}"
    for member in _members(entry.request_body):
        yield f"{name} member {member}"
    if entry.status is not None:
        yield f"{name} answer {entry.status // 100}xx"


def _frame(entry: Frame) -> Iterator[str]:
    payload = _object(entry.payload)
    if "type" in payload:
        does = "sends" if entry.direction == "sent" else "receives"
        yield f"event {payload['type']}" if "id" in payload else f"device {does} {payload['type']}"


def _members(body: Any) -> Iterator[str]:
    if isinstance(body, bytes):
        try:
            body = json.loads(body)
        except ValueError:
            return
    yield from _object(body)


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
