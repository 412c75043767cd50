"""A process that a scenario may break and heal."""

from __future__ import annotations

import contextlib
import signal
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from support.core.failure import EnvironmentFailed
from support.services import keeper, ports
from support.services.run_folder import RunFolder

_POLL_SECONDS = 0.005
_KILL_SECONDS = 5.0
_LOG_LINES = 8


class NotReady(Exception):
    """A readiness check found the process not ready; the message says how."""


class ManagedProcess(ABC):
    """A server of the run, with its descendants: it keeps its port and its data however often it is started."""

    stop_signal = signal.SIGTERM
    start_seconds = 15.0
    stop_seconds = 10.0

    def __init__(self, name: str, folder: RunFolder, log: Path, port: int = 0) -> None:
        self.name = name
        self.port = port
        self.log = log
        self._folder = folder
        self._process: psutil.Process | None = None

    @abstractmethod
    def _spawn(self) -> psutil.Process:
        """Start the process and return without waiting for it."""

    @abstractmethod
    def _check(self) -> None:
        """Connect to the process.

        Raises:
            NotReady: it does not serve yet.
        """

    @property
    def running(self) -> bool:
        """Whether the process is there, paused or not."""
        return self._process is not None and not keeper.has_ended(self._process)

    @property
    def pid(self) -> int | None:
        """The process id, None before the first start; that of the last process once it was stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it on its port, with its data, and wait until it serves; nothing if it runs.

        Raises:
            EnvironmentFailed: it ended, or did not serve in time; the message ends with the last lines of its log.
        """
        if self.running:
            return
        if self.port and not ports.is_free(self.port):
            raise EnvironmentFailed(f"{self.name} cannot start: port {self.port} is taken by another process")
        self._process = self._spawn()
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until it serves. Raises EnvironmentFailed as `start` does."""
        deadline = time.monotonic() + self.start_seconds
        while True:
            next_look = time.monotonic() + _POLL_SECONDS
            try:
                self._check()
            except NotReady as seen:
                if not self.running:
                    raise self._failed("ended before it served") from None
                if time.monotonic() > deadline:
                    raise self._failed(f"did not serve within {self.start_seconds:g} s ({seen})") from None
            else:
                return
            time.sleep(max(0.0, next_look - time.monotonic()))

    def stop(self) -> None:
        """Ask it to end, as an operator would, and wait until it has.

        Raises:
            EnvironmentFailed: it did not end in time and was killed.
        """
        if self._process is None or not self.running:
            return
        self.resume()
        tree = self._tree()
        self._process.send_signal(self.stop_signal)
        if keeper.wait_ended(tree, self.stop_seconds):
            self.kill()
            raise self._failed(f"did not end within {self.stop_seconds:g} s of being asked to")
        self._folder.forget(self._process.pid)

    def kill(self) -> None:
        """SIGKILL to it and its descendants: it cannot send or save anything more."""
        if self._process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            if keeper.kill_tree(self._process, _KILL_SECONDS):
                raise EnvironmentFailed(f"{self.name} is still there {_KILL_SECONDS:g} s after SIGKILL")
        self._folder.forget(self._process.pid)

    def pause(self) -> None:
        """SIGSTOP to it and its descendants: connections stay open and nothing answers.

        Raises:
            EnvironmentFailed: it does not run.
        """
        if self._process is None or not self.running:
            raise EnvironmentFailed(f"{self.name} cannot be paused: it does not run")
        self._process.suspend()  # first, so that it makes no more descendants
        for member in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                member.suspend()

    def resume(self) -> None:
        """End a pause; nothing if there is none."""
        for member in reversed(self._tree()):
            with contextlib.suppress(psutil.NoSuchProcess):
                member.resume()

    def heal(self) -> None:
        """Resume it, or start it again, and wait until it serves."""
        self.resume()
        if self.running:
            self.await_ready()
        else:
            self.start()

    def _tree(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return [self._process, *self._process.children(recursive=True)]
        return []

    def _launched(self, pid: int) -> psutil.Process:
        """The process that the launcher has forked for this one."""
        try:
            return psutil.Process(pid)
        except psutil.NoSuchProcess:
            raise self._failed("ended before it served") from None

    def _failed(self, reason: str) -> EnvironmentFailed:
        return EnvironmentFailed(f"{self.name} {reason}{last_lines(self.log)}")


def start_together(*processes: ManagedProcess) -> None:
    """Start processes that do not need each other, at once; the first failure is raised when all have ended."""
    with ThreadPoolExecutor(len(processes)) as pool:
        for started in [pool.submit(process.start) for process in processes]:
            started.result()


def last_lines(log: Path) -> str:
    """The end of a log, to append to a message."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    except FileNotFoundError:
        return f"; it has no log at {log}"
    return "".join(f"\n    {line}" for line in lines) if lines else "; its log is empty"
