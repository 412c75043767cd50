"""After every kind of end, a run's processes, ports and folder are gone; those of a live run stay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.core.failure import BadInput
from support.core.settings import PROJECT, Settings
from support.faults import BACKEND_PROGRAM
from support.services import Services, ports, run_folder
from support.services.keeper import recorded_process, wait_ended
from support.services.run_folder import Keeper, RunFolder, clear_abandoned
from support.services.valkey import Valkey

GONE_SECONDS = 10  # generous: the machine may be busy
OF_A_TERMINAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Runs everything a run can have, paused servers included, prints its folder and ports, and waits.
RUNNER = """
import json, os, sys
from support.faults import BACKEND_PROGRAM
from support.services import Services, open_stack
from support.core.settings import Settings

with Services.start(Settings.model_construct(), BACKEND_PROGRAM) as services:
    here = services.description
    stack = open_stack(here, "open", own_services=sys.argv[1] == "own")
    if stack.postgres:
        stack.postgres.pause()
        stack.processes[0].pause()
    servers = [services.postgres, services.redis, services.model, stack.postgres, stack.redis, *stack.processes]
    print(json.dumps({"folder": str(here.folder), "ports": [server.port for server in servers if server]}), flush=True)
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        print(json.dumps(all(server.running for server in servers if server)), flush=True)
"""


@dataclass
class Runner:
    """A run in a separate interpreter, with its processes, ports and folder."""

    process: subprocess.Popen[str]
    folder: Path
    ports: list[int]
    keeper: psutil.Process
    members: list[psutil.Process]
    segments: set[str]

    def assert_gone(self) -> None:
        """Nothing of it is there any more."""
        assert wait_ended([self.keeper, *self.members], GONE_SECONDS) == []
        assert not self.folder.exists()
        assert [port for port in self.ports if not ports.is_free(port)] == []
        assert not self.segments & shared_memory()


def shared_memory() -> set[str]:
    """The ids of all System V segments; none where the system has no list of them."""
    table = Path("/proc/sysvipc/shm")
    return {line.split()[1] for line in table.read_text().splitlines()[1:]} if table.exists() else set()


@pytest.fixture
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    kind = getattr(request, "param", "shared")
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, kind],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield read_runner(process)
        finally:
            process.kill()


def read_runner(process: subprocess.Popen[str]) -> Runner:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    folder = Path(told["folder"])
    recorded = [recorded_process(entry) for entry in (folder / "processes").iterdir()]
    roots = [process for process in recorded if process is not None]
    members = [member for root in roots for member in (root, *root.children(recursive=True))]
    children = psutil.Process(process.pid).children()
    keepers = [child for child in children if str(folder) == child.cmdline()[-1]]
    (launcher,) = [child for child in children if "support.launcher" in child.cmdline()]
    segments = {lock.read_text().splitlines()[6].split()[1] for lock in folder.rglob("postmaster.pid")}
    assert len(roots) == len(recorded) >= 4
    return Runner(process, folder, told["ports"], keepers[0], [launcher, *members], segments)


@pytest.mark.parametrize("runner", ["own"], indirect=True)
def test_a_runner_killed_leaves_nothing(runner: Runner) -> None:
    assert len(runner.members) > 15  # two PostgreSQL servers with their children, the launcher, a backend, ...
    os.kill(runner.process.pid, signal.SIGKILL)
    runner.assert_gone()


def test_ctrl_c_does_not_reach_the_services_and_the_runner_ends_them(runner: Runner) -> None:
    assert runner.process.stdout is not None
    os.killpg(runner.process.pid, signal.SIGINT)
    assert json.loads(runner.process.stdout.readline()) is True, "a service has ended with the terminal's signal"
    assert runner.process.wait(GONE_SECONDS) == 0
    runner.assert_gone()


def test_the_next_run_clears_up_after_a_run_whose_keeper_was_killed(runner: Runner) -> None:
    runner.keeper.kill()
    wait_ended([runner.keeper], GONE_SECONDS)
    os.kill(runner.process.pid, signal.SIGKILL)
    runner.process.wait(GONE_SECONDS)
    assert runner.folder.exists()
    assert any(not ports.is_free(port) for port in runner.ports)

    live = RunFolder.create()
    keeper = Keeper(live)
    valkey = Valkey(live, live.path)
    try:
        valkey.start()
        with Services.start(Settings.model_construct(), BACKEND_PROGRAM):
            runner.assert_gone()
            assert valkey.running
            assert live.path.exists()
    finally:
        valkey.kill()
        keeper.release()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_keeper_does_not_end_with_the_signals_of_a_terminal() -> None:
    folder = RunFolder.create()
    keeper = Keeper(folder)
    process = psutil.Process(keeper.pid)
    try:
        assert os.getsid(keeper.pid) != os.getsid(0)
        deadline = time.monotonic() + GONE_SECONDS
        while not all(ignores(process, number) for number in OF_A_TERMINAL):  # nohup lets it ignore one from the start
            assert time.monotonic() < deadline
            time.sleep(0.01)
        for number in OF_A_TERMINAL:
            process.send_signal(number)
        assert wait_ended([process], 0.2) == [process]
    finally:
        keeper.release()
    assert wait_ended([process], GONE_SECONDS) == []
    assert not folder.path.exists()


def ignores(process: psutil.Process, number: signal.Signals) -> bool:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    mask = next(line.partition(":")[2] for line in lines if line.startswith("SigIgn"))
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of this test's own."""
    with tempfile.TemporaryDirectory(prefix="tp-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_only_folders_of_dead_runs_are_cleared(temporary: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = temporary / f"threadproof-{ended.pid}-0123abcd"
    abandoned_by_a_namesake = temporary / f"threadproof-{os.getpid()}-0123abcd"
    beginning = temporary / f"threadproof-{os.getpid()}-89abcdef"
    others = [temporary / f"threadproof-{ended.pid}", temporary / "threadproof-notes-0123abcd", beginning]
    for folder in (dead, abandoned_by_a_namesake, *others):
        folder.mkdir()
    (abandoned_by_a_namesake / "owner").touch()
    live = RunFolder.create()

    assert set(clear_abandoned()) == {dead, abandoned_by_a_namesake}

    assert set(temporary.iterdir()) == {live.path, *others}
    live.disown()


def test_an_entry_whose_number_went_to_another_process_harms_nobody(temporary: Path) -> None:
    with subprocess.Popen(["sleep", "600"], cwd="/") as stranger:
        ended = subprocess.Popen(["true"])
        ended.wait()
        register = temporary / f"threadproof-{ended.pid}-0123abcd" / "processes"
        register.mkdir(parents=True)
        (register / str(stranger.pid)).touch()

        assert clear_abandoned() == [register.parent]

        assert stranger.poll() is None
        stranger.kill()


def test_nothing_begins_in_a_run_that_is_over(temporary: Path) -> None:
    folder = RunFolder.create()
    log = temporary / "log"
    begun = temporary / "begun"
    Keeper(folder).release()

    late = folder.spawn(["touch", begun], log, cwd=temporary)

    assert late.wait(GONE_SECONDS) != 0
    assert not begun.exists()
    assert not folder.path.exists()


@pytest.mark.parametrize("options", ["ro", "size=3m"])
def test_an_unusable_temporary_folder_is_reported_in_one_message(options: str) -> None:
    """On a separate disk, in a mount namespace: read-only, or too small for PostgreSQL's data."""
    script = """
import tempfile
import time
from support.faults import BACKEND_PROGRAM
from support.services import Services
from support.core.settings import Settings
from support.core.failure import BadInput
tempfile.tempdir = "/mnt"
try:
    Services.start(Settings.model_construct(), BACKEND_PROGRAM)
except BadInput as error:
    print(error)
"""
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mounted = f'mount -t tmpfs -o {options} tmpfs /mnt && exec "$@"'
    done = subprocess.run(
        [*unshare, mounted, "sh", sys.executable, "-c", script],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip(f"no mount namespace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    reason = {"ro": "Read-only file system", "size=3m": "No space left on device"}[options]
    assert done.stdout.startswith(f"the temporary folder /mnt cannot be used: {reason}.")
    assert "TMPDIR" in done.stdout


def test_a_missing_temporary_folder_is_reported_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(run_folder.tempfile, "gettempdir", none)
    with pytest.raises(BadInput, match=r"No usable temporary directory .*set TMPDIR"):
        Services.start(Settings.model_construct(), BACKEND_PROGRAM)
