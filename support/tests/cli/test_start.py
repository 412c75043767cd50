"""The command as installed: it begins to load the backend at once, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from support.core.settings import PROJECT

COMMAND = Path(sys.executable).with_name("threadproof")
ONE = ("run", "--no-report", "-n", "0", "--words", "appears on the phone of its owner")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """A temporary folder of the run's own, so that nobody else's run is looked at."""
    folder = tmp_path / "t"
    folder.mkdir()
    return folder


def start(temporary: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = os.environ | {"TMPDIR": str(temporary), "THREADPROOF_REPORTS": str(temporary.parent / "out")}
    return subprocess.Popen(
        [COMMAND, *arguments], cwd=PROJECT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def of_this_run(temporary: Path) -> list[psutil.Process]:
    """Every process that was started with this temporary folder in its environment."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR") == str(temporary):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def assert_nothing_left(temporary: Path, processes: list[psutil.Process]) -> None:
    _gone, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    assert of_this_run(temporary) == []
    assert [path.name for path in temporary.iterdir() if path.name.startswith("threadproof-")] == []


def test_a_scenario_is_kept_and_nothing_is_left(temporary: Path) -> None:
    running = start(temporary, *ONE)
    said, complaints = running.communicate(timeout=60)
    assert running.returncode == 0, said + complaints
    assert "kept             TL-03" in said
    assert_nothing_left(temporary, of_this_run(temporary))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing(temporary: Path, number: int) -> None:
    running = start(temporary, "run", "--no-report", "-n", "0", "--tier", "platform")
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("kept"):
            break
    processes = [one for one in of_this_run(temporary) if one.pid != running.pid]
    assert len(processes) >= 5  # PostgreSQL, Valkey, the model service, the launcher, a backend, the keeper
    running.send_signal(number)
    running.communicate(timeout=60)
    assert running.returncode != 0
    assert_nothing_left(temporary, processes)


def test_a_refused_run_ends_its_processes(temporary: Path) -> None:
    running = start(temporary, "run", "--row", "TL-99")
    _said, complaints = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "there is no row 'TL-99'" in complaints
    assert_nothing_left(temporary, of_this_run(temporary))
