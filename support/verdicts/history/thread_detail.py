"""One detail of a thread by itself: every answer shows the value that was set last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.specification.json_values import merged
from support.verdicts.history.model import NOT_ALLOWED, Model, NotAllowed
from support.verdicts.history.operations import Declined, Unknown


@dataclass(frozen=True)
class Detail:
    """A detail with its written value, or None where there is no such detail."""

    name: str
    value: str | None

    def __str__(self) -> str:
        return f'no "{self.name}"' if self.value is None else f'"{self.name}" is {self.value}'


@dataclass(frozen=True)
class SetDetail:
    """Merges a value into the detail; None removes it."""

    name: str
    value: Any

    def __str__(self) -> str:
        return f'removes "{self.name}"' if self.value is None else f'sets "{self.name}" to {merged(None, self.value)}'


@dataclass(frozen=True)
class SeeDetail:
    """Sees the thread, by reading it or in the answer to another change."""

    name: str

    def __str__(self) -> str:
        return f'looks for "{self.name}"'


@dataclass(frozen=True)
class NotShown:
    """The answer says nothing of the detail."""

    def __str__(self) -> str:
        return "done"


class OneDetail(Model[Detail, SetDetail | SeeDetail, Detail | NotShown]):
    """A register with merges, for the detail of this name."""

    def __init__(self, name: str, values: Mapping[str, str | None]) -> None:
        """`values` has the written value at the start, for each thread."""
        self._name = name
        self._values = values

    def initial(self, target: str) -> Detail:
        """The detail as it is at the start."""
        return Detail(self._name, self._values.get(target))

    def step(
        self, state: Detail, act: SetDetail | SeeDetail, outcome: Detail | NotShown | Declined | Unknown
    ) -> Detail | NotAllowed:
        """The answer shows the detail as it is after the act."""
        if isinstance(outcome, Declined):
            return state
        after = Detail(self._name, merged(state.value, act.value)) if isinstance(act, SetDetail) else state
        return NOT_ALLOWED if isinstance(outcome, Detail) and outcome != after else after

    def changes(self, act: SetDetail | SeeDetail, outcome: Detail | NotShown | Declined | Unknown) -> bool:
        """Only setting does."""
        return isinstance(act, SetDetail) and not isinstance(outcome, Declined)
