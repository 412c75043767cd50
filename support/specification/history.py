"""Threads as an order of acts has made them, for histories: the specification judges each answer in such an order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Reason, Refusal, Thread
from support.specification.acts import Act, ChangeMetadata, Erase, Open, Rename, SetStatus, Start, effect
from support.specification.json_values import written
from support.specification.refusals import refusal_due, refusals_possible
from support.specification.state import ThreadState
from support.verdicts.history import NOT_ALLOWED, Declined, Model, NotAllowed, Operation, Seen, Unknown, View

CHANGING = (Start, Rename, SetStatus, ChangeMetadata, Erase)
"""Acts that can change what the answers of other acts show."""


class Absent(StrEnum):
    """A thread that is not there."""

    NOT_STARTED = "not started"
    ERASED = "erased"


State: TypeAlias = ThreadState | Absent


@dataclass(frozen=True)
class Shown:
    """The thread as an answer shows it, after a change as changed. None: the answer does not show that."""

    version: int | None = None
    metadata: str | None = None
    status: str | None = None
    title: str | None = None

    def __str__(self) -> str:
        parts = {"version": self.version, "status": self.status, "details": self.metadata}
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None) or "done"


Outcome: TypeAlias = Shown | Declined | Unknown
ThreadOperation: TypeAlias = Operation[Act, Shown]


class ThreadHistory(Model[State, Act, Shown]):
    """Every answer fits the specification in some order of the acts; what is erased stays so.

    A refusal that the specification does not give breaks the promise, unless its reason is among the tolerated ones.
    Messages and runs are not part of the state: they change nothing that an answer of another act shows.
    """

    def __init__(
        self, at_first: Mapping[str, ThreadState], policy: Policy | None = None, tolerated: Collection[str] = ()
    ) -> None:
        """`at_first` has each thread before the first operation; one that it lacks is not started."""
        self._at_first = {target: _reduced(state) for target, state in at_first.items()}
        self._policy = policy or Policy()
        self._tolerated = frozenset(tolerated)

    def initial(self, target: str) -> State:
        """The thread as it is at first."""
        return self._at_first.get(target, Absent.NOT_STARTED)

    def step(self, state: State, act: Act, outcome: Outcome) -> State | NotAllowed:
        """The state after the act, which is also what its answer shows."""
        if isinstance(act, Start) and state is not Absent.NOT_STARTED:
            return NOT_ALLOWED
        before = state if isinstance(state, ThreadState) else None
        due = refusal_due(before, act, self._policy)
        if isinstance(outcome, Declined):
            possible = (*self._tolerated, *refusals_possible(before, act, self._policy))
            return state if outcome.reason in possible or _is_due(outcome, due, before) else NOT_ALLOWED
        if due is not None:
            return NOT_ALLOWED
        after = effect(before, act, self._policy).state
        if after is None:
            return Absent.ERASED
        if isinstance(outcome, Shown) and not _shows(outcome, after):
            return NOT_ALLOWED
        return self._bound(before, act, _reduced(after), outcome)

    def _bound(
        self, before: ThreadState | None, act: Act, after: ThreadState, outcome: Shown | Unknown
    ) -> ThreadState | NotAllowed:
        """The state with the version that only the product could give to a change; it is another than before."""
        if after.version is not None or not isinstance(act, CHANGING) or not isinstance(outcome, Shown):
            return after
        is_same = before is not None and outcome.version is not None and outcome.version == before.version
        if is_same and self._policy.version == "opaque":
            return NOT_ALLOWED
        return replace(after, version=outcome.version)

    def changes(self, act: Act, outcome: Outcome) -> bool:
        """Reading, writing and asking do not, and a refused act does not."""
        return isinstance(act, CHANGING) and not isinstance(outcome, Declined)

    def views(self, operations: Sequence[ThreadOperation]) -> Iterable[View]:
        """Each detail by itself, where the thread stays."""
        if any(isinstance(each.act, Start | Erase) for each in operations):
            return
        for name in _names(operations):
            at_first = {target: _only(state, name) for target, state in self._at_first.items()}
            seen = [_through(name, each, self._policy) for each in operations]
            yield View(f'the detail "{name}"', ThreadHistory(at_first, self._policy), tuple(one for one in seen if one))


def shown(answer: object) -> Shown | Declined:
    """An answer of a driver, in the form of the outcomes here."""
    if isinstance(answer, Refusal):
        return Declined(str(answer.reason), answer.version)
    if isinstance(answer, Thread):
        return Shown(answer.version, written(answer.metadata), answer.status, answer.title)
    return Shown()


def seen_version(operation: ThreadOperation) -> Seen | None:
    """The version that an answer shows, for the guarantees to a session."""
    outcome = operation.outcome
    if not isinstance(outcome, Shown) or outcome.version is None:
        return None
    return Seen(outcome.version, f"version {outcome.version}", is_write=isinstance(operation.act, CHANGING))


def seen_presence(operation: ThreadOperation) -> Seen | None:
    """Whether an answer shows the thread there, for the guarantees to a session.

    Not-found counts as erased: no request has an id that was not given out.
    """
    act, outcome = operation.act, operation.outcome
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Declined):
        return Seen(2, Absent.ERASED, is_write=False) if outcome.reason == Reason.NOT_FOUND else None
    if isinstance(act, Erase):
        return Seen(2, Absent.ERASED, is_write=True)
    return Seen(1, "there", is_write=isinstance(act, Start))


def _is_due(outcome: Declined, due: Reason | None, state: ThreadState | None) -> bool:
    told = {None, state.version if state else None}
    return outcome.reason == due and (due is not Reason.CONFLICT or outcome.told in told)


def _shows(seen: Shown, state: ThreadState) -> bool:
    pairs = ((getattr(seen, name), getattr(state, name)) for name in ("version", "metadata", "status", "title"))
    return all(value is None or expected is None or value == expected for value, expected in pairs)


def _reduced(state: ThreadState) -> ThreadState:
    """The part of a state that answers of concurrent acts show."""
    return ThreadState(state.title, state.status, state.metadata, state.version)


def _only(state: ThreadState, name: str) -> ThreadState:
    return ThreadState(None, state.status, _member(state.metadata, name), None)


def _member(metadata: str, name: str) -> str:
    members: dict[str, Any] = json.loads(metadata)
    return written({name: members[name]} if name in members else {})


def _names(operations: Sequence[ThreadOperation]) -> Iterator[str]:
    """The names of all details that somebody set, in the order in which they were."""
    acts = (each.act for each in operations)
    yield from dict.fromkeys(name for act in acts if isinstance(act, ChangeMetadata) for name in act.changes)


def _through(name: str, operation: ThreadOperation, policy: Policy) -> ThreadOperation | None:
    """What an operation shows of one detail, or None if that is nothing."""
    act, outcome = operation.act, operation.outcome
    if isinstance(outcome, Declined):
        return None
    if isinstance(act, ChangeMetadata) and (name in act.changes or policy.details == "replace"):
        seen: Act = ChangeMetadata({name: act.changes[name]} if name in act.changes else {})
    else:
        seen = Open()
    if isinstance(outcome, Unknown):
        return replace(operation, act=seen)
    metadata = None if outcome.metadata is None else _member(outcome.metadata, name)
    return replace(operation, act=seen, outcome=Shown(metadata=metadata))
