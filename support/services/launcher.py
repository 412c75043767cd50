"""The launcher as a process of the run, and what it is asked for."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from support.core.failure import EnvironmentFailed
from support.services import early, unix_socket
from support.services.process import ManagedProcess, NotReady, last_lines
from support.services.run_folder import RunFolder, python_environ

_ANSWER_SECONDS = 20.0


class FaultNotApplied(EnvironmentFailed):
    """The fault asked for could not be built into the backend; the message says why."""


@dataclass(frozen=True)
class BackendRequest:
    """A backend process to be forked.

    Attributes:
        environ: the backend's whole environment.
        log: the file for what it prints.
        fault: the name of a fault to apply first.
        activations: the file to which the fault adds a byte whenever it acts.
    """

    environ: Mapping[str, str]
    log: Path
    fault: str | None
    activations: Path


class LauncherClient:
    """Asks the launcher that listens on this socket."""

    def __init__(self, address: Path) -> None:
        self._address = address

    def start_backend(self, request: BackendRequest, port: int) -> tuple[int, int]:
        """Fork a backend on a port, on any free one if it is 0; its process id and its port are returned.

        Raises:
            FaultNotApplied: the fault could not be applied.
            EnvironmentFailed: the launcher is gone, the port is taken, or the process ended at once.
        """
        answer = self._ask(
            {
                "do": "serve",
                "environ": dict(request.environ),
                "port": port,
                "fault": request.fault,
                "activations": str(request.activations),
                "log": str(request.log),
            }
        )
        return answer["pid"], answer["port"]

    def migrate(self, database_url: str, log: Path) -> None:
        """Apply the backend's schema to a database. Raises EnvironmentFailed with the reason."""
        self._ask({"do": "migrate", "database_url": database_url, "log": str(log)})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as connection, unix_socket.address(self._address) as address:
                connection.settimeout(_ANSWER_SECONDS)
                connection.connect(address)
                connection.sendall(json.dumps(request).encode() + b"\n")
                line = connection.makefile("rb").readline()
        except OSError as error:
            raise EnvironmentFailed(f"the backend's launcher does not answer: {error}") from None
        log = Path(request["log"])
        if not line:
            raise EnvironmentFailed(f"the backend's process ended before it served{last_lines(log)}")
        answer: dict[str, Any] = json.loads(line)
        if "fault_error" in answer:
            raise FaultNotApplied(f"fault {request['fault']!r} could not be applied: {answer['fault_error']}")
        if "error" in answer:
            raise EnvironmentFailed(f"the backend could not {request['do']}: {answer['error']}")
        return answer


class Launcher(ManagedProcess):
    """`python -m support.faults.launcher`, which ends when this process does."""

    def __init__(self, folder: RunFolder) -> None:
        super().__init__("launcher", folder, folder.log("launcher"))

    def _spawn(self) -> psutil.Process:
        register = self._folder.register
        if (pid := early.engage(self._folder.path, self._folder.launcher, register, self.log)) is not None:
            return psutil.Process(pid)
        command = [
            sys.executable,
            "-m",
            "support.faults.launcher",
            "--socket",
            self._folder.launcher,
            "--register",
            register,
        ]
        return self._folder.spawn(command, self.log, environ=python_environ(), stdin=self._folder.lifeline)

    def _check(self) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as connection, unix_socket.address(self._folder.launcher) as address:
                connection.settimeout(2)
                connection.connect(address)
        except OSError as error:
            raise NotReady(f"{self._folder.launcher.name}: {error}") from None
