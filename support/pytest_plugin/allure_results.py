"""Allure results of scenarios: their sentences as steps, their value as description, the wire as attachments.

allure-pytest brings the options, the writer and the `allure.attach` call. Its listener, which knows test functions
and fixtures but no scenarios, is replaced by the one here.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from hashlib import md5
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from allure_commons import model2
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Status
from allure_commons.utils import now

from support.core.outcome import Outcome, ScenarioResult
from support.core.scenario import SCENARIO, TIERS, Scenario
from support.pytest_plugin.items import (
    EVIDENCE,
    WIRE,
    Step,
    is_broken_promise,
    reason_of,
    result_of,
    secrets_of,
    step_text,
)
from support.reporting.attachments import (
    Attachment,
    description,
    doc_string,
    exhibit_attachment,
    table,
    wire_attachments,
)

model: Any = model2
"""The classes of Allure's result files; the package has no types."""

STATUSES = {
    Outcome.KEPT: Status.PASSED,
    Outcome.BROKEN: Status.FAILED,
    Outcome.ENVIRONMENT: Status.BROKEN,
    Outcome.NOT_OFFERED: Status.SKIPPED,
    Outcome.KNOWN_DEVIATION: Status.SKIPPED,
    Outcome.NOT_RUN: Status.UNKNOWN,
}


class ExecutedStep(Step, Protocol):
    """What the report takes from a step of pytest-bdd."""

    datatable: Any
    docstring: str | None


def test_case_id(scenario: Scenario) -> str:
    """What the history of a scenario hangs on: its row and title, so that files and functions may be renamed."""
    return md5(f"{scenario.row} {scenario.title}".encode(), usedforsecurity=False).hexdigest()


def new_result(scenario: Scenario, worker: str) -> Any:
    """A result with all that is known of a scenario before it runs."""
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
    result.status = STATUSES[verdict.outcome]
    result.labels.append(model.Label("outcome", verdict.outcome.words))
    if verdict.reason is not None:
        place = f"{scenario.file}:{verdict.step_line or scenario.line}"
        result.statusDetails = model.StatusDetails(
            known=verdict.outcome is Outcome.KNOWN_DEVIATION or None,
            message=verdict.reason,
            trace="\n".join(filter(None, [place, verdict.step])),
        )
    done = sum(1 for step in result.steps if step.id is not None)
    result.steps += [
        model.TestStepResult(
            name=f"{step.keyword} {step.text}", status=Status.SKIPPED, start=result.stop, stop=result.stop
        )
        for step in scenario.steps[done:]
    ]


def replace_result(folder: Path, scenario: Scenario, verdict: ScenarioResult, earlier: set[Path]) -> None:
    """Write the result of a scenario of which nothing was reported: it never ran, or its process died.

    What its process may have written on its own meanwhile goes; `earlier` are files of another run.
    """
    result = new_result(scenario, "controller")
    for file in set(folder.glob("*-result.json")) - earlier:
        if result.testCaseId in file.read_text("utf-8"):
            file.unlink()
    conclude(result, scenario, verdict)
    writer: Any = AllureFileLogger(folder)
    writer.report_result(result)


class AllureResults:
    """The pytest plugin that writes one result file a scenario."""

    def __init__(self, reporter: Any, worker: str) -> None:
        self._reporter = reporter
        self._worker = worker
        self._step: str | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Open a result before the set-up, and write it after the clean-up, however the scenario ends."""
        scenario = item.stash.get(SCENARIO, None)
        if scenario is None:
            return (yield)
        result = new_result(scenario, self._worker)
        self._reporter.schedule_test(result.uuid, result)
        try:
            return (yield)
        finally:
            self._finish_step(item, Status.UNKNOWN)
            self._attach_between(item, "After the last step")
            result.stop = now()
            conclude(result, scenario, result_of(item))
            self._reporter.close_test(result.uuid)

    def pytest_bdd_before_step(self, request: pytest.FixtureRequest, step: ExecutedStep) -> None:
        """Open a step."""
        self._attach_between(request.node, "Before this step")
        self._start_step(step_text(step), numbered=True)
        secrets = secrets_of(request.node)
        if step.datatable is not None:
            self._attach(table([[secrets.text(cell) for cell in row] for row in step.datatable.raw()]))
        if step.docstring is not None:
            self._attach(doc_string(secrets.text(step.docstring)))

    def pytest_bdd_before_step_call(
        self, request: pytest.FixtureRequest, step: ExecutedStep, step_func_args: Mapping[str, object]
    ) -> None:
        """Show the values that the sentence carries; what else the function gets is of no interest to a reader."""
        secrets = secrets_of(request.node)
        opened = self._reporter.get_item(self._step)
        opened.parameters += [
            model.Parameter(name=name, value=secrets.text(str(value)))
            for name, value in step_func_args.items()
            if isinstance(value, str | int | float) and str(value) in step.name
        ]

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest) -> None:
        """Close a step that did what it says."""
        self._finish_step(request.node, Status.PASSED)

    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, exception: BaseException) -> None:
        """Close a step that raised."""
        status = Status.FAILED if is_broken_promise(exception) else Status.BROKEN
        self._finish_step(request.node, status, reason_of(exception))

    def pytest_bdd_step_func_lookup_error(
        self, request: pytest.FixtureRequest, step: ExecutedStep, exception: BaseException
    ) -> None:
        """Show a step that has no definition."""
        self.pytest_bdd_before_step(request, step)
        self._finish_step(request.node, Status.BROKEN, reason_of(exception))

    def _start_step(self, name: str, *, numbered: bool) -> None:
        self._step = str(uuid4())
        step = model.TestStepResult(id=self._step if numbered else None, name=name, start=now())
        self._reporter.start_step(None, self._step, step)

    def _finish_step(self, item: pytest.Item, status: str, reason: str | None = None) -> None:
        if self._step is None:
            return
        self._attach_evidence(item)
        self._attach_wire(item)
        details = None if reason is None else model.StatusDetails(message=secrets_of(item).text(reason))
        self._reporter.stop_step(self._step, stop=now(), status=status, statusDetails=details)
        self._step = None

    def _attach_between(self, item: pytest.Item, name: str) -> None:
        """What was said while no step was running gets a step of its own."""
        waiting = (item.stash.get(WIRE, None), item.stash.get(EVIDENCE, None))
        if not any(one is not None and one.waiting for one in waiting):
            return
        self._start_step(name, numbered=False)
        self._finish_step(item, Status.PASSED)

    def _attach_evidence(self, item: pytest.Item) -> None:
        evidence = item.stash.get(EVIDENCE, None)
        for exhibit in evidence.take() if evidence else ():
            self._attach(exhibit_attachment(exhibit, secrets_of(item)))

    def _attach_wire(self, item: pytest.Item) -> None:
        wire = item.stash.get(WIRE, None)
        for attachment in wire_attachments(wire.take()) if wire else ():
            self._attach(attachment)

    def _attach(self, attachment: Attachment) -> None:
        self._reporter.attach_data(
            str(uuid4()),
            attachment.body,
            name=attachment.name,
            attachment_type=attachment.media_type,
            extension=attachment.extension,
            parent_uuid=self._step,
        )


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
