"""Allure results of scenarios: their sentences as steps, their value as description, the wire as attachments.

allure-pytest brings the options, the file writer and the `allure.attach` call. Its listener, which knows test functions
and fixtures but no scenarios, is replaced by the one here.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Protocol
from uuid import uuid4

import pytest
from allure_commons.model2 import Status
from allure_commons.utils import now

from support.pytest_plugin.phases import HookStep, is_broken_promise, reason_of, step_text
from support.pytest_plugin.state import ScenarioState, find_state, state_of
from support.reporting.allure_files import conclude, model, new_result
from support.reporting.attachments import Attachment, doc_string, exhibit_attachment, table, wire_attachments


class ExecutedStep(HookStep, Protocol):
    """The parts of a pytest-bdd step that the report shows."""

    datatable: Any
    docstring: str | None


class AllureWriter:
    """The pytest plugin that writes one result file a scenario."""

    def __init__(self, reporter: Any, worker: str) -> None:
        self._reporter = reporter
        self._worker = worker
        self._step: str | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Open a result before the set-up, and write it after the clean-up, however the scenario ends."""
        state = find_state(item)
        if state is None:
            return (yield)
        result = new_result(state.scenario, self._worker)
        self._reporter.schedule_test(result.uuid, result)
        try:
            return (yield)
        finally:
            self._finish_step(state, Status.UNKNOWN)
            self._attach_between(state, "After the last step")
            result.stop = now()
            conclude(result, state.scenario, state.result)
            self._reporter.close_test(result.uuid)

    def pytest_bdd_before_step(self, request: pytest.FixtureRequest, step: ExecutedStep) -> None:
        """Open a step."""
        state = state_of(request.node)
        self._attach_between(state, "Before this step")
        self._start_step(step_text(step), numbered=True)
        secrets = state.secrets
        if step.datatable is not None:
            self._attach(table([[secrets.text(cell) for cell in row] for row in step.datatable.raw()]))
        if step.docstring is not None:
            self._attach(doc_string(secrets.text(step.docstring)))

    def pytest_bdd_before_step_call(
        self, request: pytest.FixtureRequest, step: ExecutedStep, step_func_args: Mapping[str, object]
    ) -> None:
        """Show the values in the sentence; other arguments of the function are of no interest to a reader."""
        secrets = state_of(request.node).secrets
        opened = self._reporter.get_item(self._step)
        opened.parameters += [
            model.Parameter(name=name, value=secrets.text(str(value)))
            for name, value in step_func_args.items()
            if isinstance(value, str | int | float) and str(value) in step.name
        ]

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest) -> None:
        """Close a step that succeeded."""
        self._finish_step(state_of(request.node), Status.PASSED)

    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, exception: BaseException) -> None:
        """Close a step that raised."""
        status = Status.FAILED if is_broken_promise(exception) else Status.BROKEN
        self._finish_step(state_of(request.node), status, reason_of(exception))

    def pytest_bdd_step_func_lookup_error(
        self, request: pytest.FixtureRequest, step: ExecutedStep, exception: BaseException
    ) -> None:
        """Show a step that has no definition."""
        self.pytest_bdd_before_step(request, step)
        self._finish_step(state_of(request.node), Status.BROKEN, reason_of(exception))

    def _start_step(self, name: str, *, numbered: bool) -> None:
        self._step = str(uuid4())
        step = model.TestStepResult(id=self._step if numbered else None, name=name, start=now())
        self._reporter.start_step(None, self._step, step)

    def _finish_step(self, state: ScenarioState, status: str, reason: str | None = None) -> None:
        if self._step is None:
            return
        for exhibit in state.evidence.take():
            self._attach(exhibit_attachment(exhibit, state.secrets))
        for attachment in wire_attachments(state.wire.take()):
            self._attach(attachment)
        details = None if reason is None else model.StatusDetails(message=state.secrets.text(reason))
        self._reporter.stop_step(self._step, stop=now(), status=status, statusDetails=details)
        self._step = None

    def _attach_between(self, state: ScenarioState, name: str) -> None:
        """Add a step for the exchanges that happened while no step was running."""
        if state.wire.waiting or state.evidence.waiting:
            self._start_step(name, numbered=False)
            self._finish_step(state, Status.PASSED)

    def _attach(self, attachment: Attachment) -> None:
        self._reporter.attach_data(
            str(uuid4()),
            attachment.body,
            name=attachment.name,
            attachment_type=attachment.media_type,
            extension=attachment.extension,
            parent_uuid=self._step,
        )
