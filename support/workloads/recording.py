"""Records the calls of performers about threads at the driver, so that acts do not know histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Refused, Thread
from support.verdicts.history import (
    Declined,
    Done,
    MergeDetails,
    Operation,
    ReadThread,
    Recorder,
    ThreadAct,
    ThreadExistence,
    ThreadSeen,
    ThreadVersions,
    Unknown,
    seen_presence,
    seen_version,
)

DriverCall = Operation["Asked", Any]


@dataclass(frozen=True)
class Asked:
    """One call of a driver about a thread, such as `threads.read`, with its arguments after the thread's id."""

    name: str
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        return self.name


PRESENCE = {
    "threads.read": ThreadAct.READ,
    "metadata.merge": ThreadAct.WRITE,
    "messages.post": ThreadAct.WRITE,
    "runs.start": ThreadAct.RUN,
    "threads.delete": ThreadAct.DELETE,
}
"""The recorded calls as operations on the existence of a thread."""
VERSIONS: dict[str, Callable[..., ReadThread | MergeDetails]] = {
    "threads.read": ReadThread,
    "metadata.merge": MergeDetails,
}
"""The recorded calls as operations on the versions of a thread."""


@dataclass(frozen=True)
class RecordingDriver:
    """A driver whose calls about some threads are recorded. `titles` has these threads, by id."""

    driver: Driver
    recorder: Recorder[Asked, Any]
    who: str
    titles: dict[str, str] = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        group = getattr(self.driver, name)
        recorded = {call.partition(".")[2] for call in PRESENCE if call.partition(".")[0] == name}
        return _RecordingGroup(group, name, recorded, self) if recorded and group is not None else group


@dataclass(frozen=True)
class _RecordingGroup:
    group: Any
    name: str
    recorded: set[str]
    of: RecordingDriver

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.group, name)
        if name not in self.recorded:
            return method

        async def call(session: Any, thread_id: str, *arguments: Any) -> Any:
            if thread_id not in self.of.titles:
                return await method(session, thread_id, *arguments)
            asked = Asked(f"{self.name}.{name}", arguments)
            with self.of.recorder.calling(self.of.who, self.of.titles[thread_id], asked) as recording:
                try:
                    answer = await method(session, thread_id, *arguments)
                except Refused as refused:
                    recording.refused(str(refused.refusal.reason), refused.refusal.version)
                    raise
                recording.answered(answer)
                return answer

        return call


def judged_as(
    calls: tuple[DriverCall, ...], at_first: dict[str, Thread]
) -> tuple[Any, Any, tuple[Operation[Any, Any], ...]]:
    """The model that explains recorded calls, what an answer shows of it, and the calls as its operations.

    Where a thread is erased the calls tell whether it is there, otherwise how its versions follow each other.
    """
    if any(one.act.name == "threads.delete" for one in calls):
        model = ThreadExistence(at_first)
        acts = tuple(_as(one, PRESENCE[one.act.name], lambda _answer: Done.DONE) for one in calls)
        return model, seen_presence, acts
    versions = ThreadVersions({title: _seen(thread) for title, thread in at_first.items()})
    known = [one for one in calls if one.act.name in VERSIONS]
    acts = tuple(_as(one, VERSIONS[one.act.name](*one.act.arguments), _seen) for one in known)
    return versions, seen_version, acts


def _as(call: DriverCall, act: Any, shown: Callable[[Any], Any]) -> Operation[Any, Any]:
    outcome = call.outcome if isinstance(call.outcome, Declined | Unknown) else shown(call.outcome)
    return Operation(call.number, call.session, call.object, act, call.invoked, call.completed, outcome)


def _seen(thread: Thread) -> ThreadSeen:
    return ThreadSeen(thread.version, thread.metadata)
