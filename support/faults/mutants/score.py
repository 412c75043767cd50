"""Judges what was played with mutants, and gives the score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from support.faults.mutants.choice import Draw
from support.faults.mutants.mutant import Mutant
from support.faults.proof import Trial

_ENOUGH = 2
"""A mutant with which so many scenarios could not even begin is not played any further."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    ENVIRONMENT = "environment"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True)
class Judgment:
    """A mutant with its trials, in the order in which they were played. `reason` is why nobody can notice it.

    `runs_in` counts the scenarios that run the mutated line; a bound may have left some of them out.
    """

    mutant: Mutant
    trials: Sequence[Trial] = ()
    runs_in: int = 0
    reason: str | None = None

    @property
    def fate(self) -> Fate:
        """Killed only by a broken promise of a backend that still runs."""
        if self.reason is not None:
            return Fate.EQUIVALENT
        if any(kills(trial) for trial in self.trials):
            return Fate.KILLED
        kept = any(trial.outcome == "kept" for trial in self.trials)
        return Fate.SURVIVED if kept else Fate.ENVIRONMENT

    @property
    def settled(self) -> bool:
        """Whether no further scenario can change the judgment, or is worth its time."""
        never_began = [trial for trial in self.trials if not trial.began]
        return self.fate is Fate.KILLED or (self.fate is Fate.ENVIRONMENT and len(never_began) >= _ENOUGH)

    def to_json(self) -> dict[str, Any]:
        """The mutant as `proof.json` has it."""
        decisive = next((trial for trial in self.trials if kills(trial)), self.trials[-1] if self.trials else None)
        return {
            "file": self.mutant.file,
            "line": self.mutant.place.line,
            "within": self.mutant.within,
            "operator": self.mutant.operator.replace("_", " "),
            "before": self.mutant.before,
            "after": self.mutant.after,
            "id": self.mutant.id,
            "fate": self.fate.value,
            "trials": len(self.trials),
            "runs_in": self.runs_in,
            "scenario": decisive.scenario if decisive and self.fate is not Fate.SURVIVED else None,
            "code": decisive.code if decisive else None,
            "seen": self.reason or (decisive.reason if decisive else None),
        }


def kills(trial: Trial) -> bool:
    """Whether a trial shows a broken promise, of a backend whose process has not died."""
    return trial.outcome == "broken" and not trial.died


@dataclass(frozen=True)
class MutationScore:
    """The judgments on a draw of mutants."""

    draw: Draw
    judgments: Sequence[Judgment]

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many mutants have each fate."""
        counts = Counter(judgment.fate for judgment in self.judgments)
        return {fate: counts[fate] for fate in Fate}

    @property
    def played(self) -> int:
        """How many mutants were played: all but those known to be equivalent."""
        return len(self.judgments) - self.counts[Fate.EQUIVALENT]

    @property
    def score(self) -> float:
        """The share of played mutants that were killed, from 0 to 1; 0 where none was played."""
        return round(self.counts[Fate.KILLED] / self.played, 4) if self.played else 0.0

    def to_json(self) -> dict[str, Any]:
        """The part `mutants` of `proof.json`; `survivors` has all that survived or could not be judged."""
        rows = [judgment.to_json() for judgment in self.judgments]
        left = (Fate.SURVIVED, Fate.ENVIRONMENT)
        return {
            "seed": self.draw.seed,
            "played": self.played,
            **{fate.value: count for fate, count in self.counts.items()},
            "score": self.score,
            "survivors": [row for row in rows if row["fate"] in left],
            "all": rows,
        }
