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
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import NewThread
from support.specification.acts import Act, Ask, ChangeMetadata, Erase, Open, Rename, SetStatus, Start, Write
from support.specification.history import Outcome, Shown, ThreadHistory
from support.specification.json_values import merged_members, written
from support.specification.state import ThreadState
from support.tests.verdicts.history_register import operation
from support.verdicts.history.model import AnyOperation
from support.verdicts.history.operations import CONFLICT, NOT_FOUND, Declined, Unknown
from support.verdicts.history.search import Budget
from support.verdicts.history.verdict import HistoryVerdict, judge_history

READ, WRITE, RUN, DELETE, CREATE = Open(), Write("Hello"), Ask("How many?"), Erase(), Start(NewThread())
DONE = Shown()
STATUSES = st.sampled_from(["active", "completed", "archived"])
GONE = Declined(NOT_FOUND)
INF = math.inf
RIGHT, WRONG = "right", "wrong"


def history(*rows: tuple[str, object, float, float, object]) -> list[AnyOperation]:
    return [
        operation(number, who, act, (begin, end), outcome)
        for number, (who, act, begin, end, outcome) in enumerate(rows, 1)
    ]


def it(version: int | None = 1, **details: Any) -> dict[str, ThreadState]:
    return {"it": ThreadState("Boxes", "active", written(details), version)}


def seen(version: int | None = None, details: dict[str, Any] | None = None) -> Shown:
    return Shown(version, None if details is None else written(details))


def judge_details(operations: Sequence[AnyOperation], version: int = 1, **details: Any) -> HistoryVerdict:
    return judge_history(operations, ThreadHistory(it(version, **details)))


def judge_existence(operations: Sequence[AnyOperation], *, there: bool = True) -> HistoryVerdict:
    return judge_history(operations, ThreadHistory(it() if there else {}))


def merges(count: int, *, lost: int | None = None, told: bool = True) -> list[AnyOperation]:
    """Many merges at once, each of a different key, and a read afterwards in which one is missing."""
    rows: list[tuple[str, object, float, float, object]] = []
    details: dict[str, Any] = {}
    for number in range(1, count + 1):
        if number == lost:
            answer = seen(number + 1, {**details, f"k{number}": number})
        else:
            details[f"k{number}"] = number
            answer = seen(number + 1, details)
        rows.append(
            (
                f"device {number}",
                ChangeMetadata({f"k{number}": number}),
                0.001 * number,
                1.0,
                answer if told else seen(),
            )
        )
    rows.append(("Ella", Open(), 2.0, 2.1, seen(count + 1, details)))
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
        "before: active, details {}\n"
        '  1. device 7 changes the details by {"k7": 7} -> details {"k7": 7}  (0.0 to 993.0 ms)\n'
        "  2. Ella reads it -> details {}  (1993.0 to 2093.0 ms)\n"
        'the order 1 leads to: active, details {"k7": 7}; then 2 cannot follow, and no other order gets further'
    )


def test_a_lost_merge_is_found_where_all_orders_would_be_too_many() -> None:
    """Without versions and details in the answers, twenty merges have a million sets of those done."""
    blind = merges(20, lost=7, told=False)
    verdict = judge_history(blind, ThreadHistory(it()), Budget(steps=5_000))
    assert [(each.view, len(each.shown)) for each in verdict.violations] == [('the detail "k7"', 2)]


def test_of_updates_on_condition_exactly_one_is_done() -> None:
    losers = [(f"d{n}", ChangeMetadata({"a": n}, 3), 0.0, 1.0 + n % 2, Declined(CONFLICT, 4)) for n in range(1, 5)]
    winner = ("d5", ChangeMetadata({"a": 5}, 3), 0.0, 1.0, seen(4, {"a": 5}))
    judge_details(history(*losers, winner), version=3).expect_linearizable()
    second = ("d6", ChangeMetadata({"a": 6}, 3), 0.0, 1.0, seen(4, {"a": 6}))
    two = judge_details(history(*losers, winner, second), version=3).violations[0]
    assert [str(each) for each in two.shown] == [
        'd5 changes the details by {"a": 5}, if it is at version 3 -> version 4, details {"a": 5}',
        'd6 changes the details by {"a": 6}, if it is at version 3 -> version 4, details {"a": 6}',
    ]
    none = judge_details(history(*losers), version=3).violations[0]
    assert [each.act for each in none.shown] == [ChangeMetadata({"a": 4}, 3)]


