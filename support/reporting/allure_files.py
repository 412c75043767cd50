"""The Allure result of a scenario: its description, its verdict, and the file that replaces a lost one."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import uuid4

from allure_commons import model2
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Status
from allure_commons.utils import now

from support.core.outcome import Outcome, ScenarioResult
from support.core.scenario import TIERS, Scenario
from support.reporting.attachments import description

model: Any = model2
"""The classes of Allure's result files; the package has no types."""

ALLURE_STATUSES = {
    Outcome.KEPT: Status.PASSED,
    Outcome.BROKEN: Status.FAILED,
    Outcome.ENVIRONMENT: Status.BROKEN,
    Outcome.NOT_OFFERED: Status.SKIPPED,
    Outcome.KNOWN_DEVIATION: Status.SKIPPED,
    Outcome.NOT_RUN: Status.UNKNOWN,
}


def test_case_id(scenario: Scenario) -> str:
    """The key of a scenario's history: its row and title, so that files and functions may be renamed."""
    return md5(f"{scenario.row} {scenario.title}".encode(), usedforsecurity=False).hexdigest()


def new_result(scenario: Scenario, worker: str) -> Any:
    """A result with the description of a scenario, before it runs."""
    identity = test_case_id(scenario)
    path = [scenario.tier.capitalize(), scenario.feature, *filter(None, [scenario.rule])]
    return model.TestResult(
        uuid=str(uuid4()),
        name=scenario.title,
        fullName=f"{scenario.row} {scenario.title}",
        testCaseId=identity,
        historyId=identity,
        titlePath=path,
        labels=_labels(scenario, worker),
        descriptionHtml=description(scenario),
        start=now(),
        stop=now(),
    )


def conclude(result: Any, scenario: Scenario, verdict: ScenarioResult) -> None:
    """Write the verdict into a result, and add the steps that were not reached."""
    result.status = ALLURE_STATUSES[verdict.outcome]
    result.labels.append(model.Label("outcome", verdict.outcome.words))
    if verdict.reason is not None:
        place = f"{scenario.file}:{verdict.step_line or scenario.line}"
        result.statusDetails = model.StatusDetails(
            known=verdict.outcome is Outcome.KNOWN_DEVIATION or None,
            message=verdict.reason,
            trace="\n".join(filter(None, [place, verdict.step])),
        )
    if verdict.not_looked_at:
        result.steps.append(
            model.TestStepResult(
                name=f"Not looked at ({len(verdict.not_looked_at)}): {'; '.join(verdict.not_looked_at)}",
                status=Status.SKIPPED,
                start=result.stop,
                stop=result.stop,
            )
        )
    done = sum(1 for step in result.steps if step.id is not None)
    result.steps += [
        model.TestStepResult(
            name=f"{step.keyword} {step.text}", status=Status.SKIPPED, start=result.stop, stop=result.stop
        )
        for step in scenario.steps[done:]
    ]


def replace_result(folder: Path, scenario: Scenario, verdict: ScenarioResult, earlier: set[Path]) -> None:
    """Write the result of a scenario without any report: it never ran, or its process died.

    Removes a result that the process itself has written meanwhile; `earlier` are files of another run.
    """
    result = new_result(scenario, "controller")
    for file in set(folder.glob("*-result.json")) - earlier:
        if result.testCaseId in file.read_text("utf-8"):
            file.unlink()
    conclude(result, scenario, verdict)
    writer: Any = AllureFileLogger(folder)
    writer.report_result(result)


def _labels(scenario: Scenario, worker: str) -> list[Any]:
    values = {
        "tier": f"{TIERS.index(scenario.tier) + 1} {scenario.tier.capitalize()}",
        "feature": scenario.feature,
        "story": scenario.rule,
        "row": scenario.row,
        "tag": scenario.row,
        "severity": scenario.severity,
        "segment": scenario.value.segment,
        "goal": scenario.value.goal,
        "thread": worker,
    }
    return [model.Label(name, value) for name, value in values.items() if value]
