"""Starts the launcher of this process, and asks a launcher for processes."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from support.core.failure import EnvironmentFailed

_PROJECT = Path(__file__).resolve().parents[2]
_LOOPBACK = "127.0.0.1"
_ANSWER_SECONDS = 20.0


@dataclass(frozen=True)
class Launched:
    """A process that was forked.

    Attributes:
        pid: its process id.
        answer: the answer of the function that it runs.
    """

    pid: int
    answer: Any


@dataclass(frozen=True)
class Launcher:
    """How any process of the run reaches the launcher.

    Attributes:
        port: the port of the loopback interface on which it listens.
        key: the secret that it expects in every request.
    """

    port: int
    key: str = field(repr=False)

    def launch(self, function: str, *, register: Path, log: Path, **arguments: Any) -> Launched:
        """Fork a process that calls a function, and wait for the function's answer.

        Args:
            function: its place, such as `package.module:function`. It returns its answer and, if the process is to go
                on afterwards, a function that serves; None in its place ends the process.
            register: the folder in which the process enters its id; the process works in the parent of this folder.
            log: the file for the output of the process.
            arguments: those of the function, as JSON values.

        Raises:
            EnvironmentFailed: the launcher is gone, the function failed, or the process ended without an answer.
        """
        request = {
            "key": self.key,
            "function": function,
            "register": str(register),
            "log": str(log),
            "arguments": arguments,
        }
        try:
            with socket.create_connection((_LOOPBACK, self.port), timeout=_ANSWER_SECONDS) as connection:
                connection.sendall(json.dumps(request).encode() + b"\n")
                line = connection.makefile("rb").readline()
        except OSError as error:
            raise EnvironmentFailed(f"the launcher does not answer: {error}") from None
        if not line:
            raise EnvironmentFailed(f"{function}: the process ended without an answer; its log is {log}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EnvironmentFailed(answer["error"])
        return Launched(answer["pid"], answer["answer"])


@cache
def launcher(module: str) -> Launcher:
    """The launcher of this process, which loads a module; it is started at the first call, and ends with this process.

    A call returns at once: requests wait until the module is loaded. If it cannot be loaded, the error goes to standard
    error, and into the answer to each request for one of its functions.
    """
    with socket.create_server((_LOOPBACK, 0), backlog=256) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "support.launcher", str(listening.fileno()), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(listening.fileno(),),
            cwd=_PROJECT,
            env=python_environ(),
            start_new_session=True,
            text=True,
        )
        found = Launcher(listening.getsockname()[1], secrets.token_hex(16))
    assert process.stdin is not None
    process.stdin.write(f"{found.key}\n")
    process.stdin.flush()
    atexit.register(_end, process)
    return found


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def python_environ() -> dict[str, str]:
    """This process's environment, so that a Python process in any folder finds the package `support`."""
    paths = [str(_PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
