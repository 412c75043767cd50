"""The control measurement: the time of this run's own processes is not the time of other programs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.pytest_plugin import machine
from support.pytest_plugin.machine import Moment, others_since


def test_own_time_is_not_held_against_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "now", lambda: Moment(110.0, 58.0, {1: 7.0, 3: 1.0}))
    assert others_since(Moment(100.0, 50.0, {1: 1.0, 2: 30.0})) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("end", "share"),
    [(Moment(110.0, 60.0, {}), 1.0), (Moment(110.0, 50.0, {1: 40.0}), 0.0), (Moment(100.0, 50.0, {}), 0.0)],
)
def test_the_share_is_between_nothing_and_all(monkeypatch: pytest.MonkeyPatch, end: Moment, share: float) -> None:
    monkeypatch.setattr(machine, "now", lambda: end)
    assert others_since(Moment(100.0, 50.0, {})) == share


def test_the_work_of_a_child_is_work_of_this_run() -> None:
    code = "while __import__('time').process_time() < 0.4: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert machine.now().own[child.pid] > 0.3
        child.kill()
