"""Plays each scenario once and records which lines of the backend it runs, for `threadproof prove --mutants`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.core.scenario import Scenario
from support.core.settings import PROJECT, settings
from support.faults.mutants import coverage, lines
from support.faults.proof import Trial
from support.pytest_plugin.state import ScenarioState, run_state, state_of
from support.pytest_plugin.trials import Trials, scenario_items, trial_item
from support.reporting.ledger_file import write_json

_DECIDES_NO_LINES = {"tests", "cli", "reporting", "faults", "pytest_plugin", "services", "launcher"}
"""Rooms that have no part in which lines of the backend a scenario runs."""


class LineRecorder(Trials):
    """Each scenario gets a backend of its own, since the record of a backend is that of all its scenarios."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, coverage.Record] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the scenarios that have no record, or an old one."""
        scenarios = scenario_items(items)
        wanted = without_record(state_of(item).scenario for item in scenarios.values())
        items[:] = [trial_item(scenarios[id_], f"{lines.PREFIX}{id_}", "lines") for id_ in wanted]

    def played(self, item: pytest.Item, state: ScenarioState, trial: Trial) -> dict[str, Any]:  # noqa: ARG002
        """Send the recorded lines along."""
        return {"lines": lines.read(state.recorded.decode()), "digest": _digest_of(state.scenario)}

    def arrived(self, trial: Trial, more: dict[str, Any]) -> None:
        """Keep the lines of a scenario."""
        super().arrived(trial, more)
        kept = trial.outcome == "kept"
        self._found[trial.scenario] = coverage.Record(more["digest"], kept, round(trial.seconds, 3), more["lines"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the records, those of other scenarios included."""
        if run_state(session.config).expected is not None and self._found:
            path = settings().reports / coverage.FILE
            write_json(path, coverage.to_json({**coverage.read(path), **self._found}))


def without_record(scenarios: Iterable[Scenario]) -> list[str]:
    """The ids of scenarios whose lines are not known, or were recorded before something changed.

    A measurement under load is left out: it judges time, which means nothing while lines are recorded.
    """
    known = coverage.read(settings().reports / coverage.FILE)
    return [
        one.id for one in scenarios if not one.load and (one.id not in known or known[one.id].digest != _digest_of(one))
    ]


def _digest_of(scenario: Scenario) -> str:
    text = json.dumps(scenario.to_json() | {"line": 0}, sort_keys=True)
    return hashlib.sha256(f"{_digest_of_suite()} {text}".encode()).hexdigest()[:16]


@cache
def _digest_of_suite() -> str:
    """Of the backend, the steps and every room that has a part in playing a scenario."""
    rooms = [path for path in (PROJECT / "support").iterdir() if path.name not in _DECIDES_NO_LINES]
    files: set[Path] = {path for room in (*rooms, settings().steps) for path in room.rglob("*.py")}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
