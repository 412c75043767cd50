"""The description of `/ws` as an AsyncAPI document, made from the models of the frames."""

from __future__ import annotations

import functools
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from support.backend.events.events import Envelope
from support.backend.events.log import KEPT
from support.backend.live import frames

_EVENTS = f"""\
One socket carries all events of one customer. Events have ids that count 1, 2, 3 ... for each customer, are sent after
their change is committed, and reach every device of the customer in the same order. A device that was away
gives the last id it had in its handshake, and gets all that it missed before anything new; or it sends `resume` with
that id, and may then get new events first. The last {KEPT:,} events of a customer are kept, except those of deleted
threads: of these the one that tells of the deletion is kept, with the thread's id sealed. The events of a run count
1, 2, 3 ... in `run_sequence`: `agent_started`, the `message_created` of the answer, and one last event that says how
it ended. A run cancelled before its start has that one alone.
"""
_HANDSHAKE = """\
The token comes in the header `Authorization`, or as the second of two subprotocols, the first being `bearer`.
Parameters that are not known are ignored. A handshake without a valid token is answered with 401, one too many for the
plan with 429, both as problem documents.
Close codes: 1012 the process ends, connect again; 1013 the device took its events too slowly, or a service was away,
connect again and resume; 4401 the session is over; 4409 events were missed and cannot be had again, connect again and
read the threads again.
"""
_BINDINGS: dict[str, Any] = {
    "ws": {
        "method": "GET",
        "query": {
            "type": "object",
            "properties": {
                frames.RESUME: {
                    "type": "string",
                    "pattern": "^[0-9]{1,18}$",
                    "description": "The id of the last event that the device has: all after it come first.",
                }
            },
        },
        "headers": {
            "type": "object",
            "properties": {
                "Authorization": {"type": "string", "description": "`Bearer` and the token."},
                "Sec-WebSocket-Protocol": {"type": "string", "description": "`bearer`, a comma, and the token."},
            },
        },
    }
}
_RECEIVED = (frames.Subscribe, frames.Unsubscribe, frames.Ping, frames.Resume)


class _Closed(GenerateJsonSchema):
    """Schemas that allow no member beside those of the model, unless the model does, and repeat no names as titles."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Close a model's schema."""
        found = super().model_schema(schema)
        found.setdefault("additionalProperties", False)
        found.pop("title", None)
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the base class's parameter
        """Never."""
        return False


@functools.cache
def text() -> str:
    """The document in YAML."""
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def document() -> dict[str, Any]:
    """An AsyncAPI 3 document."""
    sent = [_name(model) for model in (Envelope, *frames.SENT)]
    received = [_name(model) for model in _RECEIVED]
    messages, schemas = _messages_and_schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Threadproof's embedded backend, live events",
            "version": "1",
            "description": _flowing(_EVENTS),
        },
        "defaultContentType": "application/json",
        "servers": {
            "backend": {
                "host": "localhost:8000",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {
            "live": {
                "address": "/ws",
                "description": _flowing(_HANDSHAKE),
                "bindings": _BINDINGS,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sent + received},
            }
        },
        "operations": {"sendEvents": _operation("send", sent), "receiveWishes": _operation("receive", received)},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "messages": messages,
            "schemas": schemas,
        },
    }


def _flowing(text: str) -> str:
    return " ".join(text.split())


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/live/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": "#/channels/live"}, "messages": messages}


def _messages_and_schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """Each frame's payload, and the schemas that payloads refer to."""
    said = {model for models in frames.EVENTS.values() for model in models}
    sent: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "serialization") for model in (Envelope, *frames.SENT, *said)
    ]
    received: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in _RECEIVED]
    _, found = models_json_schema(
        [*sent, *received], ref_template="#/components/schemas/{model}", schema_generator=_Closed
    )
    schemas: dict[str, Any] = found["$defs"]
    messages: dict[str, Any] = {
        _name(model): _message(schemas.pop(model.__name__)) for model in (Envelope, *frames.SENT, *_RECEIVED)
    }
    _add_types(messages["event"]["payload"])
    return messages, dict(sorted(schemas.items()))


def _message(payload: dict[str, Any]) -> dict[str, Any]:
    return {"summary": payload.pop("description"), "payload": payload}


def _add_types(event: dict[str, Any]) -> None:
    """Say in an event's schema which types there are, and what the data of each is."""
    event["properties"]["type"] = {"enum": list(frames.EVENTS)}
    event["allOf"] = [
        {"if": {"properties": {"type": {"const": kind}}}, "then": {"properties": _members(kind, models)}}
        for kind, models in frames.EVENTS.items()
    ]


def _members(kind: str, models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    data = {"anyOf": [{"$ref": f"#/components/schemas/{model.__name__}"} for model in models]}
    if not kind.startswith("agent_"):
        return {"data": data}
    return {"data": data, "run_id": {"type": "string"}, "run_sequence": {"type": "integer"}}


def _name(model: type[BaseModel]) -> str:
    """What a frame is called: its type, or `event`."""
    return "event" if model is Envelope else model.__name__.lower()
