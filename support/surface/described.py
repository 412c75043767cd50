"""The parts of a backend's surface, by name, from its OpenAPI and AsyncAPI documents.

A name begins with what a reader looks for: `PATCH /api/threads/{thread_id}`, the same with `header If-Match`,
`member title`, `parameter limit` or `answer 4xx`, `device sends ping`, `device receives pong`, `event thread_created`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PLACES = {"query": "parameter", "header": "header"}
SOCKET_PLACES = {"query": "parameter", "headers": "header"}


def described_parts(openapi: Mapping[str, Any], asyncapi: Mapping[str, Any]) -> frozenset[str]:
    """Every part that the two documents describe."""
    return frozenset([*_requests(openapi), *_socket(asyncapi)])


def _requests(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield from _operation(document, f"{method.upper()} {path}", operations[method])


def _operation(document: Mapping[str, Any], name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield name
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in PLACES:
            yield f"{name} {PLACES[parameter['in']]} {parameter['name']}"
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for member in _resolved(document, media["schema"]).get("properties", ()):
            yield f"{name} member {member}"
    for status in operation["responses"]:
        yield f"{name} answer {'4' if status == 'default' else status[0]}xx"


def _socket(document: Mapping[str, Any]) -> Iterator[str]:
    for channel in document["channels"].values():
        name = f"GET {channel['address']}"
        yield name
        for place, word in SOCKET_PLACES.items():
            for parameter in channel.get("bindings", {}).get("ws", {}).get(place, {}).get("properties", ()):
                yield f"{name} {word} {parameter}"
    for operation in document["operations"].values():
        does = "receives" if operation["action"] == "send" else "sends"
        for reference in operation["messages"]:
            payload = _resolved(document, _resolved(document, reference))["payload"]
            yield from _frames(does, _resolved(document, payload))


def _frames(does: str, payload: Mapping[str, Any]) -> Iterator[str]:
    kind = payload["properties"]["type"]
    if "enum" in kind:
        yield from (f"event {one}" for one in kind["enum"])
    else:
        yield f"device {does} {kind['const']}"


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference within the document leads to; anything else is itself."""
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found
