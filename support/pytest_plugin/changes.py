"""What has changed since the last proof, so that `threadproof prove --changed` plays no more than it must.

Each entry of `proof.json` keeps digests of what its verdict depends on. `backend_files` are those that its scenarios
run, where that is known from a record of lines, and otherwise None: then every file of the backend counts.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from support.core.scenario import Scenario
from support.core.settings import PROJECT, settings
from support.faults import seams
from support.faults.fault import Fault
from support.faults.mutants import coverage
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.gherkin.sentences import DEFINITIONS
from support.pytest_plugin.line_recorder import without_record

_PLAYS = ("support.pytest_plugin.fixtures", "support.pytest_plugin.collection")
_WORDS = {
    "scenario": "the scenario has changed",
    "steps": "the steps have changed",
    "suite": "the suite that plays the steps has changed",
    "fault": "the fault, its maker or the seams have changed",
    "backend": "the backend has changed",
}


@cache
def all_scenarios() -> dict[str, Scenario]:
    """All scenarios by id, selected or not."""
    built = (
        build_scenario(feature, source)
        for feature in read_features(settings().features.resolve())
        for source in feature.scenarios
    )
    return {scenario.id: scenario for scenario in built}


def digests(fault: Fault | None, scenarios: Sequence[str], files: Iterable[str] | None = None) -> dict[str, Any]:
    """The digests that `proof.json` keeps for a fault, or for a scenario without one.

    Args:
        fault: None for a sound backend.
        scenarios: the ids of those that are played.
        files: the files of the backend that count, as an earlier proof knew them; by default as they are known now.
    """
    known = [all_scenarios()[id_] for id_ in scenarios if id_ in all_scenarios()]
    steps = {file for one in known for module in _step_modules(one) for file in imported(module)}
    files = _backend_files(known) if files is None else list(files)
    return {
        "scenario": _digest(json.dumps(one.to_json() | {"line": 0}, sort_keys=True) for one in known),
        "steps": _digest_of_files(steps),
        "suite": _digest_of_files({file for module in _PLAYS for file in imported(module)}),
        "fault": None if fault is None else _digest([str(fault.expected), _source(fault), _digest_of_faults()]),
        "backend": _digest_of_files(_paths(files)),
        "backend_files": files,
    }


def change(fault: Fault | None, scenarios: Sequence[str], earlier: Mapping[str, Any] | None) -> str | None:
    """Why something must be played again, in words; None if nothing has changed.

    Args:
        fault: None for a sound backend.
        scenarios: the ids of those that would be played.
        earlier: its entry in `proof.json`; None where it has none.
    """
    if earlier is None or "digests" not in earlier:
        return "it was never proven"
    if earlier.get("verdict", "caught") != "caught" or earlier.get("outcome", "kept") != "kept":
        return "it failed in the last proof"
    old: dict[str, Any] = earlier["digests"]
    new = digests(fault, scenarios, old["backend_files"])
    return next((words for part, words in _WORDS.items() if new[part] != old[part]), None)


def _backend_files(scenarios: Sequence[Scenario]) -> list[str] | None:
    """The files of the backend that scenarios run; None where their record is missing or old."""
    if without_record(scenarios) or any(one.load for one in scenarios):
        return None
    records = coverage.read(settings().reports / coverage.FILE)
    return sorted({file for one in scenarios for file in records[one.id].lines})


def _paths(files: Iterable[str] | None) -> set[Path]:
    """Those files, and the schema, which every scenario needs."""
    folder = seams.backend_folder()
    if files is None:
        return {path for path in folder.rglob("*") if path.suffix in (".py", ".sql")}
    return {*folder.rglob("*.sql"), *(folder / file for file in files)}


def _step_modules(scenario: Scenario) -> set[str]:
    return {one.function.__module__ for step in scenario.steps for one in DEFINITIONS if one.matches(step)}


@cache
def imported(module: str) -> frozenset[Path]:
    """The file of a module of this project, and those of all that it imports here, directly or not."""
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += _imports(path)
    return frozenset(found.values())


def _file(module: str) -> Path | None:
    root = settings().steps.resolve().parent if module.partition(".")[0] == settings().steps.name else PROJECT
    base = root.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _source(fault: Fault) -> str:
    return inspect.getsource(fault.apply)


@cache
def _digest_of_faults() -> str:
    """Of makers, seams and all else that builds a fault in; the catalogue is looked at fault by fault."""
    folder = PROJECT / "support/faults"
    return _digest_of_files([*folder.glob("makers/*.py"), folder / "seams.py", folder / "patch.py"])


def _digest_of_files(paths: Iterable[Path]) -> str:
    return _digest(path.read_text("utf-8") if path.is_file() else "" for path in sorted(paths))


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:16]
