"""How things that are seen differ from the state that they should show: a sentence for each difference."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeAlias, TypeVar

from support.drivers.contract.types import Event, EventKind, Message, Run, StoredThread, Thread
from support.specification.json_differences import differing
from support.specification.json_values import written
from support.specification.state import EVERY_RUN, Due, ThreadState

UNFINISHED = ("queued", "running")
ENDINGS = (
    EventKind.AGENT_COMPLETED,
    EventKind.AGENT_FAILED,
    EventKind.AGENT_CANCELLED,
    EventKind.AGENT_TIMED_OUT,
)
Spans: TypeAlias = Sequence[tuple[int, int]]
Value = TypeVar("Value")
LIVES: Sequence[Sequence[EventKind]] = [
    [EventKind.AGENT_STARTED, EventKind.MESSAGE_CREATED, EventKind.AGENT_COMPLETED],
    *([EventKind.AGENT_STARTED, ending] for ending in ENDINGS[1:]),
    *([ending] for ending in ENDINGS[1:]),
]
"""The events of a run, from its start to its end; one that is stopped or fails in the queue has no start."""
STARTED_LIVES: Sequence[Sequence[EventKind]] = [life for life in LIVES if life[0] is EventKind.AGENT_STARTED]
"""The events of a run where every run starts before it ends."""


def of_thread(state: ThreadState, seen: Thread, *, counts: range | None = None, settled: bool = True) -> Iterator[str]:
    """How a thread differs as the product shows it; what it does not show does not differ.

    `counts` are the numbers of messages that it may have, if not those that are due; a thread that is not `settled`
    may have had activity of its runs meanwhile.
    """
    yield from _of_either(state, seen, settled=settled)
    counts = counts or range(len(state.said), len(state.said) + state.runs + 1)
    if seen.message_count is not None and seen.message_count not in counts:
        yield f"has {seen.message_count} messages, expected {_range(counts)}"
    if None not in (state.created_at, seen.created_at) and seen.created_at != state.created_at:
        yield f"was started at {seen.created_at}, expected {state.created_at} as before"
    if not seen.title.strip():
        yield f"has the title {seen.title!r}, expected one that can be read"


def of_stored(state: ThreadState, row: StoredThread | None, owner: str, messages: Sequence[str]) -> Iterator[str]:
    """How the database's thread differs; `messages` are those that its owner reads."""
    if row is None:
        yield "is not in the database"
        return
    yield from _of_either(state, row, settled=True)
    if row.owner_id != owner:
        yield f"belongs to {row.owner_id} in the database, expected {owner}"
    if list(row.messages) != list(messages):
        yield f"has the messages {list(row.messages)} in the database, expected {list(messages)} as its owner reads"


def _of_either(state: ThreadState, seen: Thread | StoredThread, *, settled: bool) -> Iterator[str]:
    for name in ("title", "status", "version"):
        value, expected = getattr(seen, name), getattr(state, name)
        if None not in (expected, value) and value != expected:
            yield f"has the {name} {value!r}, expected {expected!r}"
    if found := list(differing(json.loads(state.metadata), json.loads(written(seen.metadata)))):
        more = f", and {len(found) - 3} more" if len(found) > 3 else ""
        yield f"has other details: {'; '.join(found[:3])}{more}"
    times = state.active_at, seen.last_activity_at
    if settled and None not in times and times[0] != times[1]:
        yield f"has its last activity at {seen.last_activity_at}, expected {state.active_at}: nothing was said since"


def of_messages(
    state: ThreadState, seen: Sequence[Message], runs: Sequence[Run] | None, loose: Spans = ()
) -> Iterator[str]:
    """How the messages differ: those of the owner in their order, and an answer for each run that has completed.

    Those from one place to another of `loose` may have any order.
    """
    said = [one.content for one in seen if one.role == "user"]
    if _sorted_in(said, loose, str) != _sorted_in(state.said, loose, str):
        yield f"has the messages {said}, expected {list(state.said)}"
    if [one.sequence for one in seen] != list(range(1, len(seen) + 1)):
        yield f"has messages with the numbers {[one.sequence for one in seen]}, expected 1 to {len(seen)}"
    answers = sorted(one.content for one in seen if one.role != "user")
    if runs is None:
        if len(answers) > state.runs:
            yield f"has {len(answers)} answers, expected at most {state.runs}"
        return
    if answers != sorted(str(run.answer) for run in runs if run.status == "completed"):
        yield f"has the answers {answers}, expected those of its runs, {[run.answer for run in runs]}"
    if len(runs) != state.runs:
        yield f"has {len(runs)} runs, expected {state.runs}: one for each question to an agent"
    if any(run.status == "cancelled" and state.stopped.isdisjoint({run.id, EVERY_RUN}) for run in runs):
        yield "has a run that ended as stopped, expected none: nobody stopped it"


