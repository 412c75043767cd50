"""Three counts of the same scenarios, from the feature files, the run and the Allure results, must agree.

So must the steps that were executed and those that were parsed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from support.core.outcome import Outcome, PlayedStep, ScenarioResult
from support.core.scenario import Scenario
from support.reporting.allure_files import test_case_id


def compare_with_expected(
    collected: Sequence[Scenario], expected: Sequence[Scenario], *, all_asked_for: bool
) -> list[str]:
    """The differences between the scenarios that pytest collected and those parsed from the selected features.

    `all_asked_for` is False where the command line names single tests, which the features do not know.
    """
    ours = Counter((scenario.row, scenario.title, scenario.place) for scenario in collected)
    theirs = Counter((scenario.row, scenario.title, scenario.place) for scenario in expected)
    missing = theirs - ours if all_asked_for else Counter[tuple[str, str, str]]()
    return [
        *_lines(missing, "is in the feature file but was not collected"),
        *_lines(ours - theirs, "was collected but is not among the selected scenarios of the feature files"),
    ]


def _lines(scenarios: Counter[tuple[str, str, str]], what: str) -> list[str]:
    return [f"{place}: {row} {title!r} {what}" for row, title, place in sorted(scenarios.elements())]


def result_files(folder: Path | None) -> set[Path]:
    """The Allure result files in a folder, none if there is no folder."""
    return set(folder.glob("*-result.json")) if folder else set()


def compare_with_results(results: Iterable[tuple[Scenario, ScenarioResult]], files: Iterable[Path]) -> list[str]:
    """The differences between the ledger and the Allure results, which must have each scenario exactly once."""
    said: dict[str, list[str]] = {}
    for file in sorted(files):
        data = json.loads(file.read_text("utf-8"))
        said.setdefault(data["testCaseId"], []).append(_outcome(data))
    found: list[str] = []
    for scenario, result in results:
        theirs = said.pop(test_case_id(scenario), [])
        if theirs != [result.outcome.words]:
            shown = " and ".join(theirs) or "nothing"
            found.append(f"{scenario.place}: the ledger says {result.outcome.words}, the Allure results say {shown}")
    strangers = [f"an Allure result belongs to no collected scenario: {identity}" for identity in said]
    return found + strangers


def _outcome(data: dict[str, Any]) -> str:
    return next((label["value"] for label in data["labels"] if label["name"] == "outcome"), data.get("status", "?"))


def compare_with_played(results: Iterable[tuple[Scenario, ScenarioResult]]) -> Iterator[str]:
    """One sentence for each kept scenario whose executed steps differ from those of its feature file."""
    for scenario, result in results:
        parsed = [(step.text, step.line) for step in scenario.steps]
        if result.outcome is Outcome.KEPT and list(result.played) != parsed:
            yield (
                f"{scenario.place}: {scenario.title!r} is kept, but {len(result.played)} steps were played of its "
                f"{len(parsed)}: {_first_difference(parsed, result.played)}; do not trust this run, mend the suite"
            )


def _first_difference(parsed: Sequence[PlayedStep], played: Sequence[PlayedStep]) -> str:
    pairs = zip_longest(parsed, played)
    expected, got = next((expected, got) for expected, got in pairs if expected != got)
    return f"expected {_shown_step(expected)}, got {_shown_step(got)}"


def _shown_step(step: PlayedStep | None) -> str:
    return "no step" if step is None else f"{step[0]!r} of line {step[1]}"
