"""A small suite whose scenarios end in every way there is; it needs no services."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from pathlib import Path
from typing import Any

from support.core.settings import PROJECT
from support.tests.small_suite import SmallSuite

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmYXkifQ.c2lnbmF0dXJl"
PASSWORD = "correct horse battery"

COUNTING = """\
Feature: Counting
  Segment: Free
  Goal: trust
  Impact: customers who cannot rely on the <count> leave

  Rule: A count goes up
    Value: the figure is right

    @TL-01.1 @severity.critical
    Scenario: One more
      Given a count of 1
      When it goes up
        | by | why  |
        | 1  | Løvd |
      Then it is 2

    @TL-01.2
    Scenario: The wrong figure
      Given a count of 1
      When it goes up
        | by | why |
        | 1  | one |
      Then it is 2
      And it is 5
      And it is 2

    @TL-01.3
    Scenario: The figure goes up unasked
      Given a count of 1
      When it goes up
        | by | why |
        | 1  | one |
      Then it is still 1
"""
OTHERS = """\
Feature: Everything else
  Segment: Early
  Goal: retention
  Impact: it matters

  Rule: Other things happen
    Value: they are told apart

    @TL-02.1
    Scenario: The suite fails
      Given a server that cannot be reached
      When nothing happens
      Then it is 2

    @TL-02.2
    Scenario: The set-up fails
      Given a count of 2
      When nothing happens
      Then it is 2

    @TL-02.3
    Scenario: The clean-up fails
      Given a count of 2
      When nothing happens
      Then it is 2

    @TL-02.4
    Scenario: Something is disturbed
      Given a count of 2
      When nothing happens
      Then it is 2

    @TL-02.5
    Scenario: Something skips
      Given a count of 2
      When nothing happens
      Then it is 2

    @TL-02.6
    Scenario: Not on offer
      Given a count of 2
      When nothing happens
      Then it is 2

    @TL-02.7
    Scenario: Listed and broken
      Given a count of 1
      When nothing happens
      Then it is 2

    @TL-02.8
    Scenario: Listed and kept
      Given a count of 2
      When nothing happens
      Then it is 2
"""
TROUBLE = """\
Feature: Trouble
  Segment: Every plan
  Goal: stability
  Impact: it matters

  Rule: Trouble is told
    Value: no doubt remains

    @TL-08.1
    Scenario: In trouble
      Given a count of 2
      When there is trouble
      Then it is 2
"""
STEPS = f"""\
import os
import threading

from support.core.failure import Code, PromiseBroken
from support.gherkin.sentences import given, then, when
from support.observation.wire import Exchange, Frame

TOKEN, PASSWORD = "{TOKEN}", "{PASSWORD}"


@given("a count of {{start:Count}}", target_fixture="counter")
async def a_count(start, wire):
    wire.said(Exchange("Fay", "POST", "http://127.0.0.1:1/sessions", 201, 0.012, (),
        {{"password": PASSWORD}}, {{"Set-Cookie": "sid=abcdef123456"}}, {{"token": TOKEN}}))
    return [start]


@given("a server that cannot be reached")
def unreachable(wire):
    raise ConnectionRefusedError(111, f"refused by postgres://u:{{PASSWORD.replace(' ', '')}}@127.0.0.1/x")


@when("it goes up")
async def goes_up(counter, datatable, wire):
    wire.said(Exchange("Fay", "POST", "http://127.0.0.1:1/up?token=" + TOKEN, 200, 0.005,
        {{"Authorization": "Bearer " + TOKEN}}, {{"by": 1}}, (), {{"count": counter[0] + 1, "echo": PASSWORD}}))
    wire.said(Frame("Fay's phone", "received", {{"type": "count_changed", "seen": TOKEN}}))
    counter[0] += 1


@when("nothing happens")
def nothing():
    print(PASSWORD)


@when("there is trouble")
def trouble():
    match os.environ.get("TROUBLE"):
        case "die":
            os._exit(3)
        case "wait":
            with open(os.environ["TROUBLE_FIFO"], "w") as fifo:
                fifo.write("waiting")
            threading.Event().wait(60)


@then("it is still {{count:Count}}")
def is_still(counter, count):
    expect_unchanged(counter, count)


def expect_unchanged(counter, count):
    if counter[0] != count:
        raise PromiseBroken(Code.CHANGED, f"the count is {{counter[0]}}, and no longer {{count}}")


