"""The surface gate: what documents describe, what a wire log uses, and what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.observation.wire import Exchange, Frame, WireLog
from support.surface.described import described_parts
from support.surface.gate import SurfaceRecord
from support.surface.uses import Uses

THREAD = "0b2e6a54-3a52-4a8e-9f5e-0d7d3a6f3c11"
OPENAPI: dict[str, Any] = {
    "paths": {
        "/threads/{thread_id}": {
            "get": {"responses": {"200": {}, "default": {}}},
            "patch": {
                "parameters": [
                    {"name": "thread_id", "in": "path"},
                    {"name": "If-Match", "in": "header"},
                    {"name": "dry", "in": "query"},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Changes"}}},
                },
                "responses": {"200": {}, "422": {}, "default": {}},
            },
        }
    },
    "components": {"schemas": {"Changes": {"properties": {"title": {}, "status": {}}}}},
}
ASYNCAPI: dict[str, Any] = {
    "channels": {
        "live": {
            "address": "/ws",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in ("ping", "pong", "event")},
            "bindings": {
                "ws": {
                    "query": {"properties": {"last_event_id": {}}},
                    "headers": {"properties": {"Authorization": {}}},
                }
            },
        }
    },
    "operations": {
        "sent": {
            "action": "send",
            "messages": [{"$ref": "#/channels/live/messages/pong"}, {"$ref": "#/channels/live/messages/event"}],
        },
        "received": {"action": "receive", "messages": [{"$ref": "#/channels/live/messages/ping"}]},
    },
    "components": {
        "messages": {
            "ping": {"payload": {"properties": {"type": {"const": "ping"}}}},
            "pong": {"payload": {"properties": {"type": {"const": "pong"}}}},
            "event": {"payload": {"properties": {"id": {}, "type": {"enum": ["thread_created", "thread_deleted"]}}}},
        }
    },
}
PATCH = "PATCH /threads/{thread_id}"
DESCRIBED = {
    "GET /threads/{thread_id}",
    "GET /threads/{thread_id} answer 2xx",
    "GET /threads/{thread_id} answer 4xx",
    PATCH,
    f"{PATCH} header If-Match",
    f"{PATCH} parameter dry",
    f"{PATCH} member title",
    f"{PATCH} member status",
    f"{PATCH} answer 2xx",
    f"{PATCH} answer 4xx",
    "GET /ws",
    "GET /ws parameter last_event_id",
    "GET /ws header Authorization",
    "device receives pong",
    "device sends ping",
    "event thread_created",
    "event thread_deleted",
}
ONE = f"http://localhost:8000/threads/{THREAD}"
CHANGE = Exchange(
    "Mia",
    "PATCH",
    f"{ONE}?dry=yes",
    200,
    0.01,
    request_headers=(("if-match", '"1"'), ("authorization", "Bearer secret")),
    request_body={"title": "Boxes", "status": "archived"},
)
LOG = (
    Exchange("Mia", "GET", ONE, 200, 0.01),
    Exchange("Mia", "GET", ONE, 404, 0.01),
    CHANGE,
    replace(CHANGE, status=412),
    Exchange(
        "phone", "GET", "http://localhost:8000/ws?last_event_id=1", 101, 0.01, request_headers={"Authorization": "x"}
    ),
    Frame("phone", "sent", {"type": "ping"}),
    Frame("phone", "received", {"type": "pong"}),
    Frame("phone", "received", {"id": "1", "type": "thread_created"}),
    Frame("phone", "received", {"id": "2", "type": "thread_deleted"}),
)


def record(*log: Exchange | Frame) -> SurfaceRecord:
    """The record of a run with one scenario that has this log."""
    wire, uses = WireLog(), Uses()
    wire.listeners.append(uses.add)
    for entry in log:
        wire.said(entry)
    return SurfaceRecord(described_parts(OPENAPI, ASYNCAPI), {"TL-01.1": uses.names}, {})


def changes(**values: Any) -> list[Exchange]:
    """A change that is done and one that is refused, each with other values than the log has."""
    return [replace(CHANGE, status=status, **values) for status in (200, 412)]


def test_every_part_of_both_documents_is_described() -> None:
    assert described_parts(OPENAPI, ASYNCAPI) == DESCRIBED


def test_a_log_that_uses_everything_leaves_nothing() -> None:
    whole = record(*LOG)
    assert whole.left == []
    assert list(whole.violations()) == []
    assert whole.to_json()["parts"][PATCH] == {"scenarios": ["TL-01.1"], "exempt": None}


@pytest.mark.parametrize(
    ("log", "left"),
    [
        (LOG[1:], ["GET /threads/{thread_id} answer 2xx"]),
        ((*LOG[:2], replace(CHANGE, url=ONE), *LOG[3:]), []),
        ((*LOG[:2], *LOG[4:]), sorted(name for name in DESCRIBED if name.startswith(PATCH))),
        (LOG[:-1], ["event thread_deleted"]),
        ((*LOG[:5], *LOG[6:]), ["device sends ping"]),
        ((*LOG[:2], *changes(request_body=b'{"title": "Boxes"}'), *LOG[4:]), [f"{PATCH} member status"]),
        ((*LOG[:3], replace(CHANGE, status=None, failure="no answer"), *LOG[4:]), [f"{PATCH} answer 4xx"]),
    ],
)
def test_a_part_that_no_scenario_uses_is_left(log: tuple[Exchange | Frame, ...], left: list[str]) -> None:
    assert record(*log).left == left


def test_the_header_of_one_request_is_not_that_of_another() -> None:
    elsewhere = replace(CHANGE, method="GET", status=200)
    assert record(*LOG[:2], *changes(request_headers=()), *LOG[4:], elsewhere).left == [f"{PATCH} header If-Match"]


def test_an_exempt_request_is_exempt_with_all_its_parts() -> None:
    log = (*LOG[:2], *LOG[4:])
    exempt = SurfaceRecord(record().described, record(*log).uses, {PATCH: "it belongs to a later row"})
    assert exempt.left == []
    assert list(exempt.violations()) == []
    assert exempt.to_json()["parts"][f"{PATCH} member title"]["exempt"] == "it belongs to a later row"
    assert SurfaceRecord(record().described, record(*LOG[:-1]).uses, {"event": "x"}).left == []


@pytest.mark.parametrize(
    ("exempt", "told"),
    [
        ({"DELETE /threads/{thread_id}": "a later row"}, "to be described"),
        ({PATCH: "a later row"}, "to be unused"),
    ],
)
def test_an_exemption_that_exempts_nothing_is_told(exempt: dict[str, str], told: str) -> None:
    [violation] = replace(record(*LOG), exempt=exempt).violations()
    assert told in violation


def test_an_exemption_needs_a_reason() -> None:
    [violation] = replace(record(*LOG[:-1]), exempt={"event thread_deleted": " "}).violations()
    assert "expected a reason why event thread_deleted is exempt" in violation


def test_what_is_left_is_told_by_name() -> None:
    [violation] = record(*LOG[:-1]).violations()
    assert violation.startswith("surface: expected a scenario that exercises event thread_deleted")
