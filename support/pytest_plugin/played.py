"""What was executed of each scenario, seen from pytest-bdd's hooks, and compared with what was parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import pytest

from support.core.outcome import Outcome, PlayedStep, ScenarioResult
from support.core.scenario import Scenario
from support.pytest_plugin.phases import HookStep
from support.pytest_plugin.state import state_of


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: HookStep) -> None:
    """Note a step whose function has returned."""
    state_of(request.node).played.append((step.name, step.line_number))


def compare_with_played(results: Iterable[tuple[Scenario, ScenarioResult]]) -> Iterator[str]:
    """One sentence for each kept scenario of which other steps were executed than its feature file has."""
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
    return f"expected {_shown(expected)}, got {_shown(got)}"


def _shown(step: PlayedStep | None) -> str:
    return "no step" if step is None else f"{step[0]!r} of line {step[1]}"
