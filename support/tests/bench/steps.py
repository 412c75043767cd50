"""What a step costs: the same steps under this suite's plugin, plain pytest-bdd, and behave.

    uv run python support/tests/bench/steps.py [rounds]

For each runner a set of scenarios is run once with few steps and once with many, each in a separate process; the
difference, divided by the number of steps it consists of, is the cost of a step without start and collection. The
rounds take turns, and medians are printed, so that a machine whose speed drifts treats all alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
SCENARIOS = 20
FEW, MANY = 10, 210

HEAD = """\
Feature: Counting
  Segment: Free
  Goal: trust
  Impact: none
"""
SCENARIO = """
  Rule: Rule {n}
    Value: none

    @TL-01.1
    Scenario: Number {n}
      Given a count of 1
{steps}
      Then it is counted
"""
OURS = """\
from support.gherkin.sentences import given, then, when

@given("a count of {start:Count}", target_fixture="counter")
def a_count(start):
    return [start]

@when("it goes up by {count:Count}")
async def goes_up(counter, count):
    counter[0] += count

@then("it is counted")
def is_counted(counter):
    assert counter[0] > 1
"""
PLAIN = """\
from pytest_bdd import given, parsers, scenarios, then, when

scenarios({feature!r})

@given(parsers.parse("a count of {{start:d}}"), target_fixture="counter")
def a_count(start):
    return [start]

@when(parsers.parse("it goes up by {{count:d}}"))
def goes_up(counter, count):
    counter[0] += count

@then("it is counted")
def is_counted(counter):
    assert counter[0] > 1
"""
BEHAVE = """\
from behave import given, then, when

@given("a count of {start:d}")
def a_count(context, start):
    context.counter = [start]

@when("it goes up by {count:d}")
def goes_up(context, count):
    context.counter[0] += count

@then("it is counted")
def is_counted(context):
    assert context.counter[0] > 1
"""


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def prepare(folder: Path, steps: int) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Lay out the three suites below a folder; the command and environment of each."""
    going_up = "\n".join("      When it goes up by 1" for _ in range(steps))
    text = HEAD + "".join(SCENARIO.format(n=n, steps=going_up) for n in range(SCENARIOS))
    feature = write(folder / "ours/features/free/counting.feature", text)
    write(folder / "ours/steps/__init__.py", "")
    write(folder / "ours/steps/counts.py", OURS)
    plain = write(folder / "plain/test_counting.py", PLAIN.format(feature=str(feature)))
    write(folder / "plain/pytest.ini", "[pytest]\n")
    write(folder / "behave/counting.feature", text)
    write(folder / "behave/steps/counts.py", BEHAVE)
    environ = {
        "THREADPROOF_FEATURES": str(folder / "ours/features"),
        "THREADPROOF_STEPS": str(folder / "ours/steps"),
        "THREADPROOF_REPORTS": str(folder / "ours/out"),
    }
    config = [f"--rootdir={PROJECT}", f"--config-file={PROJECT / 'pyproject.toml'}"]
    pytest = [sys.executable, "-m", "pytest", "-q"]
    return {
        "threadproof": ([*pytest, *config, str(folder / "ours/features")], environ),
        "pytest-bdd": ([*pytest, "-c", str(folder / "plain/pytest.ini"), "-p", "no:valkey", str(plain)], {}),
        "behave": ([sys.executable, "-m", "behave", "--format=progress", str(folder / "behave")], {}),
    }


def seconds(command: list[str], environ: dict[str, str]) -> float:
    """How long a command takes; it must succeed."""
    started = time.perf_counter()
    ended = subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, check=False, cwd=PROJECT)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)}\n{ended.stdout}{ended.stderr}")
    return time.perf_counter() - started


def main() -> None:
    """Print the cost of a step under each runner, in milliseconds, and its ratio to plain pytest-bdd."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    costs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        few = prepare(Path(scratch) / "few", FEW)
        many = prepare(Path(scratch) / "many", MANY)
        for _ in range(rounds):
            for name in few:
                difference = seconds(*many[name]) - seconds(*few[name])
                costs.setdefault(name, []).append(1000 * difference / (SCENARIOS * (MANY - FEW)))
    plain = statistics.median(costs["pytest-bdd"])
    for name, figures in costs.items():
        middle = statistics.median(figures)
        sys.stdout.write(
            f"{name:12} {middle:.3f} ms a step (from {min(figures):.3f} to {max(figures):.3f}), "
            f"{middle / plain:.2f} x plain\n"
        )


if __name__ == "__main__":
    main()
