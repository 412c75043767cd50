"""A small set of features and steps in a folder of its own, run by the real runner in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.core.settings import PROJECT

FEATURE = """\
Feature: Counting
  Segment: Free
  Goal: trust
  Impact: customers who cannot trust the count leave

  Rule: A count goes up
    Value: the figure is right

    @TL-01.1
    Scenario: One more
      Given a count of 1
      When it goes up
      Then it is 2
"""
STEPS = """\
from support.gherkin.sentences import given, then, when

@given("a count of {start:Count}", target_fixture="counter")
def a_count(start):
    return [start]

@when("it goes up")
async def goes_up(counter):
    counter[0] += 1

@then("it is {count:Count}")
def is_count(counter, count):
    assert counter[0] == count
"""


def clean_environ() -> dict[str, str]:
    """The environment of a process, without plugins that only make each start slow."""
    return os.environ | {"PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:anyio"}


class SmallSuite:
    """Begins good: one feature with one scenario, kept. Tests spoil it, run it, and read what is said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "out"
        self.write("features/free/counting.feature", FEATURE)
        self.write("steps/__init__.py", '"""Sentences."""\n')
        self.write("steps/counts.py", STEPS)

    def write(self, name: str, text: str) -> None:
        """Write a file of the suite."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace text in a file of the suite; the text must be there."""
        text = (self.folder / name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new))

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a process that runs this suite and not the project's own."""
        return clean_environ() | {
            "THREADPROOF_FEATURES": str(self.folder / "features"),
            "THREADPROOF_STEPS": str(self.folder / "steps"),
            "THREADPROOF_REPORTS": str(self.reports),
        }

    @property
    def options(self) -> list[str]:
        """What keeps out of pytest all that no small suite needs: services above all."""
        return [
            f"-pno:{name}"
            for name in ("support.pytest_plugin.services", "support.pytest_plugin.fixtures", "cacheprovider")
        ]

    def command(self, *arguments: str) -> list[str]:
        """What runs pytest on the features."""
        config = (f"--rootdir={PROJECT}", f"--config-file={PROJECT / 'pyproject.toml'}")
        features = str(self.folder / "features")
        return [sys.executable, "-m", "pytest", *config, *self.options, *arguments, features]

    def threadproof(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        return self._run([sys.executable, "-c", "from support.cli.commands import main; main()", *arguments], environ)

    def pytest(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run pytest on the features."""
        return self._run(self.command(*arguments), environ)

    def ledger(self) -> dict[str, Any]:
        """The ledger of the last run."""
        return json.loads((self.reports / "ledger.json").read_text("utf-8"))

    def _run(self, command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=PROJECT,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
