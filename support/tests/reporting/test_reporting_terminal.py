"""The output while scenarios run, piped and on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from support.core.settings import PROJECT
from support.tests.reporting.outcome_suite import OUTCOMES, OutcomeSuite


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run of everything prints into a pipe."""
    suite = OutcomeSuite(tmp_path_factory.mktemp("piped"))
    done = suite.pytest("-n2", LIVE="1")
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def suite(tmp_path: Path) -> OutcomeSuite:
    return OutcomeSuite(tmp_path)


def test_the_head_says_what_will_run(output: str) -> None:
    first, *settings, last = output.partition("\n\n")[0].splitlines()
    assert (first, last) == ("Threadproof  target: embedded", "12 scenarios selected")
    names = [line.partition("=")[0] for line in settings]
    assert names == ["THREADPROOF_FEATURES", "THREADPROOF_REPORTS", "THREADPROOF_STEPS"]


@pytest.mark.parametrize(("title", "outcome"), OUTCOMES.items())
def test_every_scenario_has_one_line(output: str, title: str, outcome: str) -> None:
    lines = [line for line in output.splitlines() if f"  {title}  " in line and line.endswith(" s")]
    assert len(lines) == 1
    assert lines[0].startswith(outcome.replace("_", " ").ljust(15) + "  TL-0")


def test_a_broken_promise_is_explained(output: str) -> None:
    assert (
        "broken  TL-01  The wrong figure  (features/free/counting.feature:18)\n"
        "  And it is 5  (features/free/counting.feature:24)\n"
        "  promised  A count goes up\n"
        "  seen      the count is 2, not 5 (asked with ***)\n"
    ) in output


def test_the_end_has_table_places_and_verdict(output: str) -> None:
    end = output.splitlines()[-12:]
    assert any(line.split() == ["all", "2", "4", "4", "1", "1", "12"] for line in end)
    assert end[-2].startswith("ledger  ")
    assert end[-1] == "Not every promise was shown to be kept: of 12 scenarios 4 broken, 4 environment."


def test_nothing_of_a_terminal_is_in_a_pipe(output: str) -> None:
    assert "\x1b" not in output
    assert "\r" not in output
    assert "passed" not in output


def test_a_terminal_gets_colours_and_a_progress_bar(suite: OutcomeSuite) -> None:
    ours, theirs = pty.openpty()
    environ = suite.environ | {"LIVE": "1", "TERM": "xterm-256color", "COLUMNS": "100"}
    command = suite.command("-n0", "--words=One more")
    with subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = read_all(ours)
        assert process.wait() == 0
    assert "running" in seen
    assert "\x1b[32mkept" in seen
    assert "Every promise was kept: the scenario." in seen


def read_all(descriptor: int) -> str:
    """Everything that comes from a terminal until its other side is closed."""
    chunks: list[bytes] = []
    try:
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
    except OSError:  # how Linux says that nobody holds the other side any more
        pass
    finally:
        os.close(descriptor)
    return b"".join(chunks).decode()


def test_scenarios_that_were_not_run_take_a_line_each(suite: OutcomeSuite) -> None:
    done = suite.pytest("-n0", "-x", LIVE="1")
    lines = [line for line in done.stdout.splitlines() if line.startswith("not run  TL-")]
    assert len(lines) == suite.ledger()["totals"]["not_run"] > 1
    assert "The run was cut short: stopping after 1 failures." in done.stdout


def test_a_malformed_feature_is_one_message(suite: OutcomeSuite) -> None:
    suite.write(
        "features/free/counting.feature", "Feature: Counting\n  Scenario: x\n    Given a\n    | a | b |\n    | c |\n"
    )
    done = suite.pytest("-n0", LIVE="1")
    assert done.returncode == 4
    said = (done.stdout + done.stderr).splitlines()
    assert len([line for line in said if "features/free/counting.feature:5" in line]) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_disagreement_of_counts_is_printed(suite: OutcomeSuite) -> None:
    done = suite.pytest("-n0", "--words=One more", LIVE="1", LOSE_RESULT="1")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "The counts do not agree, so this run proves nothing."
    assert "the ledger says kept, the Allure results say nothing" in done.stdout
