"""One process of the embedded backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from support.launcher.client import Launcher
from support.services import ports
from support.services.http_calls import expect_ok
from support.services.process import ManagedProcess
from support.services.run_folder import RunFolder


@dataclass(frozen=True)
class BackendProgram:
    """How the launcher runs the embedded backend.

    Attributes:
        launcher: the launcher of the run.
        module: the module of the two functions that it calls: `serve` with the fields of a `BackendRequest` and a
            port (0: any), which answers the port, and `migrate` with a `database_url`.
    """

    launcher: Launcher
    module: str

    def migrate(self, database_url: str, folder: RunFolder, log: Path) -> None:
        """Apply the backend's schema to a database.

        Raises:
            EnvironmentFailed: it could not be applied; the message has the reason.
        """
        self.launcher.launch(f"{self.module}:migrate", register=folder.register, log=log, database_url=database_url)


@dataclass(frozen=True)
class BackendRequest:
    """A backend process to be forked.

    Attributes:
        environ: the backend's whole environment.
        log: the file for its output.
        fault: the name of a fault to apply first.
        activations: the file to which the fault adds a byte whenever it acts.
    """

    environ: Mapping[str, str]
    log: Path
    fault: str | None
    activations: Path


class BackendProcess(ManagedProcess):
    """A backend forked by the launcher; started again it keeps its port, its environment and its fault."""

    def __init__(self, name: str, folder: RunFolder, program: BackendProgram, request: BackendRequest) -> None:
        super().__init__(name, folder, request.log)
        self._program = program
        self._request = request

    @property
    def url(self) -> str:
        """Its address, known once it was started."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def _spawn(self) -> psutil.Process:
        launched = self._program.launcher.launch(
            f"{self._program.module}:serve",
            register=self._folder.register,
            log=self._request.log,
            environ=dict(self._request.environ),
            port=self.port,
            fault=self._request.fault,
            activations=str(self._request.activations),
        )
        self.port = launched.answer
        return self._launched(launched.pid)

    def _check(self) -> None:
        expect_ok(f"{self.url}/health/ready")