def of_events(
    due: Sequence[Due],
    seen: Sequence[Event],
    runs: int | None = None,
    loose: Spans = (),
    lives: Sequence[Sequence[EventKind]] = LIVES,
) -> Iterator[str]:
    """How the events of one thread differ from those that are due; events of runs are judged run by run.

    All `runs` have ended; where that is None, some may be under way. Messages from one place to another of `loose` may
    have any order. `lives` are the events that a run may have.
    """
    plain = [one for one in seen if one.run_id is None]
    if sorted(one.kind for one in plain) != sorted(one.kind for one in due):
        yield f"has the events {_listed(plain)}, expected {_listed(due)}"
        return
    for about_messages in (False, True):  # a change and a message of the same moment may come in either order
        expected = [one for one in due if (one.kind is EventKind.MESSAGE_CREATED) == about_messages]
        events = [one for one in plain if (one.kind is EventKind.MESSAGE_CREATED) == about_messages]
        if about_messages:
            expected = _sorted_in(expected, loose, lambda one: str(one.text))
            events = _sorted_in(events, loose, _text)
        for one, event in zip(expected, events, strict=True):
            yield from _of_event(one, event)
    ids = dict.fromkeys(one.run_id for one in seen if one.run_id)
    for run in ids:
        kinds = [one.kind for one in seen if one.run_id == run]
        if not any(kinds == (life[: len(kinds)] if runs is None else life) for life in lives):
            yield f"has a run with the events {[str(kind) for kind in kinds]}, expected a start and one end"
    if runs is not None and len(ids) != runs:
        yield f"has the events of {len(ids)} runs, expected {runs}"


def _sorted_in(values: Sequence[Value], loose: Spans, key: Callable[[Value], str]) -> list[Value]:
    """The values, sorted from one place to another of `loose`."""
    found = list(values)
    for begin, end in loose:
        found[begin:end] = sorted(found[begin:end], key=key)
    return found


def _text(event: Event) -> str:
    return event.subject.content if isinstance(event.subject, Message) else ""


def _of_event(due: Due, event: Event) -> Iterator[str]:
    if event.kind is not due.kind:
        yield f"has the event {event.kind}, expected {due.kind} first"
        return
    if due.text is not None and (not isinstance(event.subject, Message) or event.subject.content != due.text):
        yield f"has an event with the message {event.subject}, expected {due.text!r}"
    if event.change != due.change:
        yield f"has an event with the change of status {event.change}, expected {due.change}"
    if due.thread is not None and isinstance(event.subject, Thread):
        anything = range(10**9)
        for words in of_thread(due.thread, event.subject, counts=anything, settled=False):
            yield f"has an event {event.kind} that {words}"


def of_reception(seen: Sequence[Event], due: Sequence[Event], gone: Collection[str]) -> Iterator[str]:
    """How a device's events differ from those that its owner's devices were due; `gone` are the erased threads."""
    numbers = [one.sequence for one in seen]
    if numbers != sorted(set(numbers)):
        yield f"received events with the numbers {numbers}, expected each once, in order"
    expected = [(one.id, one.kind) for one in due if one.thread_id not in gone]
    received = [(one.id, one.kind) for one in seen if one.thread_id not in gone]
    if received != expected:
        missed = [f"{kind} {id_}" for id_, kind in expected if (id_, kind) not in received]
        more = [f"{kind} {id_}" for id_, kind in received if (id_, kind) not in expected]
        if missed or more:
            yield f"missed the events {missed or 'none'} and received {more or 'none'} beside, expected those kept"
        else:
            yield "received the events in another order or twice, expected them as kept"
    for one in seen:
        kept = next((other for other in due if other.id == one.id), None)
        if kept is not None and kept != one:
            yield f"received {one} with {one.subject}, expected {kept.subject} as kept"


def of_erased(kinds: Sequence[EventKind], asked: int) -> Iterator[str]:
    """How the events of an erased thread differ on an open device that has seen `asked` questions to agents."""
    if kinds.count(EventKind.THREAD_DELETED) != 1 or kinds[-1] is not EventKind.THREAD_DELETED:
        yield f"received {[str(kind) for kind in kinds]} of what was erased, expected the erasure once, and last"
    if (ended := sum(kind in ENDINGS for kind in kinds)) < asked:
        yield f"received the end of {ended} runs in what was erased, expected {asked}"


def _listed(events: Sequence[Due] | Sequence[Event]) -> list[str]:
    return [str(one.kind) for one in events]


def _range(counts: range) -> str:
    return str(counts.start) if len(counts) == 1 else f"{counts.start} to {counts.stop - 1}"
