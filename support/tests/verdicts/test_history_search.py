"""The search and the shortening, compared with the judgement of all permutations."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.core.failure import EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import NewThread
from support.specification.acts import Ask, ChangeMetadata, Erase, Open, SetStatus
from support.specification.acts import Start as StartThread
from support.specification.acts import Write as WriteMessage
from support.specification.history import Shown, ThreadHistory
from support.specification.json_values import written
from support.specification.state import ThreadState
from support.tests.verdicts.history_register import Read, Register, Write, is_linearizable, lost, operation, read, wrote
from support.verdicts.history.model import AnyModel, AnyOperation
from support.verdicts.history.operations import CONFLICT, Declined, Unknown
from support.verdicts.history.search import Budget, Meter, Problem, Start, ends, explain
from support.verdicts.history.verdict import judge_history

VALUES = st.integers(0, 2)
PLENTY = Budget()


def acts_on_a_register() -> st.SearchStrategy[tuple[Any, Any]]:
    reads = st.tuples(st.builds(Read), VALUES)
    writes = st.builds(Write, VALUES, st.none() | VALUES)
    return reads | writes.flatmap(
        lambda act: st.tuples(st.just(act), st.sampled_from([act.value, act.value, Declined(CONFLICT), Unknown()]))
    )


def acts_on_a_thread() -> st.SearchStrategy[tuple[Any, Any]]:
    details = st.dictionaries(st.sampled_from("ab"), st.sampled_from([None, 1, True]), max_size=2)
    held = st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, True]), max_size=2)
    seen = st.builds(Shown, st.none() | st.integers(1, 4), st.none() | held.map(written))
    changes = st.builds(ChangeMetadata, details, st.none() | st.integers(1, 3))
    conflicts = st.builds(Declined, st.just(CONFLICT), st.none() | st.integers(1, 3))
    return st.tuples(st.just(Open()), seen) | st.tuples(changes, seen | conflicts | st.just(Unknown()))


def acts_on_the_status() -> st.SearchStrategy[tuple[Any, Any]]:
    statuses = st.sampled_from(["active", "completed", "archived"])
    seen = st.builds(Shown, st.none() | st.integers(1, 4), status=st.none() | statuses)
    marks = st.builds(SetStatus, statuses, st.none() | st.integers(1, 3))
    refused = st.just(Declined(CONFLICT)) | st.just(Unknown())
    return st.tuples(st.just(Open()), seen) | st.tuples(marks, seen | refused) | st.tuples(st.just(Ask("?")), refused)


def acts_on_existence() -> st.SearchStrategy[tuple[Any, Any]]:
    return st.tuples(
        st.sampled_from([StartThread(NewThread()), Open(), WriteMessage("Hello"), Ask("How many?"), Erase()]),
        st.sampled_from([Shown(), Shown(), Declined("not found"), Unknown()]),
    )


@st.composite
def histories(draw: st.DrawFn, acts: st.SearchStrategy[tuple[Any, Any]]) -> list[AnyOperation]:
    operations: list[AnyOperation] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        act, outcome = draw(acts)
        begin = draw(st.integers(0, 8))
        end = math.inf if isinstance(outcome, Unknown) else begin + draw(st.integers(0, 5))
        operations.append(operation(number, f"s{number % 3}", act, (begin, end), outcome))
    return operations


THERE = ThreadHistory({"it": ThreadState("Boxes", "active", "{}", 1)})
MODELS: list[tuple[AnyModel, st.SearchStrategy[tuple[Any, Any]]]] = [
    (Register(), acts_on_a_register()),
    (THERE, acts_on_a_thread()),
    (THERE, acts_on_the_status()),
    (ThreadHistory({}), acts_on_existence()),
    (THERE, acts_on_existence()),
]
KINDS = ["register", "versions", "status", "not started", "there"]


@pytest.mark.parametrize(("model", "acts"), MODELS, ids=KINDS)
def test_the_search_agrees_with_trying_all_orders(model: AnyModel, acts: st.SearchStrategy[tuple[Any, Any]]) -> None:
    judged: set[bool] = set()

    @settings(max_examples=250, deadline=None)
    @given(histories(acts))
    def compare(history: list[AnyOperation]) -> None:
        verdict = judge_history(history, model)
        assert not verdict.undecided
        assert (not verdict.violations) == is_linearizable(model, history)
        judged.add(not verdict.violations)

    compare()
    assert judged == {True, False}


@pytest.mark.parametrize(("model", "acts"), MODELS, ids=KINDS)
def test_the_part_shown_has_no_explanation_from_any_state_in_which_it_may_begin(
    model: AnyModel, acts: st.SearchStrategy[tuple[Any, Any]]
) -> None:
    """And it is no longer than the whole, all of its operations are of the history, and it can be told and drawn."""
    shortened: set[bool] = set()

    @settings(max_examples=150, deadline=None)
    @given(histories(acts))
    def check(history: list[AnyOperation]) -> None:
        for violation in judge_history(history, model).violations:
            problem = violation.part.problem
            assert {each.number for each in problem.operations} <= {each.number for each in history}
            assert problem.starts
            assert not explain(problem, Meter(PLENTY)).is_complete
            assert violation.words
            assert violation.picture()
            shortened.add(len(problem.operations) < len(history))

    check()
    assert shortened == {True, False}


@pytest.mark.parametrize(("model", "acts"), MODELS, ids=KINDS)
def test_an_operation_declared_unchanging_changes_no_state(
    model: AnyModel, acts: st.SearchStrategy[tuple[Any, Any]]
) -> None:
    """The search relies on it when it puts such an operation first, and the shortening when it leaves it out."""

    @settings(max_examples=150, deadline=None)
    @given(st.lists(acts, max_size=5), acts)
    def check(before: list[tuple[Any, Any]], last: tuple[Any, Any]) -> None:
        state = model.initial("it")
        for act, _ in before:
            after = model.step(state, act, Unknown())
            state = after if isinstance(after, type(state)) else state
        after = model.step(state, *last)
        if not model.changes(*last) and isinstance(after, type(state)):
            assert after == state

    check()


def test_operations_that_touch_in_time_have_no_order() -> None:
    assert not judge_history([wrote(1, "Ann", 1, 0, 1), read(2, "Bob", 0, 1, 2)], Register()).violations
    assert judge_history([wrote(1, "Ann", 1, 0, 1), read(2, "Bob", 0, 1.001, 2)], Register()).violations


def test_an_unknown_write_may_have_happened_late_or_never() -> None:
    unknown = wrote(1, "Ann", 1, 0, math.inf)
    for values in ([0, 0], [0, 1], [1, 1]):
        reads = [read(number, "Bob", value, number, number + 0.5) for number, value in enumerate(values, 2)]
        judge_history([unknown, *reads], Register()).expect_linearizable()
    reads = [read(2, "Bob", 1, 2, 2.5), read(3, "Bob", 0, 3, 3.5)]
    with pytest.raises(PromiseBroken):
        judge_history([unknown, *reads], Register()).expect_linearizable()


def test_an_unknown_write_has_not_happened_before_it_was_asked_for() -> None:
    history = [read(1, "Bob", 1, 0, 1), wrote(2, "Ann", 1, 2, math.inf)]
    assert judge_history(history, Register()).violations


def test_a_refused_write_has_no_effect_where_an_unknown_one_may() -> None:
    seen = read(2, "Bob", 7, 2, 3)
    refused = lost(1, "Ann", Write(7, instead_of=5), 0, 1)
    unknown = operation(1, "Ann", Write(7), (0, math.inf), Unknown())
    assert judge_history([refused, seen], Register()).violations
    assert not judge_history([unknown, seen], Register()).violations


def test_all_ends_are_found_with_the_unknown_operations_that_led_there() -> None:
    history = [wrote(1, "Ann", 1, 0, 4), wrote(2, "Bob", 2, 0, 4), wrote(3, "Cay", 3, 0, math.inf)]
    problem = Problem.of(Register(), history, (Start(0),))
    found = ends(problem, Meter(PLENTY), 9)
    assert found is not None
    least = {(start.state, tuple(start.taken)) for start in found}
    assert least == {(1, ()), (2, ()), (1, (3,)), (2, (3,)), (3, (3,))}
    assert ends(problem, Meter(PLENTY), 4) is None


@pytest.mark.parametrize("budget", [Budget(steps=50), Budget(seconds=0.0)])
def test_a_search_that_costs_too_much_decides_nothing(budget: Budget) -> None:
    impossible = [*(wrote(number, "Ann", number, 0, 9) for number in range(1, 30)), read(30, "Bob", 77, 0, 9)]
    verdict = judge_history(impossible, Register(), budget)
    assert (verdict.violations, verdict.undecided) == ((), ("it",))
    with pytest.raises(EnvironmentFailed, match=f"within {budget.steps} steps and {budget.seconds:g} s"):
        verdict.expect_linearizable()


def test_a_violation_counts_although_another_object_is_undecided() -> None:
    hard = [*(wrote(number, "Ann", number, 0, 9) for number in range(1, 30)), read(30, "Bob", 77, 0, 9)]
    broken = operation(31, "Cay", Read(), (0, 1), 5, target="another")
    verdict = judge_history([*hard, broken], Register(), Budget(steps=50))
    assert verdict.undecided == ("it",)
    with pytest.raises(PromiseBroken, match="another"):
        verdict.expect_linearizable()


def test_a_long_history_takes_no_long_search() -> None:
    """As many steps as a thousand overlapping operations need with memory, and would never do without."""
    history: list[AnyOperation] = []
    for number in range(0, 1000, 4):
        history += [
            wrote(number + 1, "Ann", number, number, number + 5),
            wrote(number + 2, "Bob", number + 1, number, number + 5),
            read(number + 3, "Cay", number + 1, number + 4, number + 5),
            wrote(number + 4, "Dan", 5, number + 1, math.inf),
        ]
    judge_history(history, Register(), Budget(steps=200_000)).expect_linearizable()