@then("it is {{count:Count}}")
def is_count(counter, count, evidence):
    evidence.add("The count", "image/svg+xml", f"<svg><title>{{counter[0]}} {{TOKEN}}</title></svg>".encode())
    assert counter[0] == count, f"the count is {{counter[0]}}, not {{count}} (asked with {{TOKEN}})"
"""
PLUGIN = """\
import os

import pytest
from rich.console import Console

from support.core.failure import Code, PromiseBroken
from support.pytest_plugin.state import find_state, run_state


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if os.environ.get("LIVE"):
        run_state(config).console = Console()
    if os.environ.get("PROVING"):
        run_state(config).proving = True


def pytest_itemcollected(item):
    state = find_state(item)
    title = state.scenario.title if state else ""
    if title == "Not on offer":
        state.not_offered = "the target counts nothing"
        item.add_marker(pytest.mark.skip(reason="see the profile"))
    if title.startswith("Listed"):
        state.deviation = "agreed until spring"


@pytest.fixture(autouse=True)
def around(request):
    state = find_state(request.node)
    title = state.scenario.title if state else ""
    if title == "The set-up fails":
        assert False, "nobody could be enrolled"
    if title == "Something skips":
        pytest.skip("not today")
    yield
    if title == "The clean-up fails":
        raise OSError("the socket would not close")
    if title == "Something is disturbed":
        raise PromiseBroken(Code.BYSTANDER_REACHED, "the bystander received an event")


def pytest_collection_modifyitems(items):
    if lost := os.environ.get("LOSE"):
        items[:] = [item for item in items if item.name != lost]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if os.environ.get("LOSE_RESULT"):
        from pathlib import Path
        next(Path(session.config.option.allure_report_dir).glob("*-result.json")).unlink()
"""
OUTCOMES = {
    "One more": "kept",
    "The wrong figure": "broken",
    "The figure goes up unasked": "broken",
    "The suite fails": "environment",
    "The set-up fails": "environment",
    "The clean-up fails": "environment",
    "Something is disturbed": "broken",
    "Something skips": "environment",
    "Not on offer": "not_offered",
    "Listed and broken": "known_deviation",
    "Listed and kept": "broken",
    "In trouble": "kept",
}


class OutcomeSuite(SmallSuite):
    """Scenarios of every outcome; `OUTCOMES` says which ends how."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.results = self.reports / "allure-results"
        self.fifo = folder / "fifo"
        os.mkfifo(self.fifo)
        self.write("features/free/counting.feature", COUNTING)
        self.write("features/early/others.feature", OTHERS)
        self.write("features/platform/trouble.feature", TROUBLE)
        self.write("steps/counts.py", STEPS)
        self.write("outcome_plugin.py", PLUGIN)

    @property
    def environ(self) -> dict[str, str]:
        """As of every small suite, with the plugin at hand."""
        return super().environ | {"PYTHONPATH": str(self.folder), "TROUBLE_FIFO": str(self.fifo)}

    @property
    def options(self) -> list[str]:
        """As of every small suite, with the plugin, and results where they are looked for."""
        return [*super().options, "-p", "outcome_plugin", f"--alluredir={self.results}"]

    def interrupt(self, *arguments: str, **environ: str) -> tuple[int, str]:
        """Run it until it is in trouble, then do as Ctrl-C does. Gives exit code and output."""
        with subprocess.Popen(
            self.command(*arguments),
            cwd=PROJECT,
            env=self.environ | {"TROUBLE": "wait"} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            self._until_waiting(process)
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            return process.returncode, output

    def _until_waiting(self, process: subprocess.Popen[str]) -> None:
        fifo = os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK)  # a suite that never gets there would block the opening
        try:
            if not select.select([fifo], [], [], 60)[0]:
                os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"the suite did not get into trouble: {process.communicate()[0]}")
        finally:
            os.close(fifo)

    def outcomes(self) -> dict[str, str]:
        """Title and outcome, as the ledger has them."""
        return {entry["title"]: entry["outcome"] for entry in self.ledger()["scenarios"]}

    def entry(self, title: str) -> dict[str, Any]:
        """The entry of one scenario in the ledger."""
        return next(entry for entry in self.ledger()["scenarios"] if entry["title"] == title)

    def allure(self) -> dict[str, dict[str, Any]]:
        """The Allure results by title."""
        found = [json.loads(file.read_text("utf-8")) for file in self.results.glob("*-result.json")]
        by_title = {result["name"]: result for result in found}
        assert len(by_title) == len(found), "two results of one scenario"
        return by_title
