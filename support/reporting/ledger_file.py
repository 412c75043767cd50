"""The shape of `ledger.json`, and the faults that it reads from `proof.json`."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from support.core.outcome import ScenarioResult, totals
from support.core.scenario import TIERS, Scenario
from support.core.settings import settings
from support.observation.masking import Secrets

FaultsByScenario = Mapping[tuple[str, str | None], Sequence[str]]


def ledger_data(
    results: Iterable[tuple[Scenario, ScenarioResult]], faults: FaultsByScenario, mismatches: Sequence[str]
) -> dict[str, Any]:
    """The ledger without its invocation: `totals` (by outcome, and by tier), `scenarios`, `mismatches`.

    `totals` also counts the checks that the target does not allow, as `not_looked_at`.
    """
    entries = list(results)
    return {
        "totals": totals(result.outcome for _, result in entries)
        | {
            "not_looked_at": sum(len(result.not_looked_at) for _, result in entries),
            "tiers": {
                tier: totals(result.outcome for scenario, result in entries if scenario.tier == tier)
                for tier in TIERS
                if any(scenario.tier == tier for scenario, _ in entries)
            },
        },
        "scenarios": [_entry(scenario, result, faults) for scenario, result in entries],
        "mismatches": list(mismatches),
    }


def _entry(scenario: Scenario, result: ScenarioResult, faults: FaultsByScenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "row": scenario.row,
        "title": scenario.title,
        "feature": scenario.file,
        "line": scenario.line,
        "capability": scenario.feature,
        "rule": scenario.rule,
        "tier": scenario.tier,
        "severity": scenario.severity,
        **scenario.value._asdict(),
        "outcome": result.outcome.value,
        "step": result.step,
        "step_line": result.step_line,
        "reason": result.reason,
        "code": result.code,
        "step_function": result.step_function,
        "seconds": round(result.seconds, 3),
        "not_looked_at": list(result.not_looked_at),
        "steps": {"played": len(result.played), "of": len(scenario.steps)},
        "faults": [*faults.get((scenario.row, None), ()), *faults.get((scenario.row, scenario.title), ())],
    }


def invocation(
    *, versions: Mapping[str, str], promises: Mapping[str, str], started_at: datetime, seconds: float, ended: str
) -> dict[str, Any]:
    """The target, versions and settings of a run; `seconds` is its duration, `ended` the reason of an early end.

    `versions` are those of the services, by name, and `promises` sentences about the target's policies, by name.
    """
    secrets = Secrets()
    return {
        "target": settings().profile,
        **versions,
        "threadproof": version("threadproof"),
        "python": platform.python_version(),
        "pytest": version("pytest"),
        "platform": platform.platform(terse=True),
        "promises": dict(promises),
        "settings": settings().shown(),
        "command": secrets.text(" ".join([Path(sys.argv[0]).name, *sys.argv[1:]])),
        "started_at": started_at.isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 3),
        "ended": ended,
    }


def faults_by_scenario(proof: Path) -> tuple[FaultsByScenario, list[str]]:
    """The names of the caught faults by row and title, and the errors in the record.

    An entry of the record that names no title counts for every scenario of its row.
    """
    if not proof.exists():
        return {}, []
    found: dict[tuple[str, str | None], list[str]] = {}
    try:
        for fault in json.loads(proof.read_text("utf-8"))["faults"]:
            for row in fault["rows"] if fault["verdict"] == "caught" else ():
                names = found.setdefault((row["row"], row.get("title")), [])
                names.extend([fault["name"]] if fault["name"] not in names else [])
    except (ValueError, KeyError, TypeError) as error:
        return {}, [f"{proof.name} is not a record of the prover ({error!r}); run `threadproof prove` again"]
    return found, []


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file in one step: a reader finds the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        json.dump(data, file, indent=2, ensure_ascii=False)
        file.write("\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
