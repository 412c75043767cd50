"""What the prover found, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from support.core.failure import BadInput
from support.core.scenario import Scenario
from support.faults.fault import Fault, Red, catalogue


class Verdict(StrEnum):
    """What is to be said of a fault."""

    CAUGHT = "caught"
    MISSED = "missed"
    INERT = "inert"


@dataclass(frozen=True)
class Trial:
    """One scenario played with one fault, or with none. `activations` counts the fault's in this scenario alone.

    `code` and `step_function` say what kind of promise was broken and where, as `ScenarioResult` does.
    """

    fault: str | None
    row: str
    title: str
    outcome: str
    step: str | None
    reason: str | None
    activations: int
    seconds: float
    code: str | None = None
    step_function: str | None = None

    def answers(self, red: Red) -> bool:
        """Whether this is the scenario broken at the step and for the reason that the fault declares."""
        step = (self.step or "").partition(" ")[2]
        return self.outcome == "broken" and step.startswith(red.step) and red.seen in (self.reason or "")


@dataclass(frozen=True)
class Judged:
    """A fault with the trials of the scenarios that it names."""

    fault: Fault
    trials: Sequence[Trial]

    @property
    def verdict(self) -> Verdict:
        """Inert if it never acted, caught if every scenario answered as declared, else missed."""
        if not any(trial.activations for trial in self.trials):
            return Verdict.INERT
        answered = all(any(t.title == red.scenario and t.answers(red) for t in self.trials) for red in self.fault.reds)
        return Verdict.CAUGHT if answered else Verdict.MISSED

    def to_json(self) -> dict[str, Any]:
        """The fault as `proof.json` has it."""
        return {
            "name": self.fault.name,
            "story": self.fault.story,
            "activations": sum(trial.activations for trial in self.trials),
            "verdict": self.verdict.value,
            "rows": [_row(trial, self.fault) for trial in self.trials],
        }


def _row(trial: Trial, fault: Fault) -> dict[str, Any]:
    red = next(red for red in fault.reds if red.scenario == trial.title)
    return {
        "row": trial.row,
        "title": trial.title,
        "outcome": trial.outcome,
        "step": trial.step,
        "seen": trial.reason,
        "code": trial.code,
        "step_function": trial.step_function,
        "expected": asdict(red),
        "seconds": round(trial.seconds, 3),
    }


@dataclass(frozen=True)
class Proof:
    """Everything that a run of the prover has shown."""

    faults: tuple[Judged, ...]
    sound: tuple[Trial, ...]
    unproven: tuple[Scenario, ...]

    @property
    def red_without_fault(self) -> list[Trial]:
        """Scenarios that broke although nothing was wrong with the backend."""
        return [trial for trial in self.sound if trial.outcome != "kept"]

    @property
    def holds(self) -> bool:
        """Whether every fault was caught, and every scenario is proven and sound."""
        caught = all(judged.verdict is Verdict.CAUGHT for judged in self.faults)
        return caught and not self.unproven and not self.red_without_fault

    def to_json(self, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """The record `proof.json`: what this run has shown, and what `earlier` ones have shown of other faults."""
        faults = [judged.to_json() for judged in self.faults]
        sound = [asdict(trial) for trial in self.sound]
        unproven = [{"row": one.row, "title": one.title, "place": one.place} for one in self.unproven]
        names = {judged.fault.name for judged in self.faults}
        titles = {trial.title for trial in self.sound}
        return {
            "faults": [*(one for one in earlier.get("faults", ()) if one["name"] not in names), *faults],
            "sound": [*(one for one in earlier.get("sound", ()) if one["title"] not in titles), *sound],
            "unproven": [*(one for one in earlier.get("unproven", ()) if one["title"] not in titles), *unproven],
        }


def read_record(path: Path) -> dict[str, Any]:
    """What earlier runs of the prover have shown; nothing of faults that the catalogue no longer has.

    Raises:
        BadInput: the file is not a record of the prover.
    """
    if not path.exists():
        return {}
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return record | {"faults": [one for one in record["faults"] if one["name"] in catalogue()]}
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is not a record of the prover ({error!r}); remove it") from None


def conclude(faults: Iterable[Fault], scenarios: Mapping[str, Scenario], trials: Iterable[Trial]) -> Proof:
    """Judge the trials; `scenarios` are those to be proven, by title."""
    trials = list(trials)
    judged = tuple(Judged(fault, [t for t in trials if t.fault == fault.name]) for fault in faults)
    proven = {trial.title for one in judged if one.verdict is Verdict.CAUGHT for trial in one.trials}
    unproven = tuple(scenario for title, scenario in scenarios.items() if title not in proven)
    return Proof(judged, tuple(trial for trial in trials if trial.fault is None), unproven)
