"""The launcher forks a process for each request that shows its key, tells what failed, and ends with its owner."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.core.failure import EnvironmentFailed
from support.core.settings import PROJECT
from support.launcher.client import Launched, Launcher, launcher

ECHO = "support.tests.launcher.echo"


@pytest.fixture
def ours() -> Launcher:
    return launcher(ECHO)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    folder = tmp_path / "processes"
    folder.mkdir()
    return folder


def launch(ours: Launcher, register: Path, function: str, **arguments: Any) -> Launched:
    return ours.launch(f"{ECHO}:{function}", register=register, log=register.parent / "log", **arguments)


def await_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid):
        assert time.monotonic() < deadline


def test_a_process_is_entered_in_the_register_as_long_as_it_lives(ours: Launcher, register: Path) -> None:
    launched = launch(ours, register, "where")
    assert launched.answer == [str(register.parent), str(launched.pid)]
    await_end(launched.pid)
    assert list(register.iterdir()) == []


def test_a_process_answers_first_and_serves_then(ours: Launcher, register: Path) -> None:
    launched = launch(ours, register, "serve", words="abc")
    assert launched.answer == "cba"
    await_end(launched.pid)
    assert (register.parent / "log").read_text() == "abc\n"


def test_all_of_a_process_share_one_launcher(ours: Launcher) -> None:
    assert launcher(ECHO) is ours
    assert ours.key not in repr(ours)


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        ("fail", {"foreseen": True}, "^as foreseen$"),
        ("fail", {"foreseen": False}, "^ValueError: not foreseen$"),
        ("serve", {}, "TypeError: .*'words'"),
        ("unheard_of", {}, "AttributeError: .*'unheard_of'"),
        ("leave", {}, "ended without an answer"),
    ],
)
def test_a_failure_is_reported(
    ours: Launcher, register: Path, function: str, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(EnvironmentFailed, match=reason):
        launch(ours, register, function, **arguments)


def test_nothing_begins_in_a_run_that_is_over(ours: Launcher, register: Path) -> None:
    register.rmdir()
    with pytest.raises(EnvironmentFailed, match="ended without an answer"):
        launch(ours, register, "serve", words="abc")
    assert not (register.parent / "log").exists()


def test_requests_without_the_key_or_without_sense_get_no_answer(ours: Launcher, register: Path) -> None:
    request = {"function": f"{ECHO}:where", "register": str(register), "log": str(register.parent / "log")}
    for sent in (
        b"",
        b"not JSON\n",
        b'{"key": null}\n',
        json.dumps({**request, "key": "guessed", "arguments": {}}).encode() + b"\n",
    ):
        with socket.create_connection(("127.0.0.1", ours.port), timeout=10) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            assert client.makefile("rb").read() == b""
    assert launch(ours, register, "where").pid


OWNER = """
import sys
from pathlib import Path
from support.launcher.client import launcher
ours = launcher(sys.argv[1])
try:
    there = ours.launch("support.tests.launcher.echo:where", register=Path(sys.argv[2]), log=Path(sys.argv[3]))
    print(there.pid, flush=True)
    sys.stdin.readline()
except Exception as error:
    print(error)
"""


def owner(register: Path, module: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, module, register, register.parent / "log"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [None, signal.SIGKILL])
def test_the_launcher_ends_with_its_owner(register: Path, ending: signal.Signals | None) -> None:
    with owner(register, ECHO) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline())
        (found,) = psutil.Process(process.pid).children()
        assert found.cmdline()[2] == "support.launcher"
        assert os.getsid(found.pid) == found.pid  # signals of a terminal do not reach it
        if ending:
            process.send_signal(ending)
        process.communicate(timeout=10)  # its standard input closes, and so it ends by itself
    await_end(found.pid)


def test_a_module_that_cannot_be_loaded_is_reported(register: Path) -> None:
    with owner(register, "support.tests.launcher.unheard_of") as process:
        said, complaints = process.communicate("\n", timeout=10)
    assert said.strip().isdigit()  # what does not need the module works all the same
    assert "No module named 'support.tests.launcher.unheard_of'" in complaints
