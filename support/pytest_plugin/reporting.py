"""Wires reporting into pytest: the wire log of a scenario, the ledger, the Allure results, the terminal."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from support.core.outcome import Outcome, Phase, ScenarioResult
from support.observation.evidence import Evidence
from support.observation.wire import WireLog
from support.pytest_plugin.allure_writer import AllureWriter
from support.pytest_plugin.ledger import MANIFEST, CollectionManifest, Ledger
from support.pytest_plugin.phases import HookStep, add_phase, failed_step
from support.pytest_plugin.run_output import RunOutput, silence_pytest
from support.pytest_plugin.state import find_state, run_state, state_of

LEDGER = "threadproof_ledger"


@pytest.fixture
def wire(request: pytest.FixtureRequest) -> WireLog:
    """The wire log of this scenario: drivers append entries, the report takes them."""
    return state_of(request.node).wire


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """The evidence of this scenario: verdicts add exhibits, the report takes them at the end of each step."""
    return state_of(request.node).evidence


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the parts that this process needs, unless the prover runs."""
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    run = run_state(config)
    worker = "controller" if workerinput is None else workerinput["workerid"]
    _replace_allure_listener(config, worker, proving=run.proving)
    if run.proving:
        return
    if workerinput is None:
        ledger = Ledger(config)
        config.pluginmanager.register(ledger, LEDGER)
        if run.console is not None:
            silence_pytest(config)
            config.pluginmanager.register(RunOutput(ledger, run.console), "threadproof_output")
    elif MANIFEST in workerinput:
        config.pluginmanager.register(CollectionManifest(Path(workerinput[MANIFEST])), "threadproof_manifest")


def _replace_allure_listener(config: pytest.Config, worker: str, *, proving: bool) -> None:
    listener: Any = config.pluginmanager.unregister(name="allure_listener")
    if listener is not None and not proving:
        config.pluginmanager.register(AllureWriter(listener.allure_logger, worker), "threadproof_allure")


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: HookStep) -> None:
    """Note a step whose function has returned."""
    state_of(request.node).played.append((step.name, step.line_number))


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: HookStep, step_func: Callable[..., object]) -> None:
    """Remember the step that failed."""
    state_of(request.node).failed_step = failed_step(step, step_func)


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: HookStep) -> None:
    """Remember the step without a definition."""
    state_of(request.node).failed_step = failed_step(step, None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the ledger's fields to the report, and derive pytest's own verdict from the outcome."""
    report = yield
    state = find_state(item)
    if state is None or run_state(item.config).proving:
        return report
    phase = add_phase(state, call, report)
    if phase.ending == "skipped" and report.outcome == "failed":
        report.outcome, report.longrepr = "skipped", (state.scenario.file, state.scenario.line, phase.reason)
    report.sections = [(name, state.secrets.text(captured)) for name, captured in report.sections]
    report.threadproof = {  # pyright: ignore[reportAttributeAccessIssue]
        "phase": asdict(phase),
        "not_offered": state.not_offered,
        "deviation": state.deviation,
        "played": state.played,
        "not_looked_at": state.sight.missed,
    }
    _follow(report, phase, state.result)
    return report


def _follow(report: pytest.TestReport, phase: Phase, result: ScenarioResult) -> None:
    """Let pytest count as the ledger does, so that `-x` stops at the first scenario that is not kept."""
    if phase.ending != "passed" and result.outcome is Outcome.KNOWN_DEVIATION:
        report.outcome = "skipped"
        report.wasxfail = result.reason or ""
    elif (phase.ending == "skipped" and result.outcome is Outcome.ENVIRONMENT) or (
        phase.ending == "passed" and result.outcome is Outcome.BROKEN and result.step is None
    ):
        report.outcome, report.longrepr = "failed", result.reason
