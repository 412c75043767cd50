"""The results of the prover, and its conclusion."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from support.core.failure import BadInput, Code
from support.core.scenario import Scenario
from support.faults.fault import ExpectedFailure, Fault, catalogue

_OF_NO_SENTENCE = (Code.ASSERTION, Code.METRICS_MISSING)
"""What sentences cannot lead to: assertions without a code, and the figures that only operators read."""


class Verdict(StrEnum):
    """The verdict on a fault."""

    CAUGHT = "caught"
    MISSED = "missed"
    INERT = "inert"


@dataclass(frozen=True)
class Trial:
    """One scenario played with one fault, or with none. `activations` counts the fault's in this scenario alone.

    `scenario` is its id; `step`, `step_function`, `code` and `reason` say where and how it broke, as in
    `ScenarioResult`. `died` says that a process of the backend had ended by the end of the last step;
    `began` that there was an environment to play in at all.
    """

    fault: str | None
    scenario: str
    row: str
    title: str
    outcome: str
    step: str | None
    step_function: str | None
    code: str | None
    reason: str | None
    activations: int
    seconds: float
    died: bool = False
    began: bool = True

    def shows(self, expected: ExpectedFailure, *, ends_process: bool = False) -> bool:
        """Whether this is the scenario, broken at the step function and with the code that the fault declares.

        A backend that has died breaks everything: that shows nothing, unless the fault is to end the process.
        """
        found = (self.scenario, self.outcome, self.step_function, self.code)
        declared = found == (expected.scenario, "broken", expected.step_function, expected.code)
        return declared and (ends_process or not self.died)


@dataclass(frozen=True)
class Judged:
    """A fault with the trials of the scenarios that it names."""

    fault: Fault
    trials: Sequence[Trial]

    @property
    def verdict(self) -> Verdict:
        """Inert if it never acted, caught if every scenario broke as declared, else missed."""
        if not any(trial.activations for trial in self.trials):
            return Verdict.INERT
        shown = all(any(self.shows(trial, expected) for trial in self.trials) for expected in self.fault.expected)
        return Verdict.CAUGHT if shown else Verdict.MISSED

    def shows(self, trial: Trial, expected: ExpectedFailure) -> bool:
        """Whether a trial shows what the fault declares."""
        return trial.shows(expected, ends_process=self.fault.ends_process)

    def trial_of(self, expected: ExpectedFailure) -> Trial | None:
        """The trial of a scenario that must break; None if it was not played."""
        return next((trial for trial in self.trials if trial.scenario == expected.scenario), None)

    def to_json(self, digests: Any = None) -> dict[str, Any]:
        """The fault as `proof.json` has it; `digests` are of all that the verdict depends on."""
        return {
            "name": self.fault.name,
            "story": self.fault.story,
            "activations": sum(trial.activations for trial in self.trials),
            "verdict": self.verdict.value,
            "rows": [_row(trial, self.fault) for trial in self.trials],
            "digests": digests,
        }


def _row(trial: Trial, fault: Fault) -> dict[str, Any]:
    expected = next((one for one in fault.expected if one.scenario == trial.scenario), None)
    return {
        "id": trial.scenario,
        "row": trial.row,
        "title": trial.title,
        "outcome": trial.outcome,
        "step": trial.step,
        "step_function": trial.step_function,
        "code": trial.code,
        "seen": trial.reason,
        "died": trial.died,
        "expected": expected and {"step_function": expected.step_function, "code": expected.code.value},
        "seconds": round(trial.seconds, 3),
    }


Digests = Callable[[Fault | None, Sequence[str]], Mapping[str, Any]]


def no_digests(_fault: Fault | None, _scenarios: Sequence[str]) -> Mapping[str, Any]:
    """The digests of a verdict that depends on nothing that could change."""
    return {}


@dataclass(frozen=True)
class Proof:
    """The results of a run of the prover.

    Attributes:
        faults, sound: what was played, with faults and without.
        unproven: the scenarios that no fault proves.
        then_steps: the functions of all Then sentences.
        whole: whether the whole catalogue was played with all scenarios; only then is a check that nothing broke a
            shortcoming.
    """

    faults: tuple[Judged, ...]
    sound: tuple[Trial, ...]
    unproven: tuple[Scenario, ...]
    then_steps: tuple[str, ...] = ()
    whole: bool = False

    @property
    def red_without_fault(self) -> list[Trial]:
        """Scenarios that broke without a fault."""
        return [trial for trial in self.sound if trial.outcome != "kept"]

    @property
    def never_broken(self) -> list[str]:
        """The functions of Then sentences at which no fault of this run broke anything."""
        broken = {trial.step_function for trial in self._broken}
        return [function for function in self.then_steps if function not in broken]

    @property
    def never_seen(self) -> list[Code]:
        """The failure codes that no fault of this run has led to, such as that of one attribute of a table."""
        seen = {trial.code for trial in self._broken}
        return [code for code in Code if code.value not in seen and code not in _OF_NO_SENTENCE]

    @property
    def _broken(self) -> list[Trial]:
        return [trial for one in self.faults for trial in one.trials if trial.outcome == "broken" and not trial.died]

    @property
    def holds(self) -> bool:
        """Whether every fault was caught, every scenario is proven and sound, and every check was seen to fail."""
        caught = all(judged.verdict is Verdict.CAUGHT for judged in self.faults)
        seen = not self.whole or not (self.never_broken or self.never_seen)
        return caught and seen and not self.unproven and not self.red_without_fault

    def to_json(self, earlier: Mapping[str, Any], digests: Digests = no_digests) -> dict[str, Any]:
        """The record `proof.json`: the results of this run, and those of `earlier` runs for other faults.

        `digests` gives those of all that a verdict depends on, for a fault or None, and the ids of its scenarios.
        `broken_at` has the function of every Then sentence, with the names of the faults that broke a scenario there:
        a sentence without any has never been seen red.
        """
        faults = [
            one.to_json(digests(one.fault, [expected.scenario for expected in one.fault.expected]))
            for one in self.faults
        ]
        sound = [asdict(trial) | {"digests": digests(None, [trial.scenario])} for trial in self.sound]
        unproven = [{"id": one.id, "row": one.row, "title": one.title, "place": one.place} for one in self.unproven]
        names = {judged.fault.name for judged in self.faults}
        played = {trial.scenario for trial in self.sound}
        all_faults = [*(one for one in earlier.get("faults", ()) if one["name"] not in names), *faults]
        return {
            "faults": all_faults,
            "sound": [*(one for one in earlier.get("sound", ()) if one["scenario"] not in played), *sound],
            "unproven": [*(one for one in earlier.get("unproven", ()) if one["id"] not in played), *unproven],
            "broken_at": {function: _broken_at(all_faults, function) for function in self.then_steps},
            **({"mutants": earlier["mutants"]} if "mutants" in earlier else {}),
        }


def _broken_at(faults: Iterable[Mapping[str, Any]], function: str) -> list[str]:
    return [
        fault["name"]
        for fault in faults
        if any(row["outcome"] == "broken" and row["step_function"] == function for row in fault["rows"])
    ]


def read_record(path: Path) -> dict[str, Any]:
    """The results of earlier runs of the prover, without faults that the catalogue no longer has.

    Raises:
        BadInput: the file is not a record of the prover.
    """
    if not path.exists():
        return {}
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        known = [one for one in record["faults"] if one["name"] in catalogue()]
        _ = [(row["id"], row["step_function"]) for one in known for row in one["rows"]]
        _ = [one["scenario"] for one in record["sound"]], [one["id"] for one in record["unproven"]]
        return record | {"faults": known}
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is not a record of the prover ({error!r}); remove it") from None


def conclude(
    faults: Iterable[Fault],
    scenarios: Mapping[str, Scenario],
    trials: Iterable[Trial],
    then_steps: Iterable[str] = (),
    *,
    whole: bool = False,
) -> Proof:
    """Judge the trials; `scenarios` are those to be proven, by id. For `whole` see `Proof`."""
    trials = list(trials)
    judged = tuple(Judged(fault, [t for t in trials if t.fault == fault.name]) for fault in faults)
    proven = {trial.scenario for one in judged if one.verdict is Verdict.CAUGHT for trial in one.trials}
    unproven = tuple(scenario for id_, scenario in scenarios.items() if id_ not in proven)
    return Proof(judged, tuple(trial for trial in trials if trial.fault is None), unproven, tuple(then_steps), whole)
