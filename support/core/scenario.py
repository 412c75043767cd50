"""A scenario as its feature file states it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

TIERS = ("free", "early", "mid", "enterprise", "platform")
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")


class ValueText(NamedTuple):
    """The business-value justification of a scenario, as its feature file states it."""

    segment: str
    goal: str
    impact: str
    value: str


Table = tuple[tuple[str, ...], ...]
"""The rows of a data table, its heading included."""


class StepText(NamedTuple):
    """One step as written: `keyword` is the word in the file, `kind` is given, when, then or unknown.

    `text`, `table` and `docstring` are as in the file, with the cells of an example filled in; every report shows
    them. `played` is the text that is matched with a step definition and executed.
    """

    keyword: str
    kind: str
    text: str
    line: int
    played: str
    table: Table | None = None
    docstring: str | None = None

    @property
    def shown(self) -> str:
        """Keyword and text, as the feature file has them."""
        return f"{self.keyword} {self.text}"


@dataclass(frozen=True)
class Scenario:
    """A scenario as it will run: one example of an outline is one of these, its placeholders filled in.

    `id` is stable, such as `TL-01.2`; an example of an outline adds the cells that its title names, such as
    `TL-05.1[an empty title]`. `needs` are the capabilities and `policies` the policies that its tags name. `file` is
    relative to the folder that holds the features folder, such as `features/free/titles.feature`.
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
    policies: frozenset[str]
    disruptive: bool
    load: bool
    value: ValueText
    steps: tuple[StepText, ...]

    @property
    def place(self) -> str:
        """File and line, as an editor opens them."""
        return f"{self.file}:{self.line}"

    def to_json(self) -> dict[str, Any]:
        """A dictionary that JSON can hold; `value` and each step become objects."""
        data = asdict(self)
        return data | {
            "needs": sorted(self.needs),
            "policies": sorted(self.policies),
            "value": self.value._asdict(),
            "steps": [step._asdict() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The scenario from the dictionary that `to_json` made, also after it was in a JSON file."""
        fields: dict[str, Any] = data | {
            "needs": frozenset(data["needs"]),
            "policies": frozenset(data["policies"]),
            "value": ValueText(**data["value"]),
            "steps": tuple(_step(step) for step in data["steps"]),
        }
        return cls(**fields)


def _step(data: dict[str, Any]) -> StepText:
    table: list[list[str]] | None = data["table"]
    fields: dict[str, Any] = data | {"table": None if table is None else tuple(tuple(row) for row in table)}
    return StepText(**fields)
