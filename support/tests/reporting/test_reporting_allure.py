"""The Allure results of a run through the real runner: what a reader of the report will find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.core.settings import PROJECT
from support.tests.reporting.outcome_suite import OUTCOMES, PASSWORD, TOKEN, OutcomeSuite

pytest_plugins = ["support.tests.reporting.outcome_fixture"]

STATUSES = {
    "kept": "passed",
    "broken": "failed",
    "environment": "broken",
    "not_offered": "skipped",
    "known_deviation": "skipped",
}


@pytest.fixture(scope="module")
def results(whole: OutcomeSuite) -> dict[str, dict[str, Any]]:
    return whole.allure()


def labels(result: dict[str, Any]) -> dict[str, str]:
    return {label["name"]: label["value"] for label in result["labels"]}


def attachments(suite: OutcomeSuite, step: dict[str, Any]) -> dict[str, str]:
    """Name and content of what hangs on a step."""
    return {one["name"]: (suite.results / one["source"]).read_text("utf-8") for one in step.get("attachments", ())}


def test_every_scenario_has_one_result_of_its_status(results: dict[str, dict[str, Any]]) -> None:
    assert {title: result["status"] for title, result in results.items()} == {
        title: STATUSES[outcome] for title, outcome in OUTCOMES.items()
    }


def test_a_scenario_is_labelled_so_that_it_is_found(results: dict[str, dict[str, Any]]) -> None:
    assert labels(results["One more"]) == {
        "tier": "1 Free",
        "feature": "Counting",
        "story": "A count goes up",
        "row": "TL-01",
        "tag": "TL-01",
        "severity": "critical",
        "segment": "Free",
        "goal": "trust",
        "thread": "controller",
        "outcome": "kept",
    }


@pytest.mark.parametrize("title", OUTCOMES)
def test_every_result_tells_its_value_and_its_steps(results: dict[str, dict[str, Any]], title: str) -> None:
    result = results[title]
    assert result["name"] == title
    assert labels(result)["outcome"] == OUTCOMES[title].replace("_", " ")
    assert "<h4>Value</h4><p>" in result["descriptionHtml"]
    assert "features/" in result["descriptionHtml"]
    assert [step["name"].split()[0] for step in result["steps"]][:2] == ["Given", "When"]


def test_value_text_is_shown_as_text(results: dict[str, dict[str, Any]]) -> None:
    assert "customers who cannot rely on the &lt;count&gt; leave" in results["One more"]["descriptionHtml"]


def test_steps_carry_status_time_and_values(results: dict[str, dict[str, Any]]) -> None:
    steps = results["The wrong figure"]["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [
        ("Given a count of 1", "passed"),
        ("When it goes up", "passed"),
        ("Then it is 2", "passed"),
        ("And it is 5", "failed"),
        ("And it is 2", "skipped"),
    ]
    assert steps[3]["parameters"] == [{"name": "count", "value": "5"}]
    assert steps[3]["statusDetails"]["message"].startswith("the count is 2, not 5")
    assert all(step["start"] <= step["stop"] for step in steps)


@pytest.mark.parametrize(
    ("title", "statuses"),
    [
        ("The suite fails", ["broken", "skipped", "skipped"]),
        ("The set-up fails", ["skipped", "skipped", "skipped"]),
        ("Not on offer", ["skipped", "skipped", "skipped"]),
        ("The clean-up fails", ["passed", "passed", "passed"]),
        ("Listed and broken", ["passed", "passed", "failed"]),
    ],
)
def test_steps_that_were_not_reached_are_shown_as_skipped(
    results: dict[str, dict[str, Any]], title: str, statuses: list[str]
) -> None:
    assert [step["status"] for step in results[title]["steps"]] == statuses


def test_a_failure_shows_its_reason_and_place(results: dict[str, dict[str, Any]]) -> None:
    details = results["The wrong figure"]["statusDetails"]
    assert details["message"].startswith("the count is 2, not 5 (asked with ***)")
    assert details["trace"] == "features/free/counting.feature:24\nAnd it is 5"


def test_a_known_deviation_is_marked_as_known(results: dict[str, dict[str, Any]]) -> None:
    assert results["Listed and broken"]["statusDetails"]["known"] is True
    assert results["Listed and broken"]["statusDetails"]["message"] == "agreed until spring"


def test_exchanges_are_attached_to_their_step(whole: OutcomeSuite, results: dict[str, dict[str, Any]]) -> None:
    given, when, then = results["One more"]["steps"]
    assert list(attachments(whole, given)) == ["POST /sessions -> 201 in 12 ms (Fay)"]
    said = attachments(whole, when)
    assert list(said) == [
        "Table",
        "POST /up?token=*** -> 200 in 5 ms (Fay)",
        "Fay's phone: 1 message on the live connection",
    ]
    assert said["Table"].splitlines() == ["by,why", "1,Løvd"]
    exchange = json.loads(said["POST /up?token=*** -> 200 in 5 ms (Fay)"])
    assert exchange["request"]["headers"] == [{"name": "Authorization", "value": "***"}]
    assert json.loads(exchange["response"]["body"]["value"]) == {"count": 2, "echo": "***"}
    assert '"type": "count_changed"' in said["Fay's phone: 1 message on the live connection"]
    assert attachments(whole, then) == {"The count": "<svg><title>2 ***</title></svg>"}


def test_evidence_hangs_on_the_step_that_judged_even_if_it_failed(
    whole: OutcomeSuite, results: dict[str, dict[str, Any]]
) -> None:
    failed = results["The wrong figure"]["steps"][3]
    assert failed["status"] == "failed"
    assert attachments(whole, failed) == {"The count": "<svg><title>2 ***</title></svg>"}
    [picture] = failed["attachments"]
    assert picture["type"] == "image/svg+xml"
    assert picture["source"].endswith(".svg")


def test_nothing_but_results_and_attachments_is_written(whole: OutcomeSuite) -> None:
    kinds = {file.name.split("-", 5)[-1].split(".")[0] for file in whole.results.iterdir()}
    assert kinds == {"result", "attachment"}


@pytest.mark.parametrize(
    "unwanted", [TOKEN, PASSWORD, str(PROJECT), "/tmp/", "site-packages", "<function", " object at 0x"]
)
def test_no_secret_no_path_and_no_internals_are_written(whole: OutcomeSuite, unwanted: str) -> None:
    for file in whole.results.iterdir():
        assert unwanted not in file.read_text("utf-8"), file.name


def test_the_history_of_a_scenario_survives_moves_and_workers(
    results: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    moved = OutcomeSuite(tmp_path)
    (moved.folder / "features/free/counting.feature").rename(moved.folder / "features/free/numbers.feature")
    (moved.folder / "steps/counts.py").rename(moved.folder / "steps/numbers.py")
    moved.pytest("-n2", "--words=One more", "--words=The wrong figure")
    for title, result in moved.allure().items():
        assert result["historyId"] == results[title]["historyId"] == result["testCaseId"]
    assert len({result["historyId"] for result in results.values()}) == len(OUTCOMES)
    assert len(moved.allure()) == 2
