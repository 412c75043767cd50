"""Shapes of feature files that must simply work: what is written is what is played, and what the ledger shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tests.small_suite import FEATURE, SmallSuite

FILE = "features/free/counting.feature"
GERMAN = """\
# language: de
Funktionalität: Zählen
  Segment: Free
  Goal: trust
  Impact: customers who cannot rely on the count leave

  Regel: Eine Zahl steigt
    Value: die Zahl stimmt

    @TL-01.1
    Szenariogrundriss: Eins mehr als <n>
      Angenommen a count of <n>
      Wenn it goes up
      Dann it is <n mehr>

      Beispiele:
        | n | n mehr |
        | 1 | 2      |
        | 4 | 5      |
"""
ODD_HEADINGS = FEATURE.replace("Scenario: One more", "Scenario Outline: One more than <a count (first)>").replace(
    "Given a count of 1\n      When it goes up\n      Then it is 2\n",
    "Given a count of <a count (first)>\n      When it goes up\n      Then it is <price in $>\n\n"
    "      Examples:\n        | a count (first) | price in $ |\n        | 1 | 2 |\n        | 4 | 5 |\n",
)
PLAIN = [("One more", ["Given a count of 1", "When it goes up", "Then it is 2"])]
SHAPES = {
    "another language": (
        GERMAN.encode(),
        [
            ("Eins mehr als 1", ["Angenommen a count of 1", "Wenn it goes up", "Dann it is 2"]),
            ("Eins mehr als 4", ["Angenommen a count of 4", "Wenn it goes up", "Dann it is 5"]),
        ],
    ),
    "headings with special characters": (
        ODD_HEADINGS.encode(),
        [
            ("One more than 1", ["Given a count of 1", "When it goes up", "Then it is 2"]),
            ("One more than 4", ["Given a count of 4", "When it goes up", "Then it is 5"]),
        ],
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + FEATURE.encode(), PLAIN),
    "Windows line ends": (FEATURE.replace("\n", "\r\n").encode(), PLAIN),
    "tabs": (FEATURE.replace("      ", "\t\t\t").encode(), PLAIN),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_is_what_is_played(tmp_path: Path, shape: str) -> None:
    content, expected = SHAPES[shape]
    suite = SmallSuite(tmp_path)
    (suite.folder / FILE).write_bytes(content)
    ended = suite.threadproof("run", "--no-report", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ledger = suite.ledger()["scenarios"]
    assert [(entry["title"], entry["outcome"]) for entry in ledger] == [(title, "kept") for title, _ in expected]
    assert [entry["steps"] for entry in ledger] == [{"played": 3, "of": 3}] * len(expected)


@pytest.mark.parametrize("shape", ["another language", "headings with special characters"])
def test_an_example_that_is_wrong_is_broken_in_any_shape(tmp_path: Path, shape: str) -> None:
    content, expected = SHAPES[shape]
    suite = SmallSuite(tmp_path)
    (suite.folder / FILE).write_bytes(content.replace(b"| 5", b"| 6"))
    assert suite.threadproof("run", "--no-report", "-n", "0").returncode == 1
    outcomes = {entry["title"]: (entry["outcome"], entry["step"]) for entry in suite.ledger()["scenarios"]}
    (first, _), (second, steps) = expected
    assert outcomes == {first: ("kept", None), second: ("broken", steps[2].replace("5", "6"))}
