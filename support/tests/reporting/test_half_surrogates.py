"""Text that JSON may hold and UTF-8 cannot: it reaches every report, and hurts no other scenario."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tests.small_suite import SmallSuite

HALF = "\\ud83d"
STEPS = "steps/counts.py"
FEATURE = "features/free/counting.feature"
SPOILT = {
    "a reason": f'    assert counter[0] == 7, "seen: {HALF}"\n',
    "an unforeseen error": f'    raise ValueError("seen: {HALF}")\n',
    "the wire log": (
        "    from support.observation.wire import Frame\n"
        f'    wire.said(Frame("phone", "received", {{"title": "{HALF}", "token": "{HALF} of the customer"}}))\n'
        "    assert counter[0] == 7\n"
    ),
    "evidence": f'    evidence.add_text("What was seen", "{HALF}")\n    assert counter[0] == 7\n',
}


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    suite = SmallSuite(tmp_path)
    text = (suite.folder / FEATURE).read_text("utf-8")
    scenario = text[text.index("    @TL-01.1") :]
    for number in range(2, 5):
        text += "\n" + scenario.replace("TL-01.1", f"TL-01.{number}").replace("One more", f"One more, again {number}")
    suite.write(FEATURE, text)
    return suite


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_half_a_surrogate_breaks_its_own_scenario_alone(suite: SmallSuite, spoilt: str, workers: str) -> None:
    broken = SPOILT[spoilt]
    suite.change(
        STEPS,
        "def is_count(counter, count):\n    assert counter[0] == count\n",
        "def is_count(counter, count, wire, evidence, request):\n"
        '    if "again 3" in request.node.name:\n'
        + broken.replace("    ", "        ")
        + "    assert counter[0] == count\n",
    )
    ended = suite.threadproof("run", "--no-report", "-n", workers)
    outcomes = {entry["title"]: entry["outcome"] for entry in suite.ledger()["scenarios"]}
    assert outcomes == {
        "One more": "kept",
        "One more, again 2": "kept",
        "One more, again 3": "environment" if spoilt == "an unforeseen error" else "broken",
        "One more, again 4": "kept",
    }, ended.stdout + ended.stderr
    for result in suite.reports.glob("allure-results/*.json"):
        json.loads(result.read_text("utf-8"))
