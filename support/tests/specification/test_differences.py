"""Each sentence about a difference: one wrong thing gives exactly this sentence, and what is right gives none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from support.drivers.contract.types import Event, EventKind, Message, Run, StoredThread, Thread
from support.specification.differences import (
    ENDINGS,
    LIVES,
    STARTED_LIVES,
    of_erased,
    of_events,
    of_messages,
    of_reception,
    of_stored,
    of_thread,
)
from support.specification.state import Due, ThreadState, bind, state_of

STATE = ThreadState("Boxes", "active", '{"a": 1}', 3, ("How many?", "Why?"), 10.0, 20.0, 1)
THREAD = Thread("1", "Boxes", "active", {"a": 1}, 3, 3, 10.0, 20.0)
ROW = StoredThread("1", "Mia", "Boxes", "active", {"a": 1}, ("How many?", "Why?", "Forty."), 3, 20.0)
READ = ["How many?", "Why?", "Forty."]
RUN = Run("r", "1", "completed", "Forty.")
CREATED, UPDATED, SAID = EventKind.THREAD_CREATED, EventKind.THREAD_UPDATED, EventKind.MESSAGE_CREATED
DELETED, STARTED, COMPLETED = EventKind.THREAD_DELETED, EventKind.AGENT_STARTED, EventKind.AGENT_COMPLETED
CANCELLED = EventKind.AGENT_CANCELLED


def message(number: int, text: str, role: str = "user") -> Message:
    return Message(str(number), "1", number, role, text)


MESSAGES = [message(1, "How many?"), message(2, "Why?"), message(3, "Forty.", "agent")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, []),
        ({"message_count": 2}, []),
        ({"title": "Bags"}, ["has the title 'Bags', expected 'Boxes'"]),
        ({"status": "archived"}, ["has the status 'archived', expected 'active'"]),
        ({"version": 4}, ["has the version 4, expected 3"]),
        ({"metadata": {"a": True}}, ["has other details: a: expected 1, got True"]),
        ({"last_activity_at": 21.0}, ["has its last activity at 21.0, expected 20.0: nothing was said since"]),
        ({"message_count": 1}, ["has 1 messages, expected 2 to 3"]),
        ({"message_count": 4}, ["has 4 messages, expected 2 to 3"]),
        ({"created_at": 11.0}, ["was started at 11.0, expected 10.0 as before"]),
    ],
)
def test_a_thread(values: dict[str, Any], words: list[str]) -> None:
    assert list(of_thread(STATE, replace(THREAD, **values))) == words


def test_a_thread_of_which_the_product_says_more() -> None:
    unknown = ThreadState(None, "active", '{"a": 1}', None, ("How many?", "Why?", "So?"))
    other = replace(THREAD, title="Bags", version=9, created_at=1.0, last_activity_at=2.0)
    assert list(of_thread(unknown, other)) == []
    assert list(of_thread(unknown, replace(other, title=" "))) == ["has the title ' ', expected one that can be read"]
    assert list(of_thread(unknown, replace(other, message_count=4))) == ["has 4 messages, expected 3"]
    assert list(of_thread(unknown, replace(other, message_count=9), counts=range(10))) == []
    assert list(of_thread(STATE, replace(THREAD, last_activity_at=21.0), settled=False)) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, []),
        ({"title": "Bags"}, ["has the title 'Bags', expected 'Boxes'"]),
        ({"status": "archived"}, ["has the status 'archived', expected 'active'"]),
        ({"version": 4}, ["has the version 4, expected 3"]),
        ({"metadata": {}}, ["has other details: a: expected 1, got no such detail"]),
        ({"last_activity_at": 21.0}, ["has its last activity at 21.0, expected 20.0: nothing was said since"]),
        ({"owner_id": "Enid"}, ["belongs to Enid in the database, expected Mia"]),
        (
            {"messages": ("How many?",)},
            [f"has the messages ['How many?'] in the database, expected {READ} as its owner reads"],
        ),
    ],
)
def test_a_stored_thread(values: dict[str, Any], words: list[str]) -> None:
    assert list(of_stored(STATE, replace(ROW, **values), "Mia", READ)) == words


def test_a_thread_that_is_not_stored() -> None:
    assert list(of_stored(STATE, None, "Mia", READ)) == ["is not in the database"]


@pytest.mark.parametrize(
    ("seen", "runs", "words"),
    [
        (MESSAGES, [RUN], []),
        (MESSAGES, None, []),
        (MESSAGES[:2], [replace(RUN, status="failed", answer=None)], []),
        (MESSAGES[:2], None, []),
        ([MESSAGES[0], message(2, "Forty.", "agent"), message(3, "Why?")], [RUN], []),
        (
            [message(1, "Why?"), message(2, "How many?"), MESSAGES[2]],
            [RUN],
            ["has the messages ['Why?', 'How many?'], expected ['How many?', 'Why?']"],
        ),
        (
            [MESSAGES[0], message(2, "Forty.", "agent")],
            [RUN],
            ["has the messages ['How many?'], expected ['How many?', 'Why?']"],
        ),
        (
            [*MESSAGES[:2], replace(MESSAGES[2], sequence=4)],
            [RUN],
            ["has messages with the numbers [1, 2, 4], expected 1 to 3"],
        ),
        (MESSAGES[:2], [RUN], ["has the answers [], expected those of its runs, ['Forty.']"]),
        (
            [*MESSAGES, message(4, "Forty.", "agent")],
            None,
            ["has 2 answers, expected at most 1"],
        ),
        (
            MESSAGES,
            [RUN, replace(RUN, id="s", status="failed", answer=None)],
            ["has 2 runs, expected 1: one for each question to an agent"],
        ),
        (MESSAGES[:2], [], ["has 0 runs, expected 1: one for each question to an agent"]),
        (
            MESSAGES[:2],
            [replace(RUN, status="cancelled", answer=None)],
            ["has a run that ended as stopped, expected none: nobody stopped it"],
        ),
    ],
)
def test_messages(seen: list[Message], runs: list[Run] | None, words: list[str]) -> None:
    assert list(of_messages(STATE, seen, runs)) == words


def test_messages_whose_order_only_the_product_can_say() -> None:
    state = replace(STATE, said=("a", "b", "c", "d"), runs=0)

    def wrong(*texts: str) -> bool:
        return bool(list(of_messages(state, [message(n, text) for n, text in enumerate(texts, 1)], [], [(1, 3)])))

    assert not wrong("a", "c", "b", "d")
    assert not wrong("a", "b", "c", "d")
    assert wrong("b", "a", "c", "d")
    assert wrong("a", "c", "c", "d")
    assert wrong("a", "c", "b")


def test_a_run_that_somebody_stopped() -> None:
    stopped = replace(STATE, stopped=frozenset({"r"}))
    assert list(of_messages(stopped, MESSAGES[:2], [replace(RUN, status="cancelled", answer=None)])) == []
    assert list(of_messages(stopped, MESSAGES, [RUN])) == []


def event(number: int, kind: EventKind, subject: Any = None, run_id: str | None = None, **values: Any) -> Event:
    return Event(str(number), kind, number, "1", None, values.get("change"), run_id, subject)


ARCHIVED = replace(STATE, status="archived", version=4)
DUE = [
    Due(CREATED, STATE),
    Due(SAID, text="How many?"),
    Due(UPDATED, ARCHIVED, change=("active", "archived")),
    Due(SAID, text="Why?"),
]
KINDS = [str(due.kind) for due in DUE]
EVENTS = [
    event(1, CREATED, THREAD),
    event(2, SAID, MESSAGES[0]),
    event(3, UPDATED, replace(THREAD, status="archived", version=4), change=("active", "archived")),
    event(4, SAID, MESSAGES[1]),
    event(5, STARTED, replace(RUN, status="running", answer=None), "r"),
    event(6, SAID, MESSAGES[2], "r"),
    event(7, COMPLETED, RUN, "r"),
]


def swapped(place: int, subject: Any, **values: Any) -> list[Event]:
    return [replace(one, subject=subject, **values) if n == place else one for n, one in enumerate(EVENTS)]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (EVENTS, []),
        ([EVENTS[1], EVENTS[0], *EVENTS[3:1:-1], *EVENTS[4:]], []),
        (
            EVENTS[1:],
            [f"has the events {['message_created', 'thread_updated', 'message_created']}, expected {KINDS}"],
        ),
        (
            [*EVENTS, EVENTS[0]],
            [f"has the events {[*KINDS, 'thread_created']}, expected {KINDS}"],
        ),
        (
            [EVENTS[2], EVENTS[1], EVENTS[0], *EVENTS[3:]],
            [
                "has the event thread_updated, expected thread_created first",
                "has the event thread_created, expected thread_updated first",
            ],
        ),
        (
            swapped(1, MESSAGES[1]),
            [f"has an event with the message {MESSAGES[1]}, expected 'How many?'"],
        ),
        (swapped(1, None), ["has an event with the message None, expected 'How many?'"]),
        (
            swapped(2, EVENTS[2].subject, change=None),
            ["has an event with the change of status None, expected ('active', 'archived')"],
        ),
        (
            swapped(2, THREAD),
            [
                "has an event thread_updated that has the status 'active', expected 'archived'",
                "has an event thread_updated that has the version 3, expected 4",
            ],
        ),
        (EVENTS[:-1], ["has a run with the events ['agent_started', 'message_created'], expected a start and one end"]),
        (EVENTS[:4], ["has the events of 0 runs, expected 1"]),
        (
            [*EVENTS, event(8, COMPLETED, RUN, "r")],
            [f"has a run with the events {[*map(str, LIVES[0]), 'agent_completed']}, expected a start and one end"],
        ),
        ([*EVENTS, event(8, CANCELLED, RUN, "s")], ["has the events of 2 runs, expected 1"]),
    ],
)
def test_events(seen: list[Event], words: list[str]) -> None:
    assert list(of_events(DUE, seen, 1)) == words


def test_events_of_a_run_under_way() -> None:
    for count in range(4, len(EVENTS) + 1):
        assert list(of_events(DUE, EVENTS[:count])) == []
    assert len(list(of_events(DUE, [*EVENTS[:4], EVENTS[6], EVENTS[4]]))) == 1


@pytest.mark.parametrize("life", LIVES, ids=" ".join)
def test_every_life_of_a_run(life: Sequence[EventKind]) -> None:
    seen = [event(n, kind, run_id="r") for n, kind in enumerate(life)]
    assert list(of_events([], seen, 1)) == []
    is_unstarted = life[0] is not STARTED
    assert bool(list(of_events([], seen, 1, lives=STARTED_LIVES))) is is_unstarted
    assert {life[-1] for life in LIVES} == {life[-1] for life in STARTED_LIVES} == set(ENDINGS)


def test_events_of_messages_whose_order_only_the_product_can_say() -> None:
    due = [Due(SAID, text=text) for text in "abc"]
    seen = [event(n, SAID, message(n, text)) for n, text in enumerate("acb")]
    assert list(of_events(due, seen, 0, [(1, 3)])) == []
    assert len(list(of_events(due, seen, 0))) == 2


def received(kept: Sequence[Event], *places: int) -> list[Event]:
    return [kept[place] for place in places]


def missed(seen: Sequence[Event], gone: Sequence[str] = ()) -> Iterator[str]:
    return of_reception(seen, EVENTS, gone)


def test_the_events_of_a_device() -> None:
    assert list(missed(EVENTS)) == []
    assert list(missed([], ["1"])) == []
    assert list(missed([*EVENTS[:3], *EVENTS[4:]])) == [
        "missed the events ['message_created 4'] and received none beside, expected those kept"
    ]
    assert list(of_reception(EVENTS, EVENTS[:-1], ())) == [
        "missed the events none and received ['agent_completed 7'] beside, expected those kept"
    ]
    assert list(missed([EVENTS[0], *EVENTS])) == [
        "received events with the numbers [1, 1, 2, 3, 4, 5, 6, 7], expected each once, in order",
        "received the events in another order or twice, expected them as kept",
    ]
    [words, _order] = missed([EVENTS[1], EVENTS[0], *EVENTS[2:]])
    assert words.startswith("received events with the numbers [2, 1, 3,")
    other = replace(EVENTS[0], subject=replace(THREAD, title="Bags"))
    [words] = missed([other, *EVENTS[1:]])
    assert words == f"received {other} with {other.subject}, expected {THREAD} as kept"


@pytest.mark.parametrize(
    ("kinds", "asked", "words"),
    [
        ([CREATED, DELETED], 0, []),
        ([STARTED, CANCELLED, DELETED], 1, []),
        ([CREATED], 0, ["received ['thread_created'] of what was erased, expected the erasure once, and last"]),
        ([], 0, ["received [] of what was erased, expected the erasure once, and last"]),
        (
            [DELETED, UPDATED],
            0,
            ["received ['thread_deleted', 'thread_updated'] of what was erased, expected the erasure once, and last"],
        ),
        (
            [DELETED, DELETED],
            0,
            ["received ['thread_deleted', 'thread_deleted'] of what was erased, expected the erasure once, and last"],
        ),
        ([STARTED, DELETED], 1, ["received the end of 0 runs in what was erased, expected 1"]),
    ],
)
def test_what_a_device_receives_of_an_erased_thread(kinds: list[EventKind], asked: int, words: list[str]) -> None:
    assert list(of_erased(kinds, asked)) == words


def test_what_only_the_product_can_say_is_taken_from_its_answer_and_nothing_else() -> None:
    unknown = ThreadState(None, "archived", "{}", None, ("a",), None, None, 2)
    assert bind(unknown, THREAD) == ThreadState("Boxes", "archived", "{}", 3, ("a",), 10.0, 20.0, 2)
    other = replace(THREAD, title="Bags", version=9, created_at=1.0, last_activity_at=2.0)
    assert bind(STATE, other) == STATE
    assert state_of(THREAD) == ThreadState("Boxes", "active", '{"a": 1}', 3, (), 10.0, 20.0)


def test_a_state_is_told_in_words() -> None:
    assert str(STATE) == 'version 3, active, details {"a": 1}'
    assert str(replace(STATE, version=None)) == 'active, details {"a": 1}'
