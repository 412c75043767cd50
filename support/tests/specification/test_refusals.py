"""Which acts are refused, and why: at each limit, on both sides of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.core.text import is_readable
from support.drivers.contract.policy import TRANSITIONS, Policy
from support.drivers.contract.types import NewThread, Reason
from support.specification.acts import Act, Ask, ChangeMetadata, Erase, Open, Rename, SetStatus, Start, Stop, Write
from support.specification.json_values import written
from support.specification.refusals import refusal_due, refusals_possible
from support.specification.state import ThreadState

POLICY = Policy()
INVALID, NOT_FOUND, CONFLICT = Reason.INVALID, Reason.NOT_FOUND, Reason.CONFLICT


def state(status: str = "active", *, version: int | None = 3, **details: Any) -> ThreadState:
    return ThreadState("Boxes", status, written(details), version)


def deep(levels: int) -> dict[str, Any]:
    """Details nested so many levels deep."""
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def large(size: int) -> dict[str, Any]:
    """Details that take so many bytes as JSON, in letters of two bytes."""
    text = "ü" * ((size - len('{"a":""}')) // 2)
    return {"a": text + "x" * (size - len('{"a":""}') - 2 * len(text))}


TEXTS: list[tuple[str, Reason | None]] = [
    ("Hello", None),
    (" a ", None),
    ("", INVALID),
    (" \n\t", INVALID),
    ("a\0b", INVALID),
    ("half \ud83d", INVALID),
    ("whole \U0001f600", None),
]
DETAILS: list[tuple[dict[str, Any], Reason | None]] = [
    ({}, None),
    ({"a": [1, "ü", None]}, None),
    ({"a": "\0"}, INVALID),
    ({"a\0": 1}, INVALID),
    ({"a": "\ud83d"}, INVALID),
    (deep(POLICY.details_depth), None),
    (deep(POLICY.details_depth + 1), INVALID),
    ({"a": [[[[[]]]]]}, INVALID),
    (large(POLICY.details_limit), None),
    (large(POLICY.details_limit + 1), INVALID),
]


@pytest.mark.parametrize(("text", "due"), TEXTS)
def test_a_text_can_be_read(text: str, due: Reason | None) -> None:
    for act in (Rename(text), Write(text), Ask(text)):
        assert refusal_due(state(), act, POLICY) is due
    for new in (NewThread(text), NewThread(first_message=text)):
        assert refusal_due(None, Start(new), POLICY) is due


@pytest.mark.parametrize("length", [0, 1])
def test_a_text_keeps_to_its_limit(length: int) -> None:
    """Limits count characters: a letter of four bytes is one."""
    due = INVALID if length else None
    title, text = ("\U0001f600" * (limit + length) for limit in (POLICY.title_limit, POLICY.message_limit))
    for act in (Rename(title), Write(text), Ask(text)):
        assert refusal_due(state(), act, POLICY) is due
    for new in (NewThread(title), NewThread(first_message=text)):
        assert refusal_due(None, Start(new), POLICY) is due
    assert refusal_due(state(), Write(title), POLICY) is None


@pytest.mark.parametrize(("details", "due"), DETAILS)
def test_details_keep_to_their_limits(details: dict[str, Any], due: Reason | None) -> None:
    assert refusal_due(None, Start(NewThread(metadata=details)), POLICY) is due
    assert refusal_due(state(), ChangeMetadata(details), POLICY) is due


def test_details_keep_to_their_limits_after_a_change_too() -> None:
    half = large(POLICY.details_limit // 2 + 10)
    assert refusal_due(state(b=half["a"]), ChangeMetadata(half), POLICY) is INVALID
    assert refusal_due(state(a=half["a"]), ChangeMetadata(half), POLICY) is None
    assert refusal_due(state(b=half["a"]), ChangeMetadata(half), Policy(details="replace")) is None
    assert refusal_due(state(b=half["a"]), ChangeMetadata({**half, "b": None}), POLICY) is None


def test_a_malformed_start_and_an_unknown_part_are_refused() -> None:
    assert refusal_due(None, Start(None), POLICY) is INVALID
    unknown = Start(NewThread(), has_unknown_part=True)
    assert refusal_due(None, unknown, POLICY) is INVALID
    assert refusal_due(None, unknown, Policy(unknown_members="ignored")) is None
    assert refusal_due(None, Start(None), Policy(unknown_members="ignored")) is INVALID


@pytest.mark.parametrize("before", TRANSITIONS)
@pytest.mark.parametrize("after", TRANSITIONS)
def test_a_status_changes_as_the_policy_says(before: str, after: str) -> None:
    due = None if after == before or after in TRANSITIONS[before] else CONFLICT
    assert refusal_due(state(before), SetStatus(after), POLICY) is due
    anything = Policy(transitions={one: tuple(TRANSITIONS) for one in TRANSITIONS})
    assert refusal_due(state(before), SetStatus(after), anything) is None
    nothing = Policy(transitions=dict.fromkeys(TRANSITIONS, ()), same_status="refused")
    assert refusal_due(state(before), SetStatus(after), nothing) is CONFLICT
    assert refusal_due(state("unheard of"), SetStatus(after), POLICY) is CONFLICT


def test_an_unknown_status_is_invalid_and_an_archived_conversation_takes_no_question() -> None:
    assert refusal_due(state(), SetStatus("unheard of"), POLICY) is INVALID
    assert refusal_due(state("archived"), Ask("Why?"), POLICY) is CONFLICT
    for act in (Write("Hello"), Rename("Bags"), ChangeMetadata({"a": 1}), Open(), Stop("1"), Erase()):
        assert refusal_due(state("archived"), act, POLICY) is None


CONDITIONAL: list[Callable[[int | None], Act]] = [
    lambda version: Rename("Bags", version),
    lambda version: SetStatus("completed", version),
    lambda version: ChangeMetadata({}, version),
]


@pytest.mark.parametrize("make", CONDITIONAL)
def test_a_condition_is_of_the_version_of_the_thread(make: Callable[[int | None], Act]) -> None:
    for condition, due in ((None, None), (3, None), (2, CONFLICT), (4, CONFLICT)):
        assert refusal_due(state(), make(condition), POLICY) is due
    assert refusal_due(state(version=None), make(2), POLICY) is None
    assert refusals_possible(state(version=None), make(2), POLICY) == (CONFLICT,)
    assert refusals_possible(state(version=None), make(None), POLICY) == ()
    assert refusals_possible(state(), make(2), POLICY) == ()


ANY_ACT: list[Act] = [
    Open(),
    Rename("Bags"),
    SetStatus("completed"),
    ChangeMetadata({"a": 1}),
    Write("Hello"),
    Ask("Why?"),
    Stop("1"),
    Erase(),
]


@pytest.mark.parametrize("act", ANY_ACT, ids=str)
def test_what_is_not_there_is_not_found(act: Act) -> None:
    assert refusal_due(None, act, POLICY) is NOT_FOUND
    again = refusal_due(None, act, Policy(second_erasure="done"))
    assert again is (None if isinstance(act, Erase) else NOT_FOUND)
    assert refusals_possible(None, act, Policy(second_question="refused")) == ()


def test_what_is_malformed_is_invalid_even_where_nothing_is_there() -> None:
    assert refusal_due(None, Write(""), POLICY) is INVALID


@pytest.mark.parametrize(
    ("policy", "act"),
    [
        (Policy(title_limit=3), Rename("Bags")),
        (Policy(message_limit=3), Write("Hello")),
        (Policy(details_limit=6), ChangeMetadata({"a": 1})),
        (Policy(details_depth=1), ChangeMetadata({"a": []})),
    ],
)
def test_limits_are_those_of_the_policy(policy: Policy, act: Act) -> None:
    assert refusal_due(state(), act, policy) is INVALID
    assert refusal_due(state(), act, POLICY) is None


def test_a_blank_text_is_accepted_where_the_policy_says_so_and_an_empty_one_is_not() -> None:
    accepted = Policy(blank_text="accepted")
    assert refusal_due(state(), Write(" "), accepted) is None
    assert refusal_due(state(), Write(""), accepted) is INVALID


def test_a_second_question_may_be_refused_by_policy_alone() -> None:
    refused = Policy(second_question="refused")
    assert refusals_possible(state(), Ask("Why?"), refused) == (CONFLICT,)
    assert refusals_possible(state(), Ask("Why?"), POLICY) == ()
    assert refusals_possible(state(), Ask(""), refused) == ()
    assert refusals_possible(state(), Write("Why?"), refused) == ()


@given(st.text(), st.sampled_from([Write, Ask, Rename]))
def test_a_text_of_a_reader_is_never_refused(text: str, act: Any) -> None:
    """Every text that UTF-8 can carry and that has something to read is done, within the limits."""
    is_fine = is_readable(text) and "\0" not in text and len(text) <= POLICY.title_limit
    assert (refusal_due(state(), act(text), POLICY) is None) is is_fine
