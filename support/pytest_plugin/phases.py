"""How the phases of a scenario's test ended, from the exceptions that ended them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol, cast

import pytest

from support.core.failure import BadInput, Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.core.outcome import Phase
from support.pytest_plugin.machine import BUSY, others_since
from support.pytest_plugin.state import FailedStep, ScenarioState

_SPEAK_FOR_THEMSELVES = (AssertionError, BadInput, EnvironmentFailed, NotOffered)


class HookStep(Protocol):
    """A step as pytest-bdd gives it to its hooks."""

    keyword: str
    name: str
    line_number: int


def step_text(step: HookStep) -> str:
    """Keyword and words, as the feature file has them."""
    return f"{step.keyword.strip()} {step.name}"


def failed_step(step: HookStep, function: Callable[..., object] | None) -> FailedStep:
    """The step that has just raised; `function` is its definition, None where there is none."""
    name = None if function is None else function_name(function)
    return FailedStep(step_text(step), step.line_number, name)


def function_name(function: Callable[..., object]) -> str:
    """The name that faults bind to, such as `steps.threads:has`; of a wrapper it is the function inside."""
    inner = inspect.unwrap(function)
    return f"{inner.__module__}:{inner.__qualname__}"


def add_phase(state: ScenarioState, call: pytest.CallInfo[Any], report: pytest.TestReport) -> Phase:
    """Record how a phase ended."""
    phase = _phase(state, call, report)
    state.phases.append(phase)
    return phase


def reason_of(error: BaseException) -> str:
    """The whole message of an exception, with its type where the message alone would not explain it."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return "\n".join(reason_of(inner) for inner in group.exceptions)
    message = str(error).strip()
    if isinstance(error, AssertionError) and not message:
        return "an expectation failed without saying why"
    if isinstance(error, (*_SPEAK_FOR_THEMSELVES, pytest.fail.Exception, pytest.skip.Exception)) and message:
        return message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def is_broken_promise(error: BaseException) -> bool:
    """Whether an exception is a verdict on the backend; a group is one if everything in it is."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return all(is_broken_promise(inner) for inner in group.exceptions)
    return isinstance(error, AssertionError)


def is_not_offered(error: BaseException) -> bool:
    """Whether an exception says that the target does not offer something; a group does if everything in it does."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return all(is_not_offered(inner) for inner in group.exceptions)
    return isinstance(error, NotOffered)


def code_of(error: BaseException) -> str | None:
    """The failure code, None if the exception is no verdict on the backend; of a group, the code of the first."""
    if not is_broken_promise(error):
        return None
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return code_of(group.exceptions[0])
    return error.code.value if isinstance(error, PromiseBroken) else Code.ASSERTION.value


def _phase(state: ScenarioState, call: pytest.CallInfo[Any], report: pytest.TestReport) -> Phase:
    when = report.when
    if call.excinfo is None:
        return Phase(when, "passed", report.duration)
    error = call.excinfo.value
    reason = state.secrets.text(reason_of(error))
    if is_not_offered(error):
        state.not_offered = reason
        return Phase(when, "skipped", report.duration, reason)
    if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
        return Phase(when, "skipped", report.duration, reason)
    place = _place(state, when)
    code = code_of(error)
    if (slow := _slow_machine(state, code)) is not None:
        code, reason = None, f"{reason}\n{slow}"
    elif isinstance(error, EnvironmentFailed) and (silence := _silence(state)) is not None:
        code, reason = Code.ACT_FAILED.value, f"{silence}\n{reason}"
    return Phase(
        when,
        "error" if code is None else "failed",
        report.duration,
        reason,
        step=place.text,
        step_line=place.line,
        code=code,
        step_function=place.function,
    )


def _slow_machine(state: ScenarioState, code: str | None) -> str | None:
    """Why a failure in time says nothing about the product: other programs used the machine."""
    limit = BUSY.get(Code(code)) if code else None
    if limit is None or state.begun is None:
        return None
    share = others_since(state.begun)
    if share < limit:
        return None
    return f"no verdict: other programs used {share:.0%} of the machine meanwhile; play it again when it is quiet"


def _silence(state: ScenarioState) -> str | None:
    """The act that the product did not answer, where the suite has waited in vain."""
    if state.people is None:
        return None
    patience = state.people.wait_seconds
    for call in state.people.tape.calls:
        if call.waited is not None and call.waited >= patience:
            act = call.name.replace(".", " ")
            return f"expected an answer to {call.account.name} ({act}), got none in {call.waited:.0f} s"
    return None


def _place(state: ScenarioState, when: str) -> FailedStep:
    line = state.scenario.line
    if when == "setup":
        return FailedStep("before the first step", line, None)
    if when == "teardown":
        return FailedStep("after the last step", line, "teardown")
    return state.failed_step or FailedStep("between steps", line, None)
