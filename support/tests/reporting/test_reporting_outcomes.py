"""How the phases of a test decide the outcome of its scenario."""

from __future__ import annotations

import functools

import pytest

from support.core.failure import BadInput, Code, EnvironmentFailed, PromiseBroken
from support.core.outcome import Outcome, Phase, judge_phases, totals
from support.pytest_plugin.phases import code_of, function_name, is_broken_promise, reason_of

SETUP, CALL, TEARDOWN = (Phase(when, "passed", 0.25) for when in ("setup", "call", "teardown"))
BROKEN = Phase("call", "failed", 0.5, "the title is wrong", "Then it is right", 7)
FAILED = Phase("call", "error", 0.5, "OSError: gone", "When she asks", 6)
SKIPPED = Phase("setup", "skipped", 0.0, "not today")
LEFT_OVER = Phase("teardown", "failed", 0.1, "a stranger saw it", "after the last step", 3)
CRASH = Phase("crash", "error", 0.0, "died", "during the scenario", 3)


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        ([SETUP, CALL, TEARDOWN], Outcome.KEPT),
        ([SETUP, BROKEN, TEARDOWN], Outcome.BROKEN),
        ([SETUP, FAILED, TEARDOWN], Outcome.ENVIRONMENT),
        ([Phase("setup", "failed", 0.1, "nobody there"), TEARDOWN], Outcome.ENVIRONMENT),
        ([Phase("setup", "error", 0.1, "nobody there"), TEARDOWN], Outcome.ENVIRONMENT),
        ([Phase("setup", "error", 0.1, "nobody there"), LEFT_OVER], Outcome.ENVIRONMENT),
        ([SETUP, CALL, LEFT_OVER], Outcome.BROKEN),
        ([SETUP, CALL, Phase("teardown", "error", 0.1, "x")], Outcome.ENVIRONMENT),
        ([SETUP, BROKEN, Phase("teardown", "error", 0.1, "x")], Outcome.BROKEN),
        ([SETUP, FAILED, LEFT_OVER], Outcome.ENVIRONMENT),
        ([SKIPPED, TEARDOWN], Outcome.ENVIRONMENT),
        ([SETUP, Phase("call", "skipped", 0.1, "x"), TEARDOWN], Outcome.ENVIRONMENT),
        ([SETUP, CRASH], Outcome.ENVIRONMENT),
        ([CRASH], Outcome.ENVIRONMENT),
        ([], Outcome.NOT_RUN),
        ([SETUP], Outcome.NOT_RUN),
        ([SETUP, CALL], Outcome.NOT_RUN),
        ([SETUP, TEARDOWN], Outcome.NOT_RUN),
    ],
)
def test_phases_decide(phases: list[Phase], outcome: Outcome) -> None:
    assert judge_phases(phases, id_="x").outcome is outcome


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        ([SETUP, CALL, TEARDOWN], Outcome.BROKEN),
        ([SETUP, BROKEN, TEARDOWN], Outcome.KNOWN_DEVIATION),
        ([SETUP, CALL, LEFT_OVER], Outcome.KNOWN_DEVIATION),
        ([SETUP, FAILED, TEARDOWN], Outcome.ENVIRONMENT),
        ([SKIPPED, TEARDOWN], Outcome.ENVIRONMENT),
        ([SETUP], Outcome.NOT_RUN),
    ],
)
def test_a_listed_deviation_excuses_only_a_broken_promise(phases: list[Phase], outcome: Outcome) -> None:
    assert judge_phases(phases, id_="x", deviation="agreed").outcome is outcome


def test_not_offered_differs_from_other_skips() -> None:
    result = judge_phases([SKIPPED, TEARDOWN], id_="x", not_offered="no search here")
    assert (result.outcome, result.reason) == (Outcome.NOT_OFFERED, "no search here")
    assert judge_phases([SETUP, BROKEN, TEARDOWN], id_="x", not_offered="no search here").outcome is Outcome.BROKEN


def test_the_result_carries_time_step_and_reason() -> None:
    result = judge_phases([SETUP, BROKEN, TEARDOWN], id_="x")
    assert (result.seconds, result.step, result.step_line) == (1.0, "Then it is right", 7)
    assert result.reason == "the title is wrong"


def test_totals_name_all_six_and_their_sum() -> None:
    counted = totals([Outcome.KEPT, Outcome.KEPT, Outcome.NOT_RUN])
    assert counted == {
        "kept": 2,
        "broken": 0,
        "environment": 0,
        "not_offered": 0,
        "known_deviation": 0,
        "not_run": 1,
        "collected": 3,
    }


def test_only_three_outcomes_let_a_run_succeed() -> None:
    acceptable = {outcome for outcome in Outcome if outcome.acceptable}
    assert acceptable == {Outcome.KEPT, Outcome.NOT_OFFERED, Outcome.KNOWN_DEVIATION}


@pytest.mark.parametrize(
    ("error", "reason", "broken"),
    [
        (PromiseBroken(Code.TITLE_FORM, "the title is empty"), "the title is empty", True),
        (AssertionError("assert 1 == 2\n +  where 1 = f()"), "assert 1 == 2\n +  where 1 = f()", True),
        (AssertionError(), "an expectation failed without saying why", True),
        (EnvironmentFailed("PostgreSQL is gone"), "PostgreSQL is gone", False),
        (BadInput("no such profile"), "no such profile", False),
        (KeyError("title"), "KeyError: 'title'", False),
        (TimeoutError(), "TimeoutError", False),
        (ExceptionGroup("two", [PromiseBroken(Code.CHANGED, "a"), PromiseBroken(Code.CHANGED, "b")]), "a\nb", True),
        (ExceptionGroup("two", [PromiseBroken(Code.CHANGED, "a"), OSError("b")]), "a\nOSError: b", False),
    ],
)
def test_an_exception_becomes_words(error: BaseException, reason: str, broken: bool) -> None:  # noqa: FBT001
    assert reason_of(error) == reason
    assert is_broken_promise(error) is broken


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PromiseBroken(Code.TITLE_SHOWN, "it has no title"), "title.shown"),
        (AssertionError("assert 1 == 2"), "assertion"),
        (
            ExceptionGroup("two", [PromiseBroken(Code.TITLE_SHOWN, "a"), PromiseBroken(Code.CHANGED, "b")]),
            "title.shown",
        ),
        (ExceptionGroup("two", [PromiseBroken(Code.TITLE_SHOWN, "a"), OSError("b")]), None),
        (EnvironmentFailed("PostgreSQL is gone"), None),
    ],
)
def test_only_a_broken_promise_has_a_code(error: BaseException, code: str | None) -> None:
    assert code_of(error) == code


def test_a_function_is_named_by_its_module_even_inside_a_wrapper() -> None:
    @functools.wraps(judge_phases)
    def wrapper() -> None: ...

    assert function_name(wrapper) == "support.core.outcome:judge_phases"
