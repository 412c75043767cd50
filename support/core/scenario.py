"""What is known of a scenario from its feature file, and where a pytest item keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import pytest

TIERS = ("free", "early", "mid", "enterprise", "platform")
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")


class ValueText(NamedTuple):
    """The business-value justification of a scenario, as its feature file states it."""

    segment: str
    goal: str
    impact: str
    value: str


class StepText(NamedTuple):
    """One step as written: `keyword` is the word in the file, `kind` is given, when or then."""

    keyword: str
    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Scenario:
    """A scenario as it will run: one example of an outline is one of these, its placeholders filled in.

    `id` is stable, such as `TL-01.2`; an example of an outline adds the cells that its title names, such as
    `TL-05.1[an empty title]`. `file` is relative to the folder that holds the features folder, such as
    `features/free/titles.feature`.
    """

    id: str
    row: str
    title: str
    feature: str
    rule: str | None
    file: str
    line: int
    tier: str
    severity: str
    needs: frozenset[str]
    disruptive: bool
    load: bool
    value: ValueText
    steps: tuple[StepText, ...]

    @property
    def place(self) -> str:
        """File and line, as an editor opens them."""
        return f"{self.file}:{self.line}"

    def to_json(self) -> dict[str, Any]:
        """A shape that survives JSON; `value` and each step become objects."""
        data = asdict(self)
        return data | {
            "needs": sorted(self.needs),
            "value": self.value._asdict(),
            "steps": [step._asdict() for step in self.steps],
        }


SCENARIO = pytest.StashKey[Scenario]()
