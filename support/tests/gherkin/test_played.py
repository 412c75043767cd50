"""What is written is what is played: the steps executed are compared with the steps parsed."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tests.small_suite import SmallSuite

FEATURE = "features/free/counting.feature"
SABOTEUR = """\
import os


def pytest_bdd_before_scenario(scenario):
    steps = scenario.steps
    match os.environ["SABOTAGE"]:
        case "a step is left out":
            del steps[1:]
        case "a step is played twice":
            steps.append(steps[-1])
        case "another step is played":
            steps[-1].line_number += 1


def pytest_collection_modifyitems(items):
    if os.environ["SABOTAGE"] == "nothing is played":
        for item in items:
            item.obj = lambda request: None
"""
SABOTAGES = {
    "a step is left out": "1 steps were played of its 3: expected 'it goes up' of line 12, got no step",
    "a step is played twice": "4 steps were played of its 3: expected no step, got 'it is 2' of line 13",
    "another step is played": "3 steps were played of its 3: expected 'it is 2' of line 13, got 'it is 2' of line 14",
    "nothing is played": "0 steps were played of its 3: expected 'a count of 1' of line 11, got no step",
}


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    return SmallSuite(tmp_path)


def test_the_ledger_says_how_many_steps_of_how_many_were_played(suite: SmallSuite) -> None:
    assert suite.pytest("-n0").returncode == 0
    [entry] = suite.ledger()["scenarios"]
    assert entry["steps"] == {"played": 3, "of": 3}
    suite.change(FEATURE, "Then it is 2", "Then it is 3")
    assert suite.pytest("-n0").returncode == 1
    [entry] = suite.ledger()["scenarios"]
    assert entry["steps"] == {"played": 2, "of": 3}
    assert suite.ledger()["mismatches"] == []


@pytest.mark.parametrize(
    ("sabotage", "workers"), [*((sabotage, "-n0") for sabotage in SABOTAGES), ("a step is left out", "-n2")]
)
def test_a_kept_scenario_that_did_not_play_its_steps_fails_the_run(
    suite: SmallSuite, sabotage: str, workers: str
) -> None:
    suite.write("saboteur.py", SABOTEUR)
    ended = suite.pytest(workers, "-p", "saboteur", PYTHONPATH=str(suite.folder), SABOTAGE=sabotage)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    [mismatch] = suite.ledger()["mismatches"]
    assert mismatch.startswith(f"features/free/counting.feature:10: 'One more' is kept, but {SABOTAGES[sabotage]}")
