"""Binds faults again after scenarios, step functions or codes have changed.

`threadproof prove --rebind` plays each fault against the scenarios that it names and writes what broke to
`rebind.json`, beside `proof.json`. `python -m support.faults.rebind [FAULT ...]` then writes it into the catalogue: of
all faults, or of those named. Before that, a person must read which failures have changed, and why.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from support.core.failure import BadInput, Code
from support.core.hints import nearest
from support.core.settings import settings
from support.faults.fault import ExpectedFailure, Fault, catalogue
from support.faults.proof import Judged, Trial

FILE = "rebind.json"


def candidates(expected: ExpectedFailure, scenarios: Iterable[str]) -> list[str]:
    """The scenarios that may be meant: the one named, or else all examples of its number, or else all of its row."""
    known = list(scenarios)
    number, row = expected.scenario.partition("[")[0], expected.scenario.partition(".")[0]
    for near in (
        [one for one in known if one == expected.scenario],
        [one for one in known if one.partition("[")[0] == number],
        [one for one in known if one.partition(".")[0] == row],
    ):
        if near:
            return near
    return []


def widened(fault: Fault, scenarios: Sequence[str]) -> list[str]:
    """The ids of all scenarios to be played with a fault, each once."""
    return list(dict.fromkeys(id_ for expected in fault.expected for id_ in candidates(expected, scenarios)))


def broken_by(trial: Trial) -> ExpectedFailure | None:
    """The failure in a trial; None where nothing broke, or outside any step function."""
    if trial.outcome != "broken" or trial.step_function is None or trial.code is None:
        return None
    return ExpectedFailure(trial.scenario, trial.step_function.removeprefix("steps."), Code(trial.code))


def bindings(judged: Judged) -> list[ExpectedFailure]:
    """What the fault breaks now: first what it names, in that order, then what else was played, by id."""
    named = [one.scenario for one in judged.fault.expected]
    broken = {one.scenario: one for trial in judged.trials if (one := broken_by(trial)) is not None}
    return [broken[id_] for id_ in dict.fromkeys([*named, *sorted(broken)]) if id_ in broken]


def unplayed(judged: Judged, scenarios: Sequence[str]) -> list[ExpectedFailure]:
    """What the fault names and this run had not selected, so that it stays as it is; `scenarios` are all there are."""
    played = {trial.scenario for trial in judged.trials}
    return [one for one in judged.fault.expected if one.scenario in scenarios and one.scenario not in played]


def unbroken(judged: Judged) -> list[str]:
    """The ids that the fault names and that are still there, and did not break."""
    broken = {one.scenario for one in bindings(judged)}
    played = {trial.scenario for trial in judged.trials}
    return [one.scenario for one in judged.fault.expected if one.scenario in played - broken]


def record(faults: Iterable[Judged], scenarios: Sequence[str]) -> dict[str, Any]:
    """The shape of `rebind.json`: for each fault by name, what it breaks now, and what was seen in each scenario."""
    return {
        one.fault.name: {
            "breaks": [[*failure[:2], failure.code.value] for failure in (*bindings(one), *unplayed(one, scenarios))],
            "unbroken": unbroken(one),
            "seen": {trial.scenario: trial.reason for trial in one.trials},
        }
        for one in faults
    }


def declaration(expected: Sequence[ExpectedFailure]) -> str:
    """The decorator of a fault, on one line for the formatter to break."""
    groups: dict[tuple[str, Code], list[str]] = {}
    for one in expected:
        groups.setdefault((one.at, one.code), []).append(json.dumps(one.scenario, ensure_ascii=False))
    calls = [f'breaks({", ".join(ids)}, at="{at}", code=Code.{code.name})' for (at, code), ids in groups.items()]
    return f"@fault({', '.join(calls)})"


def rewrite(source: str, expected: Mapping[str, Sequence[ExpectedFailure]]) -> str:
    """The text of a module of the catalogue with new declarations of some faults, by name."""
    lines = source.splitlines()
    for node in sorted(ast.walk(ast.parse(source)), key=lambda one: -getattr(one, "lineno", 0)):
        if isinstance(node, ast.FunctionDef) and expected.get(node.name):
            [decorator] = node.decorator_list
            lines[decorator.lineno - 1 : decorator.end_lineno] = [declaration(expected[node.name])]
    return "\n".join(lines) + "\n"


def accept(path: Path, names: Sequence[str]) -> list[str]:
    """Write what `rebind.json` says into the catalogue; gives the names of the faults written.

    Raises:
        BadInput: there is no such record, or it has no fault of a name.
    """
    if not path.exists():
        raise BadInput(f"{path} is not there; run `threadproof prove --rebind` first")
    known: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for name in names:
        if name not in known:
            raise BadInput(f"{path} has no fault {name!r}{nearest(name, known)}")
    chosen = {
        name: [ExpectedFailure(id_, at, Code(code)) for id_, at, code in known[name]["breaks"]]
        for name in names or known
        if known[name]["breaks"] and name in catalogue()
    }
    for module in sorted({catalogue()[name].module for name in chosen}):
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        file = Path(spec.origin)
        file.write_text(rewrite(file.read_text("utf-8"), chosen), "utf-8")
    return list(chosen)


def main() -> None:
    """Accept what was found: of the faults that are named, or of all."""
    try:
        written = accept(settings().reports / FILE, sys.argv[1:])
    except BadInput as error:
        sys.exit(f"rebind: {error}")
    sys.stdout.write(f"{len(written)} faults are bound as they were found\n")
    sys.stdout.write("run `uv run ruff format .`, read `git diff`, then prove them\n")


if __name__ == "__main__":
    main()
