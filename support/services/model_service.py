"""The scripted model service as a process of the run."""

from __future__ import annotations

import sys

import psutil

from support.services import ports
from support.services.http_calls import expect_ok
from support.services.process import ManagedProcess
from support.services.run_folder import RunFolder, python_environ


class ModelService(ManagedProcess):
    """`python -m support.model_service` on a loopback port."""

    def __init__(self, folder: RunFolder, name: str = "model service") -> None:
        super().__init__(name, folder, folder.log(name.replace(" ", "-")), ports.free_port())

    @property
    def url(self) -> str:
        """The address of the service, to which a space is added."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def _spawn(self) -> psutil.Process:
        command = [sys.executable, "-m", "support.model_service", "--host", ports.LOOPBACK, "--port", str(self.port)]
        return self._folder.spawn(command, self.log, environ=python_environ())

    def _check(self) -> None:
        expect_ok(f"{self.url}/health")
