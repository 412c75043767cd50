"""The calls of a driver as acts of the specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.drivers.contract.types import Malformed, Message, NewThread, Run, Thread
from support.specification.acts import (
    Act,
    Ask,
    ChangeMetadata,
    Erase,
    Open,
    Rename,
    SetStatus,
    Start,
    Stop,
    Write,
)

Arguments = Mapping[str, Any]
ACTS: dict[str, Callable[[Arguments], Act]] = {
    "threads.create": lambda given: Start(given["new"]),
    "titles.create": lambda given: Start(given["new"]),
    "strict_input.create_posing": lambda given: Start(given["new"]),
    "strict_input.create_malformed": lambda given: _malformed(given["malformed"]),
    "threads.read": lambda _given: Open(),
    "status.set": lambda given: SetStatus(given["status"]),
    "threads.delete": lambda _given: Erase(),
    "metadata.merge": lambda given: ChangeMetadata(given["changes"]),
    "renaming.rename": lambda given: Rename(given["title"]),
    "versions.merge": lambda given: ChangeMetadata(given["changes"], given["version"]),
    "versions.rename": lambda given: Rename(given["title"], given["version"]),
    "versions.set_status": lambda given: SetStatus(given["status"], given["version"]),
    "exports.export": lambda _given: Open(),
    "keyed.create": lambda given: Start(given["new"]),
    "keyed.post": lambda given: Write(given["content"]),
    "keyed.ask": lambda given: Ask(given["question"]),
    "messages.list": lambda _given: Open(),
    "messages.post": lambda given: Write(given["content"]),
    "runs.start": lambda given: Ask(given["question"]),
    "run_lists.list": lambda _given: Open(),
    "cancellation.cancel": lambda given: Stop(given["run_id"]),
}
"""The act that a call is, from its arguments."""
EITHER_IS_RIGHT = ("strict_input.create_posing",)
"""Calls that may be refused or done."""


def _malformed(malformed: Malformed) -> Start:
    is_unknown = malformed in (Malformed.UNKNOWN_PART, Malformed.OWNER_GIVEN)
    return Start(NewThread(), has_unknown_part=True) if is_unknown else Start(None)


def act_of(name: str, arguments: Arguments) -> Act | None:
    """The act that a call is; None if it is about no thread, or unknown."""
    make = ACTS.get(name)
    return make(arguments) if make else None


def thread_of(arguments: Arguments, answer: object, threads_of_runs: Mapping[str, str]) -> str | None:
    """The id of the thread that a call is about, from its arguments or its answer; None if there is none."""
    if "thread_id" in arguments:
        return arguments["thread_id"]
    if "run_id" in arguments:
        return threads_of_runs.get(arguments["run_id"])
    if isinstance(answer, Thread):
        return answer.id
    return answer.thread_id if isinstance(answer, Message | Run) else None
