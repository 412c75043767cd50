"""What customers can do with a thread, and what each act does. One function for each act; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from support.drivers.contract.policy import Policy
from support.drivers.contract.types import EventKind, Metadata, NewThread
from support.specification.json_values import merged_object, written
from support.specification.state import EVERY_RUN, Due, Effect, ThreadState


@dataclass(frozen=True)
class Start:
    """Starts a thread. `new` is None where the request was malformed on purpose."""

    new: NewThread | None
    has_unknown_part: bool = False

    def __str__(self) -> str:
        return "starts it"


@dataclass(frozen=True)
class Open:
    """Reads the thread, its messages or its runs."""

    def __str__(self) -> str:
        return "reads it"


@dataclass(frozen=True)
class Rename:
    """Gives the thread another title, perhaps on condition of a version."""

    title: str
    if_version: int | None = None

    def __str__(self) -> str:
        return f"renames it to {self.title!r}{_condition(self.if_version)}"


@dataclass(frozen=True)
class SetStatus:
    """Gives the thread a status, perhaps on condition of a version."""

    status: str
    if_version: int | None = None

    def __str__(self) -> str:
        return f"marks it as {self.status}{_condition(self.if_version)}"


@dataclass(frozen=True)
class ChangeMetadata:
    """Changes the details of the thread, perhaps on condition of a version."""

    changes: Metadata
    if_version: int | None = None

    def __str__(self) -> str:
        return f"changes the details by {written(self.changes)}{_condition(self.if_version)}"


@dataclass(frozen=True)
class Write:
    """Writes a message in the thread."""

    text: str

    def __str__(self) -> str:
        return "writes in it"


@dataclass(frozen=True)
class Ask:
    """Asks an agent in the thread."""

    question: str

    def __str__(self) -> str:
        return "asks an agent in it"


@dataclass(frozen=True)
class Stop:
    """Stops a run in the thread."""

    run_id: str

    def __str__(self) -> str:
        return "stops an agent in it"


@dataclass(frozen=True)
class Erase:
    """Erases the thread."""

    def __str__(self) -> str:
        return "erases it"


Act: TypeAlias = Start | Open | Rename | SetStatus | ChangeMetadata | Write | Ask | Stop | Erase


def started(_state: ThreadState | None, act: Start, policy: Policy) -> Effect:
    """A new conversation is active, has what it was given, and the first message if there is one.

    A title that was not given is the product's to make. Devices receive the new conversation, and then its message.
    """
    new = act.new or NewThread()
    said = () if new.first_message is None else (new.first_message,)
    version = 1 if policy.version == "rises" else None
    state = ThreadState(new.title, "active", written(new.metadata or {}), version, said)
    messages = (Due(EventKind.MESSAGE_CREATED, text=text) for text in said)
    return Effect(state, (Due(EventKind.THREAD_CREATED, state), *messages))


def opened(state: ThreadState, _act: Open, _policy: Policy) -> Effect:
    """To read a conversation changes nothing, and is no activity."""
    return Effect(state)


def renamed(state: ThreadState, act: Rename, policy: Policy) -> Effect:
    """A new title makes a new version, and devices receive the conversation. The same title does nothing."""
    return Effect(state) if act.title == state.title else _changed(state, policy, title=act.title)


def status_set(state: ThreadState, act: SetStatus, policy: Policy) -> Effect:
    """A new status makes a new version, and devices receive the status before and after.

    Runs in a conversation that becomes archived end as stopped.
    """
    if act.status == state.status and policy.same_status != "change":
        return Effect(state)
    stopped = state.stopped | {EVERY_RUN} if act.status == "archived" else state.stopped
    return _changed(state, policy, status=act.status, stopped=stopped)


def metadata_changed(state: ThreadState, act: ChangeMetadata, policy: Policy) -> Effect:
    """Changed details make a new version, and devices receive the conversation as it is now.

    A change that leaves every detail as it was does nothing.
    """
    metadata = metadata_after(state, act, policy)
    return Effect(state) if metadata == state.metadata else _changed(state, policy, metadata=metadata)


def written_in(state: ThreadState, act: Write, _policy: Policy) -> Effect:
    """A message comes after all others, and is activity. Devices receive it. Nothing else changes."""
    after = replace(state, said=(*state.said, act.text), active_at=None)
    return Effect(after, (Due(EventKind.MESSAGE_CREATED, text=act.text),))


def asked(state: ThreadState, act: Ask, _policy: Policy) -> Effect:
    """A question is a message, and begins a run, which ends once and may add an answer. Nothing else changes."""
    after = replace(state, said=(*state.said, act.question), active_at=None, runs=state.runs + 1)
    return Effect(after, (Due(EventKind.MESSAGE_CREATED, text=act.question),))


def stopped(state: ThreadState, act: Stop, _policy: Policy) -> Effect:
    """A run that was stopped ends as stopped, unless it had ended before. Nothing else changes."""
    return Effect(replace(state, stopped=state.stopped | {act.run_id}, active_at=None))


def erased(_state: ThreadState, _act: Erase, _policy: Policy) -> Effect:
    """An erased conversation is gone with everything in it, and stays so. Devices receive that last."""
    return Effect(None, (Due(EventKind.THREAD_DELETED),))


EFFECTS: dict[type[Any], Callable[[Any, Any, Policy], Effect]] = {
    Start: started,
    Open: opened,
    Rename: renamed,
    SetStatus: status_set,
    ChangeMetadata: metadata_changed,
    Write: written_in,
    Ask: asked,
    Stop: stopped,
    Erase: erased,
}
"""What each act does that was done."""


def effect(state: ThreadState | None, act: Act, policy: Policy) -> Effect:
    """What an act does that was done, by the target's policy. Only a start needs no thread."""
    return EFFECTS[type(act)](state, act, policy)


def metadata_after(state: ThreadState, act: ChangeMetadata, policy: Policy) -> str:
    """The details after a change, as written JSON."""
    return merged_object(state.metadata, act.changes) if policy.details == "merge" else written(act.changes)


def _changed(state: ThreadState, policy: Policy, **values: Any) -> Effect:
    version = state.version + 1 if state.version is not None and policy.version == "rises" else None
    after = replace(state, version=version, **values)
    change = (state.status, after.status) if "status" in values else None
    return Effect(after, (Due(EventKind.THREAD_UPDATED, after, change=change),))


def _condition(version: int | None) -> str:
    return "" if version is None else f", if it is at version {version}"
