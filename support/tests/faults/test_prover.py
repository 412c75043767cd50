"""The prover on real faults, and on faults that it must not believe."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.core.failure import BadInput, Code
from support.core.scenario import Scenario, ValueText
from support.core.settings import PROJECT, settings
from support.faults.fault import ExpectedFailure, Fault, breaks, catalogue, fault, unknown_names
from support.faults.patch import Patch
from support.faults.proof import Judged, Trial, Verdict, conclude
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.gherkin.sentences import import_steps
from support.pytest_plugin.prover import check_names, then_steps

EXPECTED = ExpectedFailure("TL-01.1", "counts:is_count", Code.CHANGED)
FAULT = Fault("counts_double", "Every count is doubled.", (EXPECTED,), lambda _patch: None)
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
    policies=frozenset(),
    disruptive=False,
    load=False,
    value=ValueText("Free", "trust", "", ""),
    steps=(),
)


def trial(**changes: Any) -> Trial:
    seen: dict[str, Any] = {"outcome": "broken", "step": "Then it is 2", "reason": "but it is 3", "activations": 1}
    bound: dict[str, Any] = {"scenario": "TL-01.1", "step_function": "steps.counts:is_count", "code": "thread.changed"}
    given: dict[str, Any] = {"fault": "counts_double", "row": "TL-01", "title": "One more", "seconds": 0.1}
    return Trial(**(given | bound | seen | changes))


KEPT: dict[str, Any] = {"outcome": "kept", "step": None, "step_function": None, "code": None, "reason": None}


def test_a_fault_is_caught_at_its_step_function_with_its_code() -> None:
    assert Judged(FAULT, [trial()]).verdict is Verdict.CAUGHT


@pytest.mark.parametrize(
    "changes",
    [
        KEPT,
        {"outcome": "environment"},
        {"step_function": "steps.counts:goes_up"},
        {"step_function": None},
        {"code": "assertion"},
        {"scenario": "TL-01.2"},
    ],
)
def test_a_fault_is_missed_otherwise(changes: dict[str, Any]) -> None:
    assert Judged(FAULT, [trial(**changes)]).verdict is Verdict.MISSED


def test_a_fault_that_never_acted_is_inert_even_if_the_scenario_broke() -> None:
    assert Judged(FAULT, [trial(activations=0)]).verdict is Verdict.INERT


def test_a_fault_is_not_caught_by_a_backend_that_has_died_unless_it_is_to_die() -> None:
    assert Judged(FAULT, [trial(died=True)]).verdict is Verdict.MISSED
    assert Judged(replace(FAULT, ends_process=True), [trial(died=True)]).verdict is Verdict.CAUGHT


def test_a_whole_proof_fails_with_a_sentence_or_a_code_that_nothing_broke() -> None:
    sound, scenarios = trial(fault=None, **KEPT), {"TL-01.1": SCENARIO}
    codes = [trial(code=code.value, scenario=f"TL-01.{number}") for number, code in enumerate(Code, 2)]
    played = [sound, trial(), *codes]
    assert conclude([FAULT], scenarios, played, ["steps.counts:is_count"], whole=True).holds
    unbroken = conclude([FAULT], scenarios, played, ["steps.counts:is_count", "steps.counts:is_even"], whole=True)
    assert (unbroken.never_broken, unbroken.holds) == (["steps.counts:is_even"], False)
    unseen = conclude([FAULT], scenarios, [sound, trial(), *codes[5:]], ["steps.counts:is_count"], whole=True)
    assert Code.TITLE_SHOWN in unseen.never_seen
    assert not unseen.holds
    assert conclude([FAULT], scenarios, [sound, trial()], ["steps.counts:is_even"]).holds


def test_the_proof_holds_only_if_all_is_proven_and_sound() -> None:
    sound = trial(fault=None, **KEPT)
    scenarios = {"TL-01.1": SCENARIO}
    assert conclude([FAULT], scenarios, [sound, trial()]).holds
    assert not conclude([FAULT], scenarios, [sound, trial(**KEPT)]).holds
    assert not conclude([FAULT], scenarios, [trial(fault=None), trial()]).holds
    assert not conclude([], scenarios, [sound]).holds
    assert not conclude([FAULT], scenarios | {"TL-01.2": SCENARIO}, [sound, trial()]).holds


def test_text_and_titles_are_free() -> None:
    assert Judged(FAULT, [trial(title="Another", step="Then it says 2", reason="3, alas")]).verdict is Verdict.CAUGHT


def test_a_check_of_each_scenario_stands_where_a_step_function_stands() -> None:
    expected = ExpectedFailure("TL-01.1", "bystander", Code.BYSTANDER_REACHED)
    assert trial(step_function="bystander", code="bystander.reached").shows(expected)
    assert not trial(step_function="snapshot", code="bystander.reached").shows(expected)


def test_the_record_tells_at_which_then_sentences_nothing_ever_broke() -> None:
    then = ["steps.counts:is_count", "steps.counts:is_even"]
    proof = conclude([FAULT], {"TL-01.1": SCENARIO}, [trial(fault=None, **KEPT), trial()], then)
    assert proof.never_broken == ["steps.counts:is_even"]
    record = proof.to_json(earlier={})
    assert record["broken_at"] == {"steps.counts:is_count": ["counts_double"], "steps.counts:is_even": []}
    [row] = record["faults"][0]["rows"]
    assert (row["id"], row["code"], row["step_function"]) == ("TL-01.1", "thread.changed", "steps.counts:is_count")
    assert row["expected"] == {"step_function": "steps.counts:is_count", "code": "thread.changed"}


def test_results_of_earlier_runs_for_other_faults_stay_in_the_record() -> None:
    earlier = conclude([FAULT], {"TL-01.1": SCENARIO}, [trial(fault=None, **KEPT), trial()]).to_json(earlier={})
    another = replace(FAULT, name="another")
    record = conclude([another], {}, [trial(fault="another", scenario="TL-01.2")]).to_json(earlier)
    assert [fault["name"] for fault in record["faults"]] == ["counts_double", "another"]
    assert [one["scenario"] for one in record["sound"]] == ["TL-01.1"]


def all_scenarios() -> list[Scenario]:
    return [
        build_scenario(feature, source)
        for feature in read_features(settings().features)
        for source in feature.scenarios
    ]


def test_every_scenario_has_a_fault_and_every_row_two_or_more() -> None:
    scenarios = all_scenarios()
    by_row: dict[str, set[str]] = {scenario.row: set() for scenario in scenarios}
    named = {one.scenario for known in catalogue().values() for one in known.expected}
    for known in catalogue().values():
        for one in known.expected:
            by_row[one.scenario.partition(".")[0]].add(known.name)
    assert {row: len(faults) for row, faults in by_row.items() if len(faults) < 2} == {}
    assert {scenario.id for scenario in scenarios} - named == set()


def test_the_catalogue_names_only_existing_scenarios_and_steps() -> None:
    import_steps(settings().steps)
    check_names(catalogue().values(), [scenario.id for scenario in all_scenarios()])


def test_every_then_sentence_has_been_chosen_by_a_fault_to_break_at() -> None:
    import_steps(settings().steps)
    chosen = {one.step_function for known in catalogue().values() for one in known.expected}
    assert len(then_steps()) >= 10
    assert [function for function in then_steps() if function not in chosen] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenario": "TL-1.1"}, "a scenario that does not exist: 'TL-1.1' (did you mean 'TL-01.1'?)"),
        ({"at": "counts:is_cuont"}, "'steps.counts:is_cuont' (did you mean 'steps.counts:is_count'?)"),
        ({"at": "bystandr"}, "'bystandr' (did you mean 'bystander'?)"),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest(changes: dict[str, Any], said: str) -> None:
    wrong = replace(FAULT, expected=(EXPECTED._replace(**changes),))
    [sentence] = unknown_names([wrong], ["TL-01.1"], ["steps.counts:is_count"])
    assert sentence.startswith("the fault counts_double names")
    assert said in sentence


def test_good_names_are_not_complained_of() -> None:
    bystander = EXPECTED._replace(at="bystander")
    faults = [FAULT, replace(FAULT, expected=(bystander,))]
    assert list(unknown_names(faults, ["TL-01.1"], ["steps.counts:is_count"])) == []


def test_an_unknown_code_is_reported_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    def misspelt(_name: str) -> None:
        _ = Code.NOT_REFUSD  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]

    catalogue.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("importlib.import_module", import_but(misspelt))
        with pytest.raises(BadInput, match=r"got 'NOT_REFUSD' \(did you mean 'NOT_REFUSED'\?\)"):
            catalogue()
    assert catalogue()


def import_but(import_fault: Callable[[str], None]) -> Callable[[str], Any]:
    original = importlib.import_module
    return lambda name: import_fault(name) if name.startswith("support.faults.catalogue.") else original(name)


def test_a_fault_needs_a_story_and_a_scenario_and_names_each_once() -> None:
    def untold(_patch: Patch) -> None: ...

    def told(_patch: Patch) -> None:
        """A story."""

    once = breaks("TL-01.1", at="counts:is_count", code=Code.CHANGED)
    for function, failures in ((untold, [once]), (told, []), (told, [once, once])):
        with pytest.raises(ValueError, match=r"needs a unique name|names a scenario twice"):
            fault(*failures)(function)


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
    [shown] = proof["faults"]
    assert shown["verdict"] == "caught"
    assert shown["activations"] >= 1
    [row] = shown["rows"]
    assert row["row"] == "TL-01"
    assert row["id"] == "TL-01.1"
    assert row["expected"] == {"step_function": row["step_function"], "code": row["code"]}
    assert "New conversation" in row["seen"]
    assert [trial["outcome"] for trial in proof["sound"]] == ["kept"]


def test_a_score_of_mutants_stays_in_the_record() -> None:
    earlier = conclude([FAULT], {"TL-01.1": SCENARIO}, [trial(fault=None, **KEPT), trial()]).to_json(earlier={})
    record = conclude([FAULT], {}, [trial()]).to_json(earlier | {"mutants": {"score": 0.9}})
    assert record["mutants"] == {"score": 0.9}


def test_an_unknown_fault_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    ended, proof = prove(tmp_path, "--fault", "title_is_constnat")
    assert ended.returncode == 2
    assert "did you mean 'title_is_constant'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not proof


def test_a_record_that_cannot_be_added_to_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text('{"faults": 1}', "utf-8")
    ended, _proof = prove(tmp_path, "--fault", "title_is_constant", "-n", "0")
    assert ended.returncode == 2
    assert "is not a record of the prover" in ended.stderr
    assert not ended.stdout
