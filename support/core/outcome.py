"""The six outcomes of a scenario, and how the phases of its test decide between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """The outcome of a scenario in a run. Every collected scenario has exactly one."""

    KEPT = "kept"
    BROKEN = "broken"
    ENVIRONMENT = "environment"
    NOT_OFFERED = "not_offered"
    KNOWN_DEVIATION = "known_deviation"
    NOT_RUN = "not_run"

    @property
    def acceptable(self) -> bool:
        """Whether a run may succeed although a scenario has this outcome."""
        return self in (Outcome.KEPT, Outcome.NOT_OFFERED, Outcome.KNOWN_DEVIATION)

    @property
    def words(self) -> str:
        """The outcome as a person reads it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Phase:
    """How one phase of a test ended. `ending` "failed" is a failed assertion, "error" any other exception.

    `step` and `step_line` are of the step that was running; `seconds` is the time the phase took. `code` is the failure
    code, one of `Code`, and None where no promise was broken. `step_function` is the function that raised, such as
    `steps.threads:has`, or the name of the check that runs after the last step: `bystander`, `snapshot`, `teardown`.
    """

    when: Literal["setup", "call", "teardown", "crash"]
    ending: Literal["passed", "failed", "error", "skipped"]
    seconds: float = 0.0
    reason: str = ""
    step: str | None = None
    step_line: int | None = None
    code: str | None = None
    step_function: str | None = None


PlayedStep = tuple[str, int]
"""Text and line of a step that was executed."""


@dataclass(frozen=True)
class ScenarioResult:
    """The verdict on one scenario. The step, the reason, the code and the function are None where it was kept.

    `code` and `step_function` are those of the phase that decided; see `Phase`. `played` are the steps that were
    executed to their end, in order.
    """

    outcome: Outcome
    seconds: float
    step: str | None = None
    step_line: int | None = None
    reason: str | None = None
    code: str | None = None
    step_function: str | None = None
    played: tuple[PlayedStep, ...] = ()


def judge_phases(
    phases: Sequence[Phase], *, title: str, not_offered: str | None = None, deviation: str | None = None
) -> ScenarioResult:
    """Decide the outcome of a scenario from the reported phases of its test.

    Args:
        phases: those reported so far, in order; an unfinished test lacks its last phases.
        title: the scenario's title, for messages.
        not_offered: the reason in the target's profile for leaving the scenario out, if there is one.
        deviation: the reason in the target's profile for expecting it to be broken, if there is one.
    """
    seconds = round(sum(phase.seconds for phase in phases), 6)
    worst = _worst(phases)
    if worst is None:
        if not _finished(phases):
            return ScenarioResult(Outcome.NOT_RUN, seconds, reason=_why_not_run(phases))
        if deviation is None:
            return ScenarioResult(Outcome.KEPT, seconds)
        stale = f'the deviation listed for "{title}" is stale: it is kept now; remove it from the profile'
        return ScenarioResult(Outcome.BROKEN, seconds, reason=stale)
    outcome, reason = _judged(worst, not_offered, deviation)
    return ScenarioResult(outcome, seconds, worst.step, worst.step_line, reason, worst.code, worst.step_function)


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many scenarios have each of the six outcomes, and `collected`, their sum."""
    found = list(outcomes)
    return {outcome.value: found.count(outcome) for outcome in Outcome} | {"collected": len(found)}


def _worst(phases: Sequence[Phase]) -> Phase | None:
    """The phase that decides: the first that did not pass, except that a failure outranks an earlier skip."""
    not_passed = [phase for phase in phases if phase.ending != "passed"]
    return next((phase for phase in not_passed if phase.ending != "skipped"), not_passed[0] if not_passed else None)


def _finished(phases: Sequence[Phase]) -> bool:
    return {"setup", "call", "teardown"} <= {phase.when for phase in phases}


def _why_not_run(phases: Sequence[Phase]) -> str:
    return "the run ended while this scenario was running" if phases else "the run ended before this scenario began"


def _judged(worst: Phase, not_offered: str | None, deviation: str | None) -> tuple[Outcome, str]:
    if worst.ending == "skipped":
        if not_offered is not None:
            return Outcome.NOT_OFFERED, not_offered
        return Outcome.ENVIRONMENT, f"skipped, which only the target's profile may do: {worst.reason}"
    if worst.when == "setup" or worst.ending == "error" or worst.when == "crash":
        return Outcome.ENVIRONMENT, worst.reason
    if deviation is not None:
        return Outcome.KNOWN_DEVIATION, deviation
    return Outcome.BROKEN, worst.reason
