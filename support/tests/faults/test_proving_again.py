"""`threadproof prove`: what it refuses, what it leaves out, and which worker plays a trial."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling  # pyright: ignore[reportMissingTypeStubs]

from support.cli.fault_choice import chosen_faults
from support.cli.mutants import mutant_draw
from support.core.failure import BadInput
from support.core.settings import PROJECT, settings
from support.faults import seams
from support.faults.fault import catalogue
from support.faults.mutants.choice import Draw
from support.gherkin.selection import Selection
from support.gherkin.sentences import import_steps
from support.pytest_plugin.changes import all_scenarios, change, digests, imported
from support.tests.faults.test_prover import prove


def test_a_scenario_stands_for_the_faults_that_break_it() -> None:
    found = chosen_faults(["TL-01.1"], Selection(), rebinds=False)
    assert "title_is_constant" in found
    assert len(found) == len(set(found))
    assert all(any(one.scenario == "TL-01.1" for one in catalogue()[name].expected) for name in found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "title_is_constnat"], "did you mean 'title_is_constant'"),
        (["--fault", "TL-01.01"], "there is no fault and no scenario 'TL-01.01' (did you mean 'TL-01.1'?)"),
        (
            ["--fault", "title_is_constant", "--row", "TL-09"],
            "breaks none of the selected scenarios; it breaks TL-01.1",
        ),
        (["--mutants", "0"], "expected how many mutants to play, 1 or more, got 0"),
        (["--mutants", "-3"], "got -3"),
        (["--mutants", "many"], "Invalid value for '--mutants': Input should be a valid integer"),
        (["--seed", "3"], "--seed goes with --mutants"),
        (["--mutants", "3", "--fault", "title_is_constant"], "--mutants goes with none of"),
        (["--mutants", "3", "--changed"], "--mutants goes with none of"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended, _proof = prove(tmp_path, *arguments)
    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_a_seed_may_be_any_number() -> None:
    assert mutant_draw(5, None, []) == Draw(1, 5)
    assert mutant_draw(5, 0, []) == Draw(0, 5)
    with pytest.raises(BadInput, match="got 0"):
        mutant_draw(0, 1, [])


@pytest.fixture(autouse=True)
def _steps() -> None:
    import_steps(settings().steps)


FAULT = "title_is_constant"


def entry() -> dict[str, Any]:
    fault = catalogue()[FAULT]
    found = {"verdict": "caught", "digests": digests(fault, [one.scenario for one in fault.expected])}
    return json.loads(json.dumps(found))


def why(earlier: dict[str, Any] | None) -> str | None:
    fault = catalogue()[FAULT]
    return change(fault, [one.scenario for one in fault.expected], earlier)


def test_nothing_is_played_again_unless_something_has_changed() -> None:
    assert why(entry()) is None


@pytest.mark.parametrize("part", ["scenario", "steps", "suite", "fault", "backend"])
def test_each_part_that_a_verdict_depends_on_is_looked_at(part: str) -> None:
    earlier = entry()
    earlier["digests"][part] = "another"
    said = why(earlier)
    assert said is not None
    assert part in said


def test_what_failed_or_was_never_proven_is_played() -> None:
    assert why(None) == "it was never proven"
    assert why(entry() | {"verdict": "missed"}) == "it failed in the last proof"
    assert change(None, ["TL-01.1"], {"outcome": "broken", "digests": {}}) == "it failed in the last proof"


def test_only_the_files_that_the_scenarios_run_count_where_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n", "utf-8")
    monkeypatch.setattr(seams, "backend_folder", lambda: tmp_path)
    fault = catalogue()[FAULT]
    known = {"verdict": "caught", "digests": digests(fault, ["TL-01.1"], ["a.py"])}
    unknown = {"verdict": "caught", "digests": digests(fault, ["TL-01.1"], None) | {"backend_files": None}}
    (tmp_path / "b.py").write_text("x = 2\n", "utf-8")
    assert change(fault, ["TL-01.1"], known) is None
    assert change(fault, ["TL-01.1"], unknown) == "the backend has changed"
    (tmp_path / "a.py").write_text("x = 2\n", "utf-8")
    assert change(fault, ["TL-01.1"], known) == "the backend has changed"


def test_a_module_is_followed_to_all_that_it_imports() -> None:
    names = {path.as_posix().rpartition("/support/")[2] for path in imported("support.pytest_plugin.fixtures")}
    assert {"actors/people.py", "drivers/embedded/threads.py", "snapshots/snapshot.py"} <= names
    assert imported("nowhere.at_all") == frozenset()


def test_nothing_is_played_where_nothing_has_changed(tmp_path: Path) -> None:
    row = [id_ for id_ in all_scenarios() if id_.startswith("TL-09.")]
    faults = [one for one in catalogue().values() if any(each.scenario in row for each in one.expected)]
    record: dict[str, Any] = {
        "faults": [
            {
                "name": one.name,
                "story": one.story,
                "verdict": "caught",
                "rows": [],
                "digests": digests(one, [each.scenario for each in one.expected]),
            }
            for one in faults
        ],
        "sound": [{"scenario": id_, "outcome": "kept", "digests": digests(None, [id_])} for id_ in row],
        "unproven": [],
        "broken_at": {},
    }
    (tmp_path / "proof.json").write_text(json.dumps(record), "utf-8")
    ended, proof = prove(tmp_path, "--changed", "--row", "TL-09", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"left out: {len(faults)} faults" in ended.stdout
    assert proof == record


def test_mutants_are_drawn_played_and_counted(tmp_path: Path) -> None:
    ended, proof = prove(tmp_path, "--mutants", "2", "--seed", "4", "--row", "TL-09", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 mutants played with seed 4" in ended.stdout
    mutants = proof["mutants"]
    assert mutants["seed"] == 4
    assert mutants["killed"] + mutants["environment"] + mutants["survived"] == mutants["played"]
    assert len({one["id"] for one in mutants["all"]}) == 2
    covered = json.loads((tmp_path / "coverage.json").read_text("utf-8"))["scenarios"]
    assert {id_.partition(".")[0] for id_ in covered} == {"TL-09"}
    assert all("threads/threads.py" in record["lines"] for record in covered.values())
    assert "<h2>Mutants</h2>" in (tmp_path / "proof.html").read_text("utf-8")


def test_one_worker_plays_all_trials_of_a_fault() -> None:
    fault = next(one for one in catalogue().values() if len(one.expected) > 1)
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--prove", f"--fault={fault.name}", "--collect-only", "-q", "features"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout.splitlines()
    ids = [line for line in collected if "::" in line]
    assert len(ids) == 2 * len(fault.expected)
    split: Callable[[Any, str], str] = LoadGroupScheduling.__dict__["_split_scope"]
    assert {split(None, id_) for id_ in ids if fault.name in id_} == {fault.name}
    sound = [id_ for id_ in ids if fault.name not in id_]
    assert [split(None, id_) for id_ in sound] == sound
