"""A thread as its owner should find it, and what an act does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from support.drivers.contract.types import EventKind, Thread
from support.specification.json_values import written

EVERY_RUN = "every run"
"""In place of an id: all runs of a thread."""


@dataclass(frozen=True)
class ThreadState:
    """One thread as it should be; None where only the product can say, and has not said yet.

    `metadata` is written JSON. `said` are its owner's own messages in order; each of `runs` may add one answer to them.
    `created_at` and `active_at`, the time of the last activity, are seconds since the epoch. `stopped` has the ids of
    the runs that somebody has stopped, or `EVERY_RUN`.
    """

    title: str | None
    status: str
    metadata: str
    version: int | None
    said: tuple[str, ...] = ()
    created_at: float | None = None
    active_at: float | None = None
    runs: int = 0
    stopped: frozenset[str] = frozenset()

    def __str__(self) -> str:
        version = "" if self.version is None else f"version {self.version}, "
        return f"{version}{self.status}, details {self.metadata}"


@dataclass(frozen=True)
class Due:
    """An event that every open device of the owner receives.

    `thread` is the thread as it is after the act, `text` the message, `change` the status before and after.
    """

    kind: EventKind
    thread: ThreadState | None = None
    text: str | None = None
    change: tuple[str, str] | None = None


@dataclass(frozen=True)
class Effect:
    """What an act does: the thread afterwards, None once it is erased, and the events that are due."""

    state: ThreadState | None
    due: tuple[Due, ...] = ()


def state_of(thread: Thread) -> ThreadState:
    """The state that an answer shows; it does not say which messages there are."""
    return ThreadState(
        title=thread.title,
        status=thread.status,
        metadata=written(thread.metadata),
        version=thread.version,
        created_at=thread.created_at,
        active_at=thread.last_activity_at,
    )


def bind(state: ThreadState, answer: Thread) -> ThreadState:
    """The state with what only the product can say: a title that it made, ids' times, the first version."""
    known: Mapping[str, Any] = {
        "title": answer.title,
        "version": answer.version,
        "created_at": answer.created_at,
        "active_at": answer.last_activity_at,
    }
    return replace(state, **{name: value for name, value in known.items() if getattr(state, name) is None})
