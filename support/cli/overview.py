"""The scenarios, with their values, their proofs and their last outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from support.core.catalogue import rows
from support.core.failure import BadInput
from support.core.outcome import Outcome
from support.core.scenario import TIERS, Scenario
from support.core.settings import settings
from support.faults.fault import Fault, catalogue
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.gherkin.selection import Selection
from support.reporting.tables import OUTCOME_STYLES

JsonObject = dict[str, Any]


def scenarios(selection: Selection) -> list[JsonObject]:
    """The selected scenarios, each with its value text, the names of its faults, and the last outcome if there is one.

    Raises:
        BadInput: a feature file is malformed, or nothing is selected.
    """
    last = _last_outcomes()
    faults = _faults_by_scenario()
    found = [
        scenario.to_json()
        | {"faults": [one.name for one in faults.get(scenario.id, [])], "last": last.get(scenario.title)}
        for scenario in selected(selection)
    ]
    if not found:
        raise BadInput("no scenario is selected; `threadproof list` without a selection shows all")
    return sorted(found, key=lambda entry: (TIERS.index(entry["tier"]), entry["row"]))


def scenario_table(entries: list[JsonObject]) -> RenderableType:
    """The scenarios for a terminal, by tier and feature."""
    blocks: list[RenderableType] = []
    for tier in TIERS:
        own = [entry for entry in entries if entry["tier"] == tier]
        if not own:
            continue
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title=tier.capitalize(), title_justify="left")
        table.add_column("row", style="bold", no_wrap=True)
        table.add_column("scenario", ratio=5)
        table.add_column("what the customer gets", ratio=4, style="dim")
        table.add_column("faults", justify="right")
        table.add_column("last", no_wrap=True)
        for entry in own:
            table.add_row(
                entry["row"],
                entry["title"],
                entry["value"]["value"],
                str(len(entry["faults"])),
                _outcome(entry["last"]),
            )
        blocks += [table, Text()]
    covered = {entry["row"] for entry in entries}
    blocks.append(Text(f"{len(entries)} scenarios of {len(covered)} rows; the catalogue has {len(rows())} rows."))
    return Group(*blocks)


def explanation(row: str) -> RenderableType:
    """Everything about a row.

    Raises:
        BadInput: there is no such row, or no scenario of it yet.
    """
    asked = Selection(rows=(row.upper(),))
    asked.check()
    try:
        entries = scenarios(asked)
    except BadInput:
        raise BadInput(f"{row.upper()} ({rows()[row.upper()].title}) has no scenario yet") from None
    blocks: list[RenderableType] = [Text(f"{row.upper()}  {rows()[row.upper()].title}", style="bold")]
    for entry in entries:
        blocks += [Text(), *_explained(entry)]
    return Group(*blocks)


def _explained(entry: JsonObject) -> list[RenderableType]:
    value = entry["value"]
    lines: list[RenderableType] = [
        Text.assemble((entry["title"], "bold"), (f"  {entry['file']}:{entry['line']}", "dim")),
        Text(f"  {entry['rule'] or entry['feature']}", style="italic"),
        Text(f"  For {value['segment']}, for {value['goal']}: {value['value']}."),
        Text(f"  Impact: {value['impact']}."),
        *(Text(f"    {line}") for step in entry["steps"] for line in _written(step)),
        Text.assemble("  last outcome: ", _outcome(entry["last"])),
    ]
    faults = catalogue()
    for name in entry["faults"]:
        expected = next(one for one in faults[name].expected if one.scenario == entry["id"])
        lines.append(Text.assemble("  broken by ", (name, "bold"), f": {faults[name].story}"))
        lines.append(Text(f"      at {expected.step_function} with {expected.code.value}", style="dim"))
    return lines


def _written(step: JsonObject) -> Iterator[str]:
    """The lines of a step as the feature file has them, its table and its doc string included."""
    yield f"{step['keyword']} {step['text']}"
    rows: list[list[str]] = [list(row) for row in step["table"] or ()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  | {' | '.join(cells)} |"
    yield from (f"  {line}" for line in (step["docstring"] or "").splitlines())


def selected(selection: Selection) -> list[Scenario]:
    """The scenarios of a selection, in the order of the feature files."""
    return [
        scenario
        for feature in read_features(settings().features.resolve())
        for source in feature.scenarios
        if selection.takes(scenario := build_scenario(feature, source), feature.path, source.tags)
    ]


def _faults_by_scenario() -> dict[str, list[Fault]]:
    found: dict[str, list[Fault]] = {}
    for one in catalogue().values():
        for expected in one.expected:
            found.setdefault(expected.scenario, []).append(one)
    return found


def _last_outcomes() -> dict[str, str]:
    path = settings().reports / "ledger.json"
    if not path.exists():
        return {}
    try:
        ledger = cast("JsonObject", json.loads(path.read_text("utf-8")))
        return {entry["title"]: entry["outcome"] for entry in ledger["scenarios"]}
    except (ValueError, KeyError) as error:
        raise BadInput(f"{path} is not a ledger ({error!r}); remove it, or run `threadproof run` again") from None


def _outcome(name: str | None) -> Text:
    if name is None:
        return Text("not run yet", style="dim")
    outcome = Outcome(name)
    return Text(outcome.words, style=OUTCOME_STYLES[outcome])
