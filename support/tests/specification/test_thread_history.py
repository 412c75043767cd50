"""Histories of threads, good and bad, as concurrent customers would record them, and their verdicts."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.core.failure import Code, PromiseBroken
from support.specification.json_values import merged_members, written
from support.tests.verdicts.history_register import operation
from support.verdicts.history.model import AnyOperation
from support.verdicts.history.operations import CONFLICT, NOT_FOUND, Declined, Unknown
from support.verdicts.history.search import Budget
from support.verdicts.history.thread_existence import Done, ThreadAct, ThreadExistence
from support.verdicts.history.thread_versions import MergeDetails, ReadThread, ThreadSeen, ThreadVersions
from support.verdicts.history.verdict import HistoryVerdict, judge_history

READ, WRITE, RUN, DELETE, CREATE = (
    ThreadAct.READ,
    ThreadAct.WRITE,
    ThreadAct.RUN,
    ThreadAct.DELETE,
    ThreadAct.CREATE,
)
DONE = Done.DONE
GONE = Declined(NOT_FOUND)
INF = math.inf


def history(*rows: tuple[str, object, float, float, object]) -> list[AnyOperation]:
    return [
        operation(number, who, act, (begin, end), outcome)
        for number, (who, act, begin, end, outcome) in enumerate(rows, 1)
    ]


def judge_details(operations: Sequence[AnyOperation], version: int = 1, **details: Any) -> HistoryVerdict:
    return judge_history(operations, ThreadVersions({"it": ThreadSeen(version, details)}))


def judge_existence(operations: Sequence[AnyOperation], *, there: bool = True) -> HistoryVerdict:
    return judge_history(operations, ThreadExistence({"it"} if there else ()))


def merges(count: int, *, lost: int | None = None, told: bool = True) -> list[AnyOperation]:
    """Many merges at once, each of a different key, and a read afterwards in which one is missing."""
    rows: list[tuple[str, object, float, float, object]] = []
    details: dict[str, Any] = {}
    for number in range(1, count + 1):
        if number == lost:
            seen = ThreadSeen(number + 1, {**details, f"k{number}": number})
        else:
            details[f"k{number}"] = number
            seen = ThreadSeen(number + 1, dict(details))
        answer = seen if told else ThreadSeen()
        rows.append((f"device {number}", MergeDetails({f"k{number}": number}), 0.001 * number, 1.0, answer))
    rows.append(("Ella", ReadThread(), 2.0, 2.1, ThreadSeen(count + 1, dict(details))))
    return history(*rows)


def test_twenty_merges_of_different_keys_that_all_survive() -> None:
    judge_details(merges(20)).expect_linearizable()


def test_a_lost_merge_is_told_with_the_merge_and_the_first_answer_without_it() -> None:
    verdict = judge_details(merges(20, lost=7))
    with pytest.raises(PromiseBroken) as raised:
        verdict.expect_linearizable()
    assert raised.value.code is Code.NO_ORDER
    assert str(raised.value) == (
        'it: there is no order in which 2 operations (of 21) could have had these outcomes, as far as the detail "k7"'
        " goes\n"
        'before: no "k7"\n'
        '  1. device 7 sets "k7" to 7 -> "k7" is 7  (0.0 to 993.0 ms)\n'
        '  2. Ella looks for "k7" -> no "k7"  (1993.0 to 2093.0 ms)\n'
        'the order 1 leads to: "k7" is 7; then 2 cannot follow, and no other order gets further'
    )


def test_a_lost_merge_is_found_where_all_orders_would_be_too_many() -> None:
    """Without versions and details in the answers, twenty merges have a million sets of those done."""
    blind = merges(20, lost=7, told=False)
    verdict = judge_history(blind, ThreadVersions({"it": ThreadSeen(1, {})}), Budget(steps=5_000))
    assert [(each.view, len(each.shown)) for each in verdict.violations] == [('the detail "k7"', 2)]


def test_of_updates_on_condition_exactly_one_is_done() -> None:
    losers = [(f"d{n}", MergeDetails({"a": n}, 3), 0.0, 1.0 + n % 2, Declined(CONFLICT, 4)) for n in range(1, 5)]
    winner = ("d5", MergeDetails({"a": 5}, 3), 0.0, 1.0, ThreadSeen(4, {"a": 5}))
    judge_details(history(*losers, winner), version=3).expect_linearizable()
    second = ("d6", MergeDetails({"a": 6}, 3), 0.0, 1.0, ThreadSeen(4, {"a": 6}))
    two = judge_details(history(*losers, winner, second), version=3).violations[0]
    assert [str(each) for each in two.shown] == [
        'd5 merges "a" = 5, if it is at version 3 -> version 4, "a" = 5',
        'd6 merges "a" = 6, if it is at version 3 -> version 4, "a" = 6',
    ]
    none = judge_details(history(*losers), version=3).violations[0]
    assert [each.act for each in none.shown] == [MergeDetails({"a": 4}, 3)]


def test_a_loser_is_told_the_version_that_made_it_lose() -> None:
    winner = ("d1", MergeDetails({"a": 1}, 3), 0.0, 1.0, ThreadSeen(4, {"a": 1}))
    for told, is_right in ((4, True), (None, True), (3, False), (5, False)):
        loser = ("d2", MergeDetails({"a": 2}, 3), 0.0, 1.0, Declined(CONFLICT, told))
        assert (not judge_details(history(winner, loser), version=3).violations) is is_right


def test_any_other_refusal_of_an_update_breaks_the_promise_unless_tolerated() -> None:
    busy = history(("d1", MergeDetails({"a": 1}), 0.0, 1.0, Declined("limit reached")))
    first = {"it": ThreadSeen(1, {})}
    assert judge_history(busy, ThreadVersions(first)).violations
    assert not judge_history(busy, ThreadVersions(first, {"limit reached"})).violations


def test_a_merge_that_changes_nothing_keeps_the_version() -> None:
    same = history(("d1", MergeDetails({"a": 1}), 0.0, 1.0, ThreadSeen(1, {"a": 1})))
    judge_details(same, a=1).expect_linearizable()
    assert judge_details(same, a=True).violations


@pytest.mark.parametrize("missing", [ThreadSeen(1), ThreadSeen(None, {})])
def test_the_thread_at_first_must_be_known(missing: ThreadSeen) -> None:
    with pytest.raises(ValueError, match="at first"):
        ThreadVersions({"it": missing})


def test_a_part_begins_where_it_was_quiet_last() -> None:
    rows: list[tuple[str, object, float, float, object]] = [
        ("Ann", MergeDetails({"a": n}), float(n), n + 0.5, ThreadSeen(n + 1, {"a": n})) for n in range(1, 9)
    ]
    bad = ("Bob", ReadThread(), 20.0, 21.0, ThreadSeen(7, {"a": 8}))
    later = ("Ann", MergeDetails({"a": 9}), 30.0, 31.0, ThreadSeen(10, {"a": 9}))
    violation = judge_details(history(*rows, bad, later)).violations[0]
    assert [each.session for each in violation.shown] == ["Ann", "Bob"]
    assert 'before: version 8, "a" = 7\n' in violation.words
    assert 'the order 1 leads to: version 9, "a" = 8; then 2 cannot follow' in violation.words


def test_a_deletion_amid_other_acts() -> None:
    good = history(
        ("a", READ, 0, 2, DONE),
        ("b", WRITE, 1, 5, GONE),
        ("c", DELETE, 1, 4, DONE),
        ("d", RUN, 3, 6, DONE),
        ("a", READ, 5, 6, GONE),
        ("b", DELETE, 7, 8, GONE),
    )
    judge_existence(good).expect_linearizable()


@pytest.mark.parametrize(
    ("rows", "sessions"),
    [
        ([("a", DELETE, 0, 1, DONE), ("b", WRITE, 0, 3, DONE), ("c", READ, 2, 3, DONE)], ["a", "c"]),
        ([("a", WRITE, 0, 1, DONE), ("b", READ, 2, 3, GONE), ("c", DELETE, 4, 5, DONE)], ["b"]),
        ([("a", DELETE, 0, 1, DONE), ("b", DELETE, 0, 1, DONE), ("c", READ, 0, 1, DONE)], ["a", "b"]),
        ([("a", DELETE, 0, 9, DONE), ("b", READ, 1, 2, GONE), ("c", READ, 3, 4, DONE)], ["a", "b", "c"]),
        ([("a", DELETE, 0, 9, DONE), ("b", WRITE, 1, 2, Declined("failed at the product's end"))], ["a", "b"]),
        ([("a", DELETE, 0, INF, Unknown()), ("b", READ, 1, 2, GONE), ("c", WRITE, 3, 4, DONE)], ["a", "b", "c"]),
    ],
    ids=["comes back", "gone too early", "erased twice", "flickers", "fails", "flickers, outcome unknown"],
)
def test_a_bad_deletion_is_told_by_its_least_part(
    rows: list[tuple[str, object, float, float, object]], sessions: list[str]
) -> None:
    violation = judge_existence(history(*rows)).violations[0]
    assert [each.session for each in violation.shown] == sessions


def test_a_thread_is_there_from_its_start() -> None:
    started = [("a", CREATE, 0, 2, DONE), ("b", READ, 1, 3, GONE), ("a", WRITE, 4, 5, DONE)]
    judge_existence(history(*started), there=False).expect_linearizable()
    for late in (("b", READ, 6, 7, GONE), ("b", CREATE, 6, 7, DONE)):
        assert judge_existence(history(*started, late), there=False).violations


def test_threads_are_judged_each_by_itself() -> None:
    both = [
        operation(1, "a", DELETE, (0, 1), DONE, target="first"),
        operation(2, "b", READ, (2, 3), DONE, target="second"),
        operation(3, "b", READ, (2, 3), DONE, target="first"),
    ]
    verdict = judge_history(both, ThreadExistence({"first", "second"}))
    assert [violation.object for violation in verdict.violations] == ["first"]
    assert str(verdict) == "3 operations on 2 objects: 1 violation, 0 undecided"
    mixed = [*both, operation(4, "b", READ, (2, 3), GONE, target="second")]
    with pytest.raises(PromiseBroken, match=r"second: .*\n(.*\n)*likewise: first"):
        judge_history(mixed, ThreadExistence({"first", "second"})).expect_linearizable()


PATCHES = st.dictionaries(
    st.sampled_from("abc"),
    st.none() | st.integers(0, 2) | st.dictionaries(st.sampled_from("xy"), st.none() | st.integers(0, 1)),
    max_size=2,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PATCHES, st.none() | st.integers(1, 4), st.floats(0, 3), st.floats(0, 3)), max_size=12))
def test_what_an_honest_thread_answers_is_never_held_against_it(
    plan: list[tuple[dict[str, Any], int | None, float, float]],
) -> None:
    """Each act takes effect at its place in the list, which is a moment of the time that it takes."""
    members: dict[str, str] = {}
    version = 1
    rows: list[tuple[str, object, float, float, object]] = []
    for place, (patch, condition, before, after) in enumerate(plan):
        if condition not in {None, version}:
            outcome: object = Declined(CONFLICT, version)
        else:
            new = merged_members(members, patch)
            version += new != members
            members = new
            outcome = ThreadSeen(version, decoded(members))
        rows.append((f"s{place % 4}", MergeDetails(patch, condition), place - before, place + after, outcome))
    judge_details(history(*rows)).expect_linearizable()


def decoded(members: dict[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in members.items()}


def test_merges_follow_the_examples_of_the_standard() -> None:
    """Those of RFC 7396, appendix A, that have an object on both sides."""
    examples: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ]
    for old, patch, new in examples:
        after = merged_members({name: written(value) for name, value in old.items()}, patch)
        assert after == {name: written(value) for name, value in new.items()}
