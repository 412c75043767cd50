"""The ledger: one entry for every scenario of a run, reconciled with the feature files and the Allure results.

The process that the user started keeps it. Under pytest-xdist the workers send it the phases of each test on their
reports, and tell it through a file what they collected, so that nothing is lost when one of them dies.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.core.outcome import Outcome, Phase, PlayedStep, ScenarioResult, judge
from support.core.scenario import Scenario
from support.core.settings import settings
from support.pytest_plugin.allure_results import replace_result
from support.pytest_plugin.items import scenarios_of
from support.pytest_plugin.played import compare_with_played
from support.reporting.ledger_file import environment, faults_by_scenario, ledger_data, write_json
from support.reporting.reconcile import compare_with_expected, compare_with_results, result_files

EXPECTED = pytest.StashKey[list[Scenario]]()
"""On the config of the process that the user started: the scenarios parsed from the selected feature files."""

PROVING = pytest.StashKey[bool]()
"""On the config: the prover runs, several times the same scenario; neither ledger nor Allure results are kept."""

ENVIRONMENT = pytest.StashKey[dict[str, str]]()
"""On the config: names and values to show beside the results, such as the version of PostgreSQL."""

MANIFEST = "threadproof_manifest"


@dataclass
class Account:
    """What is known so far of one scenario."""

    scenario: Scenario
    phases: list[Phase] = field(default_factory=list[Phase])
    not_offered: str | None = None
    deviation: str | None = None
    played: tuple[PlayedStep, ...] = ()

    @property
    def result(self) -> ScenarioResult:
        """The verdict on what was reported so far."""
        verdict = judge(self.phases, title=self.scenario.title, not_offered=self.not_offered, deviation=self.deviation)
        return replace(verdict, played=self.played)

    @property
    def finished(self) -> bool:
        """Whether nothing more will be reported of it."""
        return bool(self.phases) and self.phases[-1].when in ("teardown", "crash")

    @property
    def unreported(self) -> bool:
        """Whether an Allure result, if there is one, does not say how it ended: nothing of that was reported."""
        return self.result.outcome is Outcome.NOT_RUN or self.phases[-1].when == "crash"


class Ledger:
    """The pytest plugin of the process that the user started. `mismatches` is filled at the end of the session."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.accounts: dict[str, Account] = {}
        self.mismatches: list[str] = []
        self.path = settings().reports / "ledger.json"
        self._started = time.time()
        self._manifest = self.path.with_name("collected.json")
        allure = config.getoption("allure_report_dir")
        self._results = Path(allure).resolve() if allure else None
        self._earlier_results = result_files(self._results)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Open an account for every scenario collected in this process."""
        self._open(scenarios_of(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to write what it collected; of an earlier session nothing counts."""
        self._manifest.unlink(missing_ok=True)
        node.workerinput[MANIFEST] = str(self._manifest)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Open an account for every scenario that the workers collected; they all collect the same."""
        if not self.accounts and self._manifest.exists():
            collected: dict[str, Any] = json.loads(self._manifest.read_text("utf-8"))
            self._manifest.unlink()
            self._open({nodeid: Scenario.from_json(data) for nodeid, data in collected.items()})

    def _open(self, scenarios: dict[str, Scenario]) -> None:
        self.accounts |= {nodeid: Account(scenario) for nodeid, scenario in scenarios.items()}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Enter a phase that was reported; a report of no phase is pytest-xdist's for a worker that died."""
        account = self.accounts.get(report.nodeid)
        if account is None:
            return
        data: dict[str, Any] | None = getattr(report, "threadproof", None)
        if data is not None:
            account.phases.append(Phase(**data["phase"]))
            account.not_offered, account.deviation = data["not_offered"], data["deviation"]
            account.played = tuple((text, line) for text, line in data["played"])
        elif report.when not in ("setup", "call", "teardown"):
            account.phases.append(_crash(account.scenario, report))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Reconcile and write the ledger, and let the run fail if it must."""
        if not self.accounts or self.config.option.collectonly:
            return
        outcomes = [account.result.outcome for account in self.accounts.values()]
        self._reconcile()
        proof, unreadable = faults_by_scenario(self.path.with_name("proof.json"))
        self.mismatches += unreadable
        if session.exitstatus == pytest.ExitCode.OK and not (
            all(outcome.acceptable for outcome in outcomes) and not self.mismatches
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        data = ledger_data(self.results(), proof, self.mismatches)
        write_json(self.path, data | {"environment": self._environment(session)})

    def results(self) -> list[tuple[Scenario, ScenarioResult]]:
        """Every collected scenario with its verdict, in the order of collection."""
        return [(account.scenario, account.result) for account in self.accounts.values()]

    def _reconcile(self) -> None:
        scenarios = [account.scenario for account in self.accounts.values()]
        by_name = any("::" in arg for arg in self.config.args)
        self.mismatches += compare_with_expected(
            scenarios, self.config.stash.get(EXPECTED, scenarios), all_asked_for=not by_name
        )
        self.mismatches += compare_with_played(self.results())
        if self._results is None:
            return
        for account in self.accounts.values():
            if account.unreported:
                replace_result(self._results, account.scenario, account.result, self._earlier_results)
        self.mismatches += compare_with_results(self.results(), result_files(self._results) - self._earlier_results)

    def _environment(self, session: pytest.Session) -> dict[str, Any]:
        return environment(
            shown=self.config.stash.get(ENVIRONMENT, dict[str, str]()),
            started_at=datetime.fromtimestamp(self._started, UTC),
            seconds=time.time() - self._started,
            ended=_ended(session),
        )


class CollectionManifest:
    """The pytest plugin of a worker that tells the ledger what was collected."""

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


__all__ = ["ENVIRONMENT", "EXPECTED", "PROVING", "Account", "CollectionManifest", "Ledger", "Outcome"]
