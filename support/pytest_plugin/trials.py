"""Trials: scenarios played with something built into the backend, whose outcome is a result and no failed test.

`Trials` is what the prover, the mutation prover and the recorder of lines have in common.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict
from typing import Any

import pytest

from support.faults.proof import Trial
from support.pytest_plugin.collection import FeatureModule, ScenarioItem
from support.pytest_plugin.phases import add_phase
from support.pytest_plugin.state import ScenarioState, begin, state_of


class Trials:
    """A plugin in every process of a run of trials; the process that the user started gets them all in `trials`."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []

    def played(self, item: pytest.Item, state: ScenarioState, trial: Trial) -> dict[str, Any]:  # noqa: ARG002
        """Take note of a trial in the process that played it; returns what else its report is to bring."""
        return {}

    def arrived(self, trial: Trial, more: dict[str, Any]) -> None:  # noqa: ARG002
        """Take note of a trial, and of what its report brings, in the process that the user started."""
        self.trials.append(trial)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Record how the trial ended; something must break its scenario, so this does not count as a failed test."""
        report = yield
        state = state_of(item)
        add_phase(state, call, report)
        if report.when == "call" and state.environment is not None:
            state.recorded = state.environment.stack.record()
            state.died = state.environment.stack.died
        if report.when == "teardown" and not state.left_out:
            trial = trial_of(state)
            report.trial = asdict(trial)  # pyright: ignore[reportAttributeAccessIssue]
            report.trial_more = self.played(item, state, trial)  # pyright: ignore[reportAttributeAccessIssue]
        report.outcome = "passed"
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a trial that has ended in any process."""
        data: dict[str, Any] | None = getattr(report, "trial", None)
        if data is not None:
            more: dict[str, Any] = getattr(report, "trial_more", {})
            self.arrived(Trial(**data), more)


def trial_item(item: ScenarioItem, fault: str | None, name: str, group: str | None = None) -> pytest.Item:
    """The scenario of an item, to be played with a fault or with none.

    One worker plays all trials of a group, a word. pytest-xdist reads it from the end of the node id; its own mark for
    groups has no effect on the node ids of this pytest.
    """
    shown = f"{item.name} [{name}]@{group}" if group else f"{item.name} [{name}]"
    trial = ScenarioItem.of(item.getparent(FeatureModule) or item.session, shown, item.obj)
    for mark in item.own_markers:
        trial.add_marker(mark.name)
    begin(trial, state_of(item).scenario, fault)
    return trial


def scenario_items(items: list[pytest.Item]) -> dict[str, ScenarioItem]:
    """The collected scenarios by their ids."""
    return {state_of(item).scenario.id: item for item in items if isinstance(item, ScenarioItem)}


def trial_of(state: ScenarioState) -> Trial:
    """The trial that a scenario's state tells of."""
    scenario, result = state.scenario, state.result
    return Trial(
        fault=state.fault,
        scenario=scenario.id,
        row=scenario.row,
        title=scenario.title,
        outcome=result.outcome.value,
        step=result.step,
        step_function=result.step_function,
        code=result.code,
        reason=result.reason,
        activations=len(state.recorded),
        seconds=result.seconds,
        died=state.died,
        began=state.environment is not None,
    )
