"""The ledger, through the real runner: every way in which a scenario can end, and every way in which a run can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tests.reporting.outcome_suite import OUTCOMES, PASSWORD, TOKEN, OutcomeSuite

pytest_plugins = ["support.tests.reporting.outcome_fixture"]

SIX = ("kept", "broken", "environment", "not_offered", "known_deviation", "not_run")


@pytest.fixture
def suite(tmp_path: Path) -> OutcomeSuite:
    return OutcomeSuite(tmp_path)


def test_every_scenario_has_the_outcome_that_it_earned(whole: OutcomeSuite) -> None:
    assert whole.outcomes() == OUTCOMES


def test_the_totals_are_the_sums_of_the_outcomes(whole: OutcomeSuite) -> None:
    totals = whole.ledger()["totals"]
    counts = {outcome: list(OUTCOMES.values()).count(outcome) for outcome in SIX}
    assert {outcome: totals[outcome] for outcome in SIX} == counts
    assert totals["collected"] == sum(counts.values()) == len(OUTCOMES)
    assert list(totals["tiers"]) == ["free", "early", "platform"]
    for outcome in (*SIX, "collected"):
        assert sum(tier[outcome] for tier in totals["tiers"].values()) == totals[outcome]


def test_nothing_disagrees(whole: OutcomeSuite) -> None:
    assert whole.ledger()["mismatches"] == []


def test_a_broken_promise_names_its_step_and_reason(whole: OutcomeSuite) -> None:
    entry = whole.entry("The wrong figure")
    assert (entry["id"], entry["row"]) == ("TL-01.2", "TL-01")
    assert (entry["feature"], entry["line"], entry["tier"]) == ("features/free/counting.feature", 18, "free")
    assert (entry["step"], entry["step_line"]) == ("And it is 5", 24)
    assert entry["reason"].startswith("the count is 2, not 5")
    assert "Traceback" not in entry["reason"]
    assert ".py" not in entry["reason"]


@pytest.mark.parametrize(
    ("title", "code", "function"),
    [
        ("The wrong figure", "assertion", "steps.counts:is_count"),
        ("The figure goes up unasked", "thread.changed", "steps.counts:is_still"),
        ("Something is disturbed", "bystander.reached", "teardown"),
        ("Listed and broken", "assertion", "steps.counts:is_count"),
        ("The suite fails", None, "steps.counts:unreachable"),
        ("The set-up fails", "assertion", None),
        ("The clean-up fails", None, "teardown"),
        ("One more", None, None),
        ("Not on offer", None, None),
        ("Listed and kept", None, None),
        ("Something skips", None, None),
    ],
)
def test_the_kind_of_promise_and_the_function_that_raised_are_named(
    whole: OutcomeSuite, title: str, code: str | None, function: str | None
) -> None:
    entry = whole.entry(title)
    assert (entry["code"], entry["step_function"]) == (code, function)


def test_a_kept_scenario_says_no_more_than_that(whole: OutcomeSuite) -> None:
    entry = whole.entry("One more")
    assert (entry["step"], entry["step_line"], entry["reason"]) == (None, None, None)
    assert entry["seconds"] > 0
    assert entry["goal"] == "trust"
    assert entry["value"] == "the figure is right"


@pytest.mark.parametrize(
    ("title", "step", "reason"),
    [
        ("The suite fails", "Given a server that cannot be reached", "ConnectionRefusedError: [Errno 111] refused by"),
        ("The set-up fails", "before the first step", "nobody could be enrolled"),
        ("The clean-up fails", "after the last step", "OSError: the socket would not close"),
        ("Something is disturbed", "after the last step", "the bystander received an event"),
        ("Something skips", None, "skipped, which only the target's profile may do: not today"),
        ("Not on offer", None, "the target counts nothing"),
        ("Listed and broken", "Then it is 2", "agreed until spring"),
        ("Listed and kept", None, "the deviation listed for TL-02.8 is stale: it is kept now; remove it"),
    ],
)
def test_a_scenario_that_is_not_kept_has_place_and_reason(
    whole: OutcomeSuite, title: str, step: str | None, reason: str
) -> None:
    entry = whole.entry(title)
    assert entry["step"] == step
    assert entry["reason"].startswith(reason)


def test_no_secret_is_written_anywhere(whole: OutcomeSuite) -> None:
    for file in whole.reports.rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        for secret in (TOKEN, PASSWORD, PASSWORD.replace(" ", ""), "abcdef123456"):
            assert secret not in text, file.name


def test_a_run_in_which_everything_is_acceptable_succeeds(suite: OutcomeSuite) -> None:
    titles = [title for title, outcome in OUTCOMES.items() if outcome in ("kept", "not_offered", "known_deviation")]
    done = suite.pytest("-n0", *(f"--words={title}" for title in titles))
    assert suite.outcomes() == {title: OUTCOMES[title] for title in titles}
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("title", ["The clean-up fails", "Something skips", "Listed and kept"])
def test_a_run_fails_for_a_single_scenario(suite: OutcomeSuite, title: str) -> None:
    done = suite.pytest("-n0", f"--words={title}")
    assert suite.outcomes() == {title: OUTCOMES[title]}
    assert done.returncode == 1, done.stdout


def test_workers_come_to_the_same_ledger(whole: OutcomeSuite, suite: OutcomeSuite) -> None:
    done = suite.pytest("-n2")
    assert done.returncode == 1, done.stdout
    assert suite.outcomes() == OUTCOMES
    for title in OUTCOMES:
        assert suite.entry(title) | {"seconds": 0} == whole.entry(title) | {"seconds": 0}
    assert suite.ledger()["mismatches"] == []


def test_a_worker_that_dies_leaves_no_doubt(suite: OutcomeSuite) -> None:
    done = suite.pytest("-n2", TROUBLE="die")
    assert done.returncode == 1, done.stdout
    assert suite.outcomes() == OUTCOMES | {"In trouble": "environment"}
    assert suite.entry("In trouble")["reason"].startswith("the process that ran this scenario died (worker gw")
    assert suite.ledger()["mismatches"] == []
    assert suite.allure()["In trouble"]["status"] == "broken"


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_ctrl_c_leaves_a_ledger(suite: OutcomeSuite, workers: str) -> None:
    code, output = suite.interrupt(workers)
    assert code == 2, output
    outcomes = suite.outcomes()
    assert outcomes["In trouble"] == "not_run"
    assert set(outcomes) == set(OUTCOMES)
    assert all(outcome in (OUTCOMES[title], "not_run") for title, outcome in outcomes.items())
    assert suite.entry("In trouble")["reason"] == "the run ended while this scenario was running"
    assert suite.ledger()["invocation"]["ended"] == "interrupted"
    assert suite.ledger()["mismatches"] == []
    assert suite.allure()["In trouble"]["status"] == "unknown"


def test_scenarios_after_the_first_failure_are_not_run(suite: OutcomeSuite) -> None:
    done = suite.pytest("-n0", "-x")
    assert done.returncode == 1, done.stdout
    counts = suite.ledger()["totals"]
    assert counts["not_run"] == len(OUTCOMES) - counts["environment"] - counts["kept"] - counts["broken"] > 0
    assert "1 failures" in suite.ledger()["invocation"]["ended"]
    assert len(suite.allure()) == len(OUTCOMES)


def test_a_scenario_that_was_not_collected_fails_the_run(suite: OutcomeSuite) -> None:
    titles = ("--words=One more", "--words=In trouble")
    done = suite.pytest("-n0", *titles, LOSE="In trouble")
    assert suite.outcomes() == {"One more": "kept"}
    assert done.returncode == 1, done.stdout
    assert suite.ledger()["mismatches"] == [
        "features/platform/trouble.feature:10: TL-08 'In trouble' is in the feature file but was not collected"
    ]


def test_a_lost_allure_result_fails_the_run(suite: OutcomeSuite) -> None:
    done = suite.pytest("-n0", "--words=One more", LOSE_RESULT="1")
    assert done.returncode == 1, done.stdout
    assert suite.ledger()["mismatches"] == [
        "features/free/counting.feature:10: the ledger says kept, the Allure results say nothing"
    ]


def test_results_of_an_earlier_run_are_not_counted(suite: OutcomeSuite) -> None:
    for _ in range(2):
        assert suite.pytest("-n0", "--words=One more").returncode == 0
    assert len(list(suite.results.glob("*-result.json"))) == 2


def test_proof_and_invocation_are_written_down(suite: OutcomeSuite) -> None:
    faults = [
        {"name": "off-by-one", "verdict": "caught", "rows": [{"row": "TL-01", "title": "One more"}]},
        {"name": "idle", "verdict": "inert", "rows": [{"row": "TL-01", "title": "One more"}]},
        {"name": "other", "verdict": "caught", "rows": [{"row": "TL-01", "title": "The wrong figure"}]},
    ]
    suite.write("out/proof.json", json.dumps({"faults": faults, "unproven": []}))
    suite.pytest("-n0", "--words=One more", THREADPROOF_POSTGRES_URL=f"postgres://u:{TOKEN}@127.0.0.1/x")
    assert suite.entry("One more")["faults"] == ["off-by-one"]
    invocation = suite.ledger()["invocation"]
    assert invocation["target"] == "embedded"
    assert invocation["ended"] == "finished"
    assert invocation["started_at"].endswith("+00:00")
    assert invocation["settings"]["postgres_url"] == "postgres://u:***@127.0.0.1/x"
    assert "--words=One more" in invocation["command"]


def test_an_unreadable_proof_is_reported(suite: OutcomeSuite) -> None:
    suite.write("out/proof.json", "{")
    assert suite.pytest("-n0", "--words=One more").returncode == 1
    assert suite.ledger()["mismatches"][0].startswith("proof.json is not a record of the prover")


def test_the_prover_keeps_no_ledger(suite: OutcomeSuite) -> None:
    assert suite.pytest("-n0", "--words=One more", PROVING="1").returncode == 0
    assert not (suite.reports / "ledger.json").exists()
    assert not list(suite.results.glob("*"))


def test_collecting_alone_writes_no_ledger(suite: OutcomeSuite) -> None:
    done = suite.pytest("--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    assert not (suite.reports / "ledger.json").exists()
