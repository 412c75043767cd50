"""Wires reporting into pytest: the wire log of a scenario, the ledger, the Allure results, the live output."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from support.core.outcome import DEVIATION, NOT_OFFERED, Outcome, Phase, ScenarioResult
from support.core.scenario import SCENARIO
from support.observation.evidence import Evidence
from support.observation.wire import WireLog
from support.pytest_plugin.allure_results import AllureResults
from support.pytest_plugin.items import EVIDENCE, WIRE, Step, add_phase, remember_failed_step, result_of
from support.pytest_plugin.ledger import MANIFEST, PROVING, CollectionManifest, Ledger
from support.pytest_plugin.live_output import LIVE, LiveOutput, silence_pytest

LEDGER = "threadproof_ledger"


@pytest.fixture
def wire(request: pytest.FixtureRequest) -> WireLog:
    """What is said on the wire during this scenario; drivers append, the report takes."""
    return request.node.stash.setdefault(WIRE, WireLog())


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """What verdicts of this scenario rest on; whoever judges adds, the report takes at the end of each step."""
    return request.node.stash.setdefault(EVIDENCE, Evidence())


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start what this process needs, unless the prover runs."""
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    proving = config.stash.get(PROVING, False)
    _replace_allure_listener(config, "controller" if workerinput is None else workerinput["workerid"], proving=proving)
    if proving:
        return
    if workerinput is None:
        ledger = Ledger(config)
        config.pluginmanager.register(ledger, LEDGER)
        if LIVE in config.stash:
            silence_pytest(config)
            config.pluginmanager.register(LiveOutput(ledger, config.stash[LIVE]), "threadproof_output")
    elif MANIFEST in workerinput:
        config.pluginmanager.register(CollectionManifest(Path(workerinput[MANIFEST])), "threadproof_manifest")


def _replace_allure_listener(config: pytest.Config, worker: str, *, proving: bool) -> None:
    listener: Any = config.pluginmanager.unregister(name="allure_listener")
    if listener is not None and not proving:
        config.pluginmanager.register(AllureResults(listener.allure_logger, worker), "threadproof_allure")


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step, step_func: Callable[..., object]) -> None:
    """Remember the step that failed."""
    remember_failed_step(request.node, step, step_func)


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: Step) -> None:
    """Remember the step that nobody defined."""
    remember_failed_step(request.node, step, None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the ledger needs on the report, and let pytest's own verdict follow from the outcome."""
    report = yield
    if SCENARIO not in item.stash or item.config.stash.get(PROVING, False):
        return report
    phase = add_phase(item, call, report)
    report.threadproof = {  # pyright: ignore[reportAttributeAccessIssue]
        "phase": asdict(phase),
        "not_offered": item.stash.get(NOT_OFFERED, None),
        "deviation": item.stash.get(DEVIATION, None),
    }
    _follow(report, phase, result_of(item))
    return report


def _follow(report: pytest.TestReport, phase: Phase, result: ScenarioResult) -> None:
    """What pytest counts, and what `-x` stops at, is what the ledger counts."""
    if phase.ending != "passed" and result.outcome is Outcome.KNOWN_DEVIATION:
        report.outcome = "skipped"
        report.wasxfail = result.reason or ""
    elif (phase.ending == "skipped" and result.outcome is Outcome.ENVIRONMENT) or (
        phase.ending == "passed" and result.outcome is Outcome.BROKEN and result.step is None
    ):
        report.outcome, report.longrepr = "failed", result.reason
