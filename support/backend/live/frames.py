"""The frames of `/ws`: those that devices get, and those that they may send."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from support.backend.customers.schemas import RevokedSession
from support.backend.events.events import EventId
from support.backend.platform.problems import ProblemDocument
from support.backend.runs.schemas import Run
from support.backend.threads.schemas import DeletedThread, Message, StatusUpdate, Thread, ThreadUpdate

EVENTS: dict[str, tuple[type[BaseModel], ...]] = {
    "thread_created": (Thread,),
    "thread_updated": (ThreadUpdate, StatusUpdate),
    "thread_deleted": (DeletedThread,),
    "message_created": (Message,),
    "agent_started": (Run,),
    "agent_completed": (Run,),
    "agent_failed": (Run,),
    "agent_cancelled": (Run,),
    "agent_timed_out": (Run,),
    "session_revoked": (RevokedSession,),
}
"""Every type of event, and what its `data` can be."""


RESUME = "last_event_id"
"""The parameter of the handshake with which a device that was away asks for all that it missed."""


class Frame(BaseModel):
    """Anything but an event."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Ready(Frame):
    """The first frame. Every event after `last_event_id` will follow on this socket, in order."""

    type: Literal["ready"] = "ready"
    connection_id: UUID
    last_event_id: EventId


class Subscribed(Frame):
    """From here on only events of subscribed threads, and those without a thread."""

    type: Literal["subscribed"] = "subscribed"
    thread_id: UUID


class Unsubscribed(Frame):
    """No more events of this thread; after the last one, all events again."""

    type: Literal["unsubscribed"] = "unsubscribed"
    thread_id: UUID


class Pong(Frame):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"


class Error(Frame):
    """A frame was refused; the socket stays open."""

    type: Literal["error"] = "error"
    problem: ProblemDocument


class Subscribe(Frame):
    """Only events of this thread, and of others subscribed to."""

    type: Literal["subscribe"]
    thread_id: UUID


class Unsubscribe(Frame):
    """No more events of this thread."""

    type: Literal["unsubscribe"]
    thread_id: UUID


class Ping(Frame):
    """Is anybody there?"""

    type: Literal["ping"]


class Resume(Frame):
    """Everything after this event, each once and in order; then what is new."""

    type: Literal["resume"]
    last_event_id: EventId


SENT: tuple[type[Frame], ...] = (Ready, Subscribed, Unsubscribed, Pong, Error)
RECEIVED: TypeAdapter[Subscribe | Unsubscribe | Ping | Resume] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe | Ping | Resume, Field(discriminator="type")]
)