def test_a_loser_is_told_the_version_that_made_it_lose() -> None:
    winner = ("d1", ChangeMetadata({"a": 1}, 3), 0.0, 1.0, seen(4, {"a": 1}))
    for told, is_right in ((4, True), (None, True), (3, False), (5, False)):
        loser = ("d2", ChangeMetadata({"a": 2}, 3), 0.0, 1.0, Declined(CONFLICT, told))
        assert (not judge_details(history(winner, loser), version=3).violations) is is_right


def test_any_other_refusal_of_an_update_breaks_the_promise_unless_tolerated() -> None:
    busy = history(("d1", ChangeMetadata({"a": 1}), 0.0, 1.0, Declined("limit reached")))
    assert judge_history(busy, ThreadHistory(it())).violations
    assert not judge_history(busy, ThreadHistory(it(), tolerated={"limit reached"})).violations


def test_a_merge_that_changes_nothing_keeps_the_version() -> None:
    same = history(("d1", ChangeMetadata({"a": 1}), 0.0, 1.0, seen(1, {"a": 1})))
    judge_details(same, a=1).expect_linearizable()
    assert judge_details(same, a=True).violations


def test_a_version_that_nobody_knows_at_first_is_judged_by_what_else_is_shown() -> None:
    rows = ("d1", ChangeMetadata({"a": 1}), 0.0, 1.0, seen(7, {"a": 1})), ("d1", READ, 2.0, 3.0, seen(9, {"a": 2}))
    judge_history(history(rows[0]), ThreadHistory(it(None))).expect_linearizable()
    assert judge_history(history(*rows), ThreadHistory(it(None))).violations


def test_a_part_begins_where_it_was_quiet_last() -> None:
    rows: list[tuple[str, object, float, float, object]] = [
        ("Ann", ChangeMetadata({"a": n}), float(n), n + 0.5, seen(n + 1, {"a": n})) for n in range(1, 9)
    ]
    bad = ("Bob", Open(), 20.0, 21.0, seen(7, {"a": 8}))
    later = ("Ann", ChangeMetadata({"a": 9}), 30.0, 31.0, seen(10, {"a": 9}))
    violation = judge_details(history(*rows, bad, later)).violations[0]
    assert [each.session for each in violation.shown] == ["Ann", "Bob"]
    assert 'before: version 8, active, details {"a": 7}\n' in violation.words
    assert 'the order 1 leads to: version 9, active, details {"a": 8}; then 2 cannot follow' in violation.words


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
    verdict = judge_history(both, ThreadHistory({"first": it()["it"], "second": it()["it"]}))
    assert [violation.object for violation in verdict.violations] == ["first"]
    assert str(verdict) == "3 operations on 2 objects: 1 violation, 0 undecided"
    mixed = [*both, operation(4, "b", READ, (2, 3), GONE, target="second")]
    with pytest.raises(PromiseBroken, match=r"second: .*\n(.*\n)*likewise: first"):
        judge_history(mixed, ThreadHistory({"first": it()["it"], "second": it()["it"]})).expect_linearizable()


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
            outcome = seen(version, decoded(members))
        rows.append((f"s{place % 4}", ChangeMetadata(patch, condition), place - before, place + after, outcome))
    judge_details(history(*rows)).expect_linearizable()


