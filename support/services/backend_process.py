"""One process of the embedded backend."""

from __future__ import annotations

import psutil

from support.services import ports
from support.services.http_calls import expect_ok
from support.services.launcher import BackendRequest, LauncherClient
from support.services.process import ManagedProcess
from support.services.run_folder import RunFolder


class BackendProcess(ManagedProcess):
    """A backend forked by the launcher; started again it keeps its port, its environment and its fault."""

    def __init__(self, name: str, folder: RunFolder, launcher: LauncherClient, request: BackendRequest) -> None:
        super().__init__(name, folder, request.log)
        self._launcher = launcher
        self._request = request

    @property
    def url(self) -> str:
        """Its address, known once it was started."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def _spawn(self) -> psutil.Process:
        pid, self.port = self._launcher.start_backend(self._request, self.port)
        try:
            return psutil.Process(pid)
        except psutil.NoSuchProcess:
            raise self._failed("ended before it served") from None

    def _check(self) -> None:
        expect_ok(f"{self.url}/health/ready")
