"""A thread with its details and their version: merges, and updates on condition of a version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from support.specification.json_values import merged_members, written
from support.verdicts.history.model import NOT_ALLOWED, AnyOperation, Model, NotAllowed, View
from support.verdicts.history.operations import CONFLICT, Declined, Operation, Unknown
from support.verdicts.history.sessions import Seen
from support.verdicts.history.thread_detail import Detail, NotShown, OneDetail, SeeDetail, SetDetail


@dataclass(frozen=True)
class ReadThread:
    """Reads the thread."""

    def __str__(self) -> str:
        return "reads it"


@dataclass(frozen=True)
class MergeDetails:
    """Merges details into the thread's (RFC 7396), if it is at `if_version`, or at any version if that is None."""

    details: Mapping[str, Any]
    if_version: int | None = None

    def __str__(self) -> str:
        condition = "" if self.if_version is None else f", if it is at version {self.if_version}"
        return f"merges {_listed(_members(self.details))}{condition}"


@dataclass(frozen=True)
class ThreadSeen:
    """The thread as an answer shows it, after a change as changed. None: the answer does not show that."""

    version: int | None = None
    details: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        shown = [] if self.version is None else [f"version {self.version}"]
        if self.details is not None:
            shown.append(_listed(_members(self.details)))
        return ", ".join(shown) or "done"


@dataclass(frozen=True)
class ThreadState:
    """A version, and the details by name with their values as written."""

    version: int
    details: frozenset[tuple[str, str]]

    def __str__(self) -> str:
        return f"version {self.version}, {_listed(dict(self.details))}"


Act: TypeAlias = ReadThread | MergeDetails
Outcome: TypeAlias = ThreadSeen | Declined | Unknown


class ThreadVersions(Model[ThreadState, Act, ThreadSeen]):
    """The promise to concurrent updates: each one is whole, and builds on the one before.

    A merge that changes something makes the next version; one that changes nothing keeps the version. An update on
    condition is done if the thread is at that version and refused as a conflict if it is not, so that of several on
    condition of one version exactly one is done. Any other refusal breaks the promise, unless its reason is among
    the tolerated ones. The thread is there throughout.
    """

    def __init__(self, at_first: Mapping[str, ThreadSeen], tolerated: Collection[str] = ()) -> None:
        """`at_first` has each thread as seen before the first operation; both version and details are needed.

        Raises:
            ValueError: one of them is missing.
        """
        self._at_first = {target: _state(seen) for target, seen in at_first.items()}
        self._tolerated = frozenset(tolerated)

    def initial(self, target: str) -> ThreadState:
        """The thread as it is at first."""
        return self._at_first[target]

    def step(self, state: ThreadState, act: Act, outcome: Outcome) -> ThreadState | NotAllowed:
        """The state after the act, which is also what its answer shows."""
        fits = isinstance(act, ReadThread) or act.if_version in {None, state.version}
        if isinstance(outcome, Declined):
            return state if self._may_decline(outcome, state, fits=fits) else NOT_ALLOWED
        if not fits:
            return NOT_ALLOWED
        after = state if isinstance(act, ReadThread) else _after(state, act)
        return NOT_ALLOWED if isinstance(outcome, ThreadSeen) and not _shows(outcome, after) else after

    def changes(self, act: Act, outcome: Outcome) -> bool:
        """Only a merge does that was not refused."""
        return isinstance(act, MergeDetails) and not isinstance(outcome, Declined)

    def views(self, operations: Sequence[Operation[Act, ThreadSeen]]) -> Iterable[View]:
        """Each detail by itself."""
        for name in _names(operations):
            values = {target: dict(state.details).get(name) for target, state in self._at_first.items()}
            shown = (_through(name, each) for each in operations)
            yield View(f'the detail "{name}"', OneDetail(name, values), tuple(each for each in shown if each))

    def _may_decline(self, outcome: Declined, state: ThreadState, *, fits: bool) -> bool:
        if outcome.reason == CONFLICT:
            return not fits and outcome.told in {None, state.version}
        return outcome.reason in self._tolerated


def seen_version(operation: Operation[Act, ThreadSeen]) -> Seen | None:
    """The version that an answer shows, for the guarantees to a session."""
    outcome = operation.outcome
    if not isinstance(outcome, ThreadSeen) or outcome.version is None:
        return None
    return Seen(outcome.version, f"version {outcome.version}", is_write=isinstance(operation.act, MergeDetails))


def _after(state: ThreadState, act: MergeDetails) -> ThreadState:
    details = frozenset(merged_members(dict(state.details), act.details).items())
    return state if details == state.details else ThreadState(state.version + 1, details)


def _shows(seen: ThreadSeen, state: ThreadState) -> bool:
    if seen.version not in {None, state.version}:
        return False
    return seen.details is None or frozenset(_members(seen.details).items()) == state.details


def _state(seen: ThreadSeen) -> ThreadState:
    if seen.version is None or seen.details is None:
        raise ValueError("both the version and the details at first are needed")
    return ThreadState(seen.version, frozenset(_members(seen.details).items()))


def _members(details: Mapping[str, Any]) -> dict[str, str]:
    return {name: written(value) for name, value in details.items()}


def _listed(members: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" = {value}' for name, value in sorted(members.items())) or "no details"


def _names(operations: Sequence[Operation[Act, ThreadSeen]]) -> Iterator[str]:
    """The names of all details that somebody set, in the order in which they were."""
    acts = (each.act for each in operations)
    yield from dict.fromkeys(name for act in acts if isinstance(act, MergeDetails) for name in act.details)


def _through(name: str, operation: Operation[Act, ThreadSeen]) -> AnyOperation | None:
    """What an operation shows of one detail, or None if that is nothing."""
    act, outcome = operation.act, operation.outcome
    if isinstance(outcome, Declined):
        return None
    if isinstance(act, MergeDetails) and name in act.details:
        seen: SetDetail | SeeDetail = SetDetail(name, act.details[name])
    else:
        seen = SeeDetail(name)
    if isinstance(outcome, Unknown):
        return replace(operation, act=seen)
    if outcome.details is None:
        return replace(operation, act=seen, outcome=NotShown())
    value = written(outcome.details[name]) if name in outcome.details else None
    return replace(operation, act=seen, outcome=Detail(name, value))