def decoded(members: dict[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in members.items()}


@pytest.mark.parametrize("policy", [Policy(), Policy(details="replace"), Policy(version="opaque")])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_a_thread_answers_by_its_policy_is_never_held_against_it(policy: Policy, data: st.DataObject) -> None:
    """Changes of details, on condition or not, and of the status, by any policy; every second answer is an opening."""
    act = st.builds(ChangeMetadata, PATCHES, st.none() | st.integers(1, 4)) | st.builds(SetStatus, STATUSES)
    plan = data.draw(st.lists(st.tuples(act, st.booleans(), st.floats(0, 3), st.floats(0, 3)), max_size=10))
    product = HonestThread(policy)
    rows: list[tuple[str, object, float, float, object]] = []
    for place, (one, is_lost, before, after) in enumerate(plan):
        outcome = product.do(one)
        lost = is_lost and isinstance(outcome, Shown)
        end = INF if lost else place + after
        rows.append((f"s{place % 4}", one, place - before, end, Unknown() if lost else outcome))
        rows.append((f"s{place % 4}", READ, place - before, place + after, product.shown))
    judge_history(history(*rows), ThreadHistory(it(), policy)).expect_linearizable()


def test_each_detail_by_itself_follows_the_policy_too() -> None:
    """A change that replaces all details removes those that it does not name."""
    acts = history(("Ann", ChangeMetadata({"a": 1}), 0, 1, DONE), ("Ann", ChangeMetadata({"b": 2}), 2, 3, DONE))
    for policy, left in ((Policy(), {"a": 1, "b": 2}), (Policy(details="replace"), {"b": 2})):
        model = ThreadHistory(it(), policy)
        reads = history(*[("Bob", READ, 0, 0, DONE)] * 2, ("Bob", READ, 4, 5, seen(None, left)))[2:]
        views = list(model.views([*acts, *reads]))
        assert [view.name for view in views] == ['the detail "a"', 'the detail "b"']
        for view in views:
            judge_history(view.operations, view.model).expect_linearizable()


def test_an_opaque_version_is_that_of_the_last_change_and_another_than_before() -> None:
    opaque = Policy(version="opaque")
    lost = ("Ann", ChangeMetadata({"a": 1}), 0, INF, Unknown())
    conflict = ("Bob", ChangeMetadata({"b": 1}, 1), 2, 3, Declined(CONFLICT, 8))
    judge_history(history(lost, conflict), ThreadHistory(it(), opaque)).expect_linearizable()
    same = ("Ann", ChangeMetadata({"a": 1}), 0, 1, seen(1, {"a": 1}))
    assert judge_history(history(same), ThreadHistory(it(), opaque)).violations


@pytest.mark.parametrize("name", ["details", "version", "status"])
def test_a_policy_excuses_nothing_else(name: str) -> None:
    policy = Policy(details="replace", version="opaque")
    wrong = {"details": seen(5, {"a": 1, "b": 2}), "version": seen(6, {"b": 2}), "status": Shown(status="archived")}
    rows = [
        ("Ann", ChangeMetadata({"a": 1}), 0, 1, seen(4, {"a": 1})),
        ("Ann", ChangeMetadata({"b": 2}), 2, 3, seen(5, {"b": 2})),
        ("Bob", READ, 4, 5, seen(5, {"b": 2})),
    ]
    judge_history(history(*rows), ThreadHistory(it(), policy)).expect_linearizable()
    assert judge_history(history(*rows, ("Bob", READ, 6, 7, wrong[name])), ThreadHistory(it(), policy)).violations


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([(SetStatus("archived"), DONE), (RUN, Declined(CONFLICT))], RIGHT),
        ([(SetStatus("archived"), DONE), (RUN, DONE)], WRONG),
        ([(SetStatus("archived"), DONE), (SetStatus("completed"), Declined(CONFLICT))], RIGHT),
        ([(SetStatus("archived"), DONE), (SetStatus("completed"), DONE)], WRONG),
        ([(SetStatus("archived"), DONE), (WRITE, DONE)], RIGHT),
        ([(SetStatus("completed"), Shown(2, status="completed")), (READ, Shown(2, status="completed"))], RIGHT),
        ([(SetStatus("completed"), Shown(2, status="completed")), (READ, Shown(2, status="active"))], WRONG),
        ([(SetStatus("completed"), Shown(3))], WRONG),
        ([(SetStatus("unheard of"), Declined("invalid"))], RIGHT),
        ([(SetStatus("completed"), Declined("invalid"))], WRONG),
        ([(Rename("Bags"), Shown(2, title="Bags")), (READ, Shown(title="Bags"))], RIGHT),
        ([(Rename("Bags"), Shown(2, title="Bags")), (READ, Shown(title="Boxes"))], WRONG),
    ],
)
def test_status_and_title_are_judged_as_well(rows: list[tuple[Act, Outcome]], verdict: str) -> None:
    acts = history(*(("Ann", act, 2 * n, 2 * n + 1, outcome) for n, (act, outcome) in enumerate(rows)))
    assert (WRONG if judge_details(acts).violations else RIGHT) == verdict


class HonestThread:
    """A thread that does each act by its policy, written apart from the specification."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._members: dict[str, str] = {}
        self._status, self._version = "active", 1

    @property
    def shown(self) -> Shown:
        return Shown(self._version, written(decoded(self._members)), self._status)

    def do(self, act: ChangeMetadata | SetStatus) -> Shown | Declined:
        before = self._members, self._status
        if isinstance(act, SetStatus):
            if act.status != self._status and act.status not in self._policy.transitions[self._status]:
                return Declined(CONFLICT)
            self._status = act.status
        else:
            if act.if_version not in {None, self._version}:
                return Declined(CONFLICT, self._version)
            replaced = {name: written(value) for name, value in act.changes.items()}
            is_merge = self._policy.details == "merge"
            self._members = merged_members(self._members, act.changes) if is_merge else replaced
        if (self._members, self._status) != before:
            self._version += 1 if self._policy.version == "rises" else 7
        return self.shown
