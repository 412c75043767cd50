"""The prover on real faults, and on faults that it must not believe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.core.scenario import Scenario, ValueText
from support.core.settings import PROJECT, settings
from support.faults.fault import Fault, Red, catalogue
from support.faults.patch import Patch
from support.faults.proof import Judged, Trial, Verdict, conclude
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.gherkin.sentences import DEFINITIONS, import_steps

RED = Red("One more", "it is 2", "it is 3")
FAULT = Fault("counts_double", "Every count is doubled.", (RED,), lambda _patch: None)
SCENARIO = Scenario(
    id="TL-01.1",
    row="TL-01",
    title="One more",
    feature="Counting",
    rule=None,
    file="features/free/counting.feature",
    line=10,
    tier="free",
    severity="normal",
    needs=frozenset(),
    disruptive=False,
    load=False,
    value=ValueText("Free", "trust", "", ""),
    steps=(),
)


def trial(**changes: Any) -> Trial:
    seen: dict[str, Any] = {"outcome": "broken", "step": "Then it is 2", "reason": "but it is 3", "activations": 1}
    given: dict[str, Any] = {"fault": "counts_double", "row": "TL-01", "title": "One more", "seconds": 0.1}
    return Trial(**(given | seen | changes))


def test_a_fault_is_caught_at_its_step_for_its_reason() -> None:
    assert Judged(FAULT, [trial()]).verdict is Verdict.CAUGHT


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "kept", "step": None, "reason": None},
        {"outcome": "environment"},
        {"step": "When it goes up"},
        {"reason": "it is 4"},
        {"title": "Another"},
    ],
)
def test_a_fault_is_missed_otherwise(changes: dict[str, Any]) -> None:
    assert Judged(FAULT, [trial(**changes)]).verdict is Verdict.MISSED


def test_a_fault_that_never_acted_is_inert_even_if_the_scenario_broke() -> None:
    assert Judged(FAULT, [trial(activations=0)]).verdict is Verdict.INERT


def test_the_proof_holds_only_if_all_is_proven_and_sound() -> None:
    sound = trial(fault=None, outcome="kept", step=None, reason=None)
    scenarios = {"One more": SCENARIO}
    assert conclude([FAULT], scenarios, [sound, trial()]).holds
    assert not conclude([FAULT], scenarios, [sound, trial(outcome="kept")]).holds
    assert not conclude([FAULT], scenarios, [trial(fault=None), trial()]).holds
    assert not conclude([], scenarios, [sound]).holds
    assert not conclude([FAULT], scenarios | {"Unproven": SCENARIO}, [sound, trial()]).holds


def test_every_scenario_has_two_faults_or_more_a_row_and_each_fault_names_one_that_exists() -> None:
    scenarios = [
        build_scenario(feature, source)
        for feature in read_features(settings().features)
        for source in feature.scenarios
    ]
    by_row: dict[str, set[str]] = {scenario.row: set() for scenario in scenarios}
    rows = {scenario.title: scenario.row for scenario in scenarios}
    named: set[str] = set()
    for fault in catalogue().values():
        for red in fault.reds:
            by_row[rows[red.scenario]].add(fault.name)
            named.add(red.scenario)
    assert {row: len(faults) for row, faults in by_row.items() if len(faults) < 2} == {}
    assert {scenario.title for scenario in scenarios} - named == set()


def test_every_then_sentence_has_been_chosen_by_a_fault_to_break_at() -> None:
    import_steps(settings().steps)
    steps = {
        (source.title, step)
        for feature in read_features(settings().features)
        for source in feature.scenarios
        for step in source.steps
    }
    reds = [red for fault in catalogue().values() for red in fault.reds]
    broken = [step for title, step in steps for red in reds if red.scenario == title and step.text.startswith(red.step)]
    sentences = [definition for definition in DEFINITIONS if definition.kind == "then"]
    assert len(sentences) >= 30
    assert [one.place for one in sentences if not any(one.matches(step) for step in broken)] == []


class Counter:
    """Something to patch."""

    step = 1

    def up(self, count: int) -> int:
        return count + self.step

    @staticmethod
    def down(count: int) -> int:
        return count - 1

    async def later(self, count: int) -> int:
        return count


def test_a_patch_replaces_methods_and_counts_how_often_they_act(monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[None] = []
    patch = Patch(lambda: acted.append(None))
    for name in ("up", "down", "later"):
        monkeypatch.setattr(Counter, name, Counter.__dict__[name])

    @patch.replace(f"{__name__}:Counter.up")
    def up(original: Any, counter: Counter, count: int) -> int:
        return original(counter, count) * 10

    @patch.replace(f"{__name__}:Counter.down", counts=False)
    def down(original: Any, count: int) -> int:
        return original(count) * 10

    assert not acted
    assert Counter().up(1) == 20
    assert Counter.down(3) == 20
    assert len(acted) == 1


def test_a_patch_of_nothing_is_refused() -> None:
    patch = Patch(lambda: None)
    for place in ("support.backend.nowhere:x", f"{__name__}:Counter.sideways"):
        with pytest.raises(LookupError, match="the backend has no"):
            patch.replace(place)


def prove(reports: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", "from support.cli.commands import main; main()", "prove", *arguments],
        cwd=PROJECT,
        env=os.environ | {"THREADPROOF_REPORTS": str(reports)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    path = reports / "proof.json"
    return ended, json.loads(path.read_text("utf-8")) if path.exists() else {}


def test_the_prover_catches_a_real_fault_and_writes_it_down(tmp_path: Path) -> None:
    ended, proof = prove(tmp_path, "--fault", "title_is_constant", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [fault] = proof["faults"]
    assert fault["verdict"] == "caught"
    assert fault["activations"] >= 1
    [row] = fault["rows"]
    assert row["row"] == "TL-01"
    assert row["step"] == 'Then the conversation is called "Packaging costs, spring savings"'
    assert "New conversation" in row["seen"]
    assert [trial["outcome"] for trial in proof["sound"]] == ["kept"]


def test_an_unknown_fault_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    ended, proof = prove(tmp_path, "--fault", "title_is_constnat")
    assert ended.returncode == 2
    assert "did you mean 'title_is_constant'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not proof
