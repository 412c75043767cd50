"""A story: sentences that a feature could have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from support.core.people import PLAN_OF

PEOPLE = ("Enid", "Sam")
"""Who takes part in every story; both are on a plan that has everything."""
Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sentence:
    """One act as a feature writes it, perhaps with a table, or the state of a device."""

    text: str
    table: Table | None = None


@dataclass(frozen=True)
class Story:
    """What the assistant answers, and then the acts in order."""

    answer: str
    acts: tuple[Sentence, ...] = field(default_factory=tuple)

    def as_gherkin(self, title: str) -> str:
        """The story as a scenario that can be pasted into a feature."""
        lines = [f"  Scenario: {title}", *(f"    {line}" for line in self._lines())]
        return "\n".join(lines)

    def _lines(self) -> Iterator[str]:
        first, *others = PEOPLE
        yield f"Given {first} has signed in on the {PLAN_OF[first].title()} plan"
        yield from (f"And {name}, a stranger, has signed in" for name in others)
        yield from (f'And the assistant answers {name} with "{self.answer}"' for name in PEOPLE)
        for number, act in enumerate(self.acts):
            yield f"{'And' if number else 'When'} {act.text}"
            for row in act.table or ():
                yield f"  | {' | '.join(row)} |"
        yield "Then everything is as their acts have made it"
