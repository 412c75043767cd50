"""What a running test item says about its scenario: the phases it went through and the step that failed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, cast

import pytest

from support.core.failure import BadInput, Code, EnvironmentFailed, PromiseBroken
from support.core.outcome import DEVIATION, NOT_OFFERED, Phase, ScenarioResult, judge
from support.core.scenario import SCENARIO, Scenario
from support.observation.evidence import Evidence
from support.observation.masking import Secrets
from support.observation.wire import WireLog

WIRE = pytest.StashKey[WireLog]()
EVIDENCE = pytest.StashKey[Evidence]()
_PHASES = pytest.StashKey[list[Phase]]()
FAILED_STEP = pytest.StashKey["FailedStep"]()
_SPEAK_FOR_THEMSELVES = (AssertionError, BadInput, EnvironmentFailed)


class FailedStep(NamedTuple):
    """The step that raised, with its keyword, its line in the feature file, and its function where there is one."""

    text: str
    line: int
    function: str | None


class Step(Protocol):
    """A step as pytest-bdd gives it to its hooks."""

    keyword: str
    name: str
    line_number: int


def step_text(step: Step) -> str:
    """Keyword and words, as the feature file has them."""
    return f"{step.keyword.strip()} {step.name}"


def remember_failed_step(item: pytest.Item, step: Step, function: Callable[..., object] | None) -> None:
    """Keep the step that has just raised; `function` is its definition, None where nobody defined it."""
    name = None if function is None else function_name(function)
    item.stash[FAILED_STEP] = FailedStep(step_text(step), step.line_number, name)


def function_name(function: Callable[..., object]) -> str:
    """The name that faults bind to, such as `steps.threads:has`; of a wrapper it is the function inside."""
    inner = inspect.unwrap(function)
    return f"{inner.__module__}:{inner.__qualname__}"


def secrets_of(item: pytest.Item) -> Secrets:
    """The secrets met in this scenario; without a wire log, what only looks like one is masked."""
    wire = item.stash.get(WIRE, None)
    return wire.secrets if wire else Secrets()


def add_phase(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> Phase:
    """Record how a phase of this item ended."""
    phase = _phase(item, call, report)
    item.stash.setdefault(_PHASES, []).append(phase)
    return phase


def result_of(item: pytest.Item) -> ScenarioResult:
    """The verdict on the scenario of this item, from the phases that it went through so far."""
    return judge(
        item.stash.get(_PHASES, list[Phase]()),
        title=item.stash[SCENARIO].title,
        not_offered=item.stash.get(NOT_OFFERED, None),
        deviation=item.stash.get(DEVIATION, None),
    )


def reason_of(error: BaseException) -> str:
    """What an exception says, whole, with its type where the message alone would not explain it."""
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


def code_of(error: BaseException) -> str | None:
    """What kind of promise was broken, None if it is no verdict on the backend; of a group it is the first one's."""
    if not is_broken_promise(error):
        return None
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return code_of(group.exceptions[0])
    return error.code.value if isinstance(error, PromiseBroken) else Code.ASSERTION.value


def _phase(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> Phase:
    when = report.when
    if call.excinfo is None:
        return Phase(when, "passed", report.duration)
    error = call.excinfo.value
    reason = secrets_of(item).text(reason_of(error))
    if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
        return Phase(when, "skipped", report.duration, reason)
    ending = "failed" if is_broken_promise(error) else "error"
    failed = _place(item, item.stash[SCENARIO], when)
    return Phase(
        when,
        ending,
        report.duration,
        reason,
        step=failed.text,
        step_line=failed.line,
        code=code_of(error),
        step_function=failed.function,
    )


def _place(item: pytest.Item, scenario: Scenario, when: str) -> FailedStep:
    if when == "setup":
        return FailedStep("before the first step", scenario.line, None)
    if when == "teardown":
        return FailedStep("after the last step", scenario.line, "teardown")
    return item.stash.get(FAILED_STEP, FailedStep("between steps", scenario.line, None))


def scenarios_of(items: Sequence[pytest.Item]) -> dict[str, Scenario]:
    """The scenarios among the collected items, by node id."""
    return {item.nodeid: item.stash[SCENARIO] for item in items if SCENARIO in item.stash}
