"""The scripted model service as a process of the run."""

from __future__ import annotations

import psutil

from support.launcher.client import Launcher
from support.services import ports
from support.services.http_calls import expect_ok
from support.services.process import ManagedProcess
from support.services.run_folder import RunFolder


class ModelService(ManagedProcess):
    """The model service on a loopback port, forked by the launcher; `python -m support.model_service` is the same."""

    def __init__(self, folder: RunFolder, launcher: Launcher, name: str = "model service") -> None:
        super().__init__(name, folder, folder.log(name.replace(" ", "-")), ports.free_port())
        self._launcher = launcher

    @property
    def url(self) -> str:
        """The address of the service, to which a space is added."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def _spawn(self) -> psutil.Process:
        launched = self._launcher.launch(
            "support.model_service.__main__:listen",
            register=self._folder.register,
            log=self.log,
            host=ports.LOOPBACK,
            port=self.port,
        )
        return self._launched(launched.pid)

    def _check(self) -> None:
        expect_ok(f"{self.url}/health")
