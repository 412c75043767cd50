"""The ledger: one entry for every scenario of a run, reconciled with the feature files and the Allure results.

The process that the user started keeps it. Under pytest-xdist the workers send it the phases of each test on their
reports, and write the collected scenarios to a file for it, so that nothing is lost when one of them dies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.core.outcome import Outcome, Phase, PlayedStep, ScenarioResult, judge_phases
from support.core.scenario import Scenario
from support.core.settings import settings
from support.drivers.profile import profile
from support.pytest_plugin.state import find_state, run_state
from support.reporting.allure_files import replace_result
from support.reporting.ledger_file import faults_by_scenario, invocation, ledger_data, write_json
from support.reporting.reconcile import compare_with_expected, compare_with_played, compare_with_results, result_files

MANIFEST = "threadproof_manifest"


@dataclass
class ScenarioRecord:
    """The reports on one scenario so far."""

    scenario: Scenario
    phases: list[Phase] = field(default_factory=list[Phase])
    not_offered: str | None = None
    deviation: str | None = None
    played: tuple[PlayedStep, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    @property
    def result(self) -> ScenarioResult:
        """The verdict on the reports so far."""
        verdict = judge_phases(
            self.phases, id_=self.scenario.id, not_offered=self.not_offered, deviation=self.deviation
        )
        return replace(verdict, played=self.played, not_looked_at=self.not_looked_at)

    @property
    def finished(self) -> bool:
        """Whether its last report has come."""
        return bool(self.phases) and self.phases[-1].when in ("teardown", "crash")

    @property
    def unreported(self) -> bool:
        """Whether the end was never reported, so that no Allure result can show it."""
        return self.result.outcome is Outcome.NOT_RUN or self.phases[-1].when == "crash"


class Ledger:
    """The pytest plugin of the process that the user started. `mismatches` is filled at the end of the session."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.records: dict[str, ScenarioRecord] = {}
        self.mismatches: list[str] = []
        self.path = settings().reports / "ledger.json"
        self._started = time.time()
        self._manifest = self.path.with_name("collected.json")
        allure = config.getoption("allure_report_dir")
        self._results = Path(allure).resolve() if allure else None
        self._earlier_results = result_files(self._results)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Open a record for every scenario collected in this process."""
        self._open(scenarios_of(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to write the collected scenarios, and remove the file of an earlier session."""
        self._manifest.unlink(missing_ok=True)
        node.workerinput[MANIFEST] = str(self._manifest)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Open a record for every scenario that the workers collected; they all collect the same."""
        if not self.records and self._manifest.exists():
            collected: dict[str, Any] = json.loads(self._manifest.read_text("utf-8"))
            self._manifest.unlink()
            self._open({nodeid: Scenario.from_json(data) for nodeid, data in collected.items()})

    def _open(self, scenarios: dict[str, Scenario]) -> None:
        self.records |= {nodeid: ScenarioRecord(scenario) for nodeid, scenario in scenarios.items()}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a reported phase; a report without a phase is pytest-xdist's for a worker that died."""
        record = self.records.get(report.nodeid)
        if record is None:
            return
        data: dict[str, Any] | None = getattr(report, "threadproof", None)
        if data is not None:
            record.phases.append(Phase(**data["phase"]))
            record.not_offered, record.deviation = data["not_offered"], data["deviation"]
            record.played = tuple((text, line) for text, line in data["played"])
            record.not_looked_at = tuple(data["not_looked_at"])
        elif report.when not in ("setup", "call", "teardown"):
            record.phases.append(_crash(record.scenario, report))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Reconcile and write the ledger, and let the run fail if it must."""
        if not self.records or self.config.option.collectonly:
            return
        outcomes = [record.result.outcome for record in self.records.values()]
        self._reconcile()
        proof, unreadable = faults_by_scenario(self.path.with_name("proof.json"))
        self.mismatches += unreadable
        if session.exitstatus == pytest.ExitCode.OK and not (
            all(outcome.acceptable for outcome in outcomes)
            and any(outcome.judged for outcome in outcomes)
            and not self.mismatches
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        data = ledger_data(self.results(), proof, self.mismatches)
        write_json(self.path, data | {"invocation": self._invocation(session)})

    def results(self) -> list[tuple[Scenario, ScenarioResult]]:
        """Every collected scenario with its verdict, in the order of collection."""
        return [(record.scenario, record.result) for record in self.records.values()]

    def _reconcile(self) -> None:
        scenarios = [record.scenario for record in self.records.values()]
        expected = run_state(self.config).expected
        by_name = any("::" in arg for arg in self.config.args)
        self.mismatches += compare_with_expected(
            scenarios, scenarios if expected is None else expected, all_asked_for=not by_name
        )
        self.mismatches += compare_with_played(self.results())
        if self._results is None:
            return
        for record in self.records.values():
            if record.unreported:
                replace_result(self._results, record.scenario, record.result, self._earlier_results)
        self.mismatches += compare_with_results(self.results(), result_files(self._results) - self._earlier_results)

    def _invocation(self, session: pytest.Session) -> dict[str, Any]:
        return invocation(
            versions=run_state(self.config).versions,
            promises=dict(profile().policy.sentences()),
            started_at=datetime.fromtimestamp(self._started, UTC),
            seconds=time.time() - self._started,
            ended=_ended(session),
        )


class CollectionManifest:
    """The pytest plugin of a worker that sends the collected scenarios to the ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write the scenarios by node id, before the worker reports that it has collected."""
        scenarios = scenarios_of(session.items)
        write_json(self._path, {nodeid: scenario.to_json() for nodeid, scenario in scenarios.items()})


def _crash(scenario: Scenario, report: pytest.TestReport) -> Phase:
    worker = getattr(getattr(getattr(report, "node", None), "gateway", None), "id", "?")
    reason = f"the process that ran this scenario died (worker {worker})"
    return Phase("crash", "error", 0.0, reason, "during the scenario", scenario.line)


def _ended(session: pytest.Session) -> str:
    match session.exitstatus:
        case pytest.ExitCode.INTERRUPTED:
            return "interrupted"
        case pytest.ExitCode.INTERNAL_ERROR:
            return "stopped by an error of the suite itself"
        case _:
            stopped = session.shouldfail or session.shouldstop
            return str(stopped) if stopped else "finished"


def scenarios_of(items: Sequence[pytest.Item]) -> dict[str, Scenario]:
    """The scenarios among the collected items, by node id."""
    return {item.nodeid: state.scenario for item in items if (state := find_state(item)) is not None}
