"""The folder of a run: logs, data, sockets, and an entry for every process the run has started."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from support.core.failure import BadInput, EnvironmentFailed
from support.services import keeper

_NAME = re.compile(r"threadproof-(?P<pid>\d+)-[0-9a-f]{8}")
_OWNER = "owner"
_LEAST_FREE = 1_000_000  # bytes
_STORAGE = (errno.EDQUOT, errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM)
# `$0` is the register: the process enters itself, and becomes the command only if it could.
_ENTER_AND_BECOME = ': > "$0/$$" && exec "$@"'


class RunFolder:
    """A run's folder, named `threadproof-<process id of its owner>-<id of the run>`.

    The owner holds a lock on the file `owner` in it, and the writing end of a pipe, for as long as it lives. Other
    processes of the run open the folder by its path.

    Attributes:
        path: where it is.
        lifeline: for the owner, the reading end of the pipe: a process with it as standard input sees the owner's end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lifeline = subprocess.DEVNULL
        self._held: list[IO[Any]] = []

    @classmethod
    def create(cls) -> RunFolder:
        """A new folder under the system's temporary folder, owned by this process.

        Raises:
            BadInput: the temporary folder cannot be written, or the disk is full.
        """
        try:
            folder = cls(_temporary_folder() / f"threadproof-{os.getpid()}-{secrets.token_hex(4)}")
            folder.path.mkdir(mode=0o700)
            for part in (keeper.REGISTER, "logs", "stacks"):
                (folder.path / part).mkdir()
            folder._own()
        except OSError as error:
            raise start_failure(error) from None
        return folder

    def _own(self) -> None:
        """Lock a file first and name it then, so that nobody ever sees it without the lock."""
        unnamed = self.path / "owner.new"
        lock = unnamed.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        unnamed.rename(self.path / _OWNER)
        self.lifeline, writing_end = os.pipe()
        self._held = [lock, os.fdopen(self.lifeline, "rb"), os.fdopen(writing_end, "wb")]

    def disown(self) -> None:
        """Let go of the lock and the pipe: the folder is clear, or may be cleared by anyone."""
        for file in self._held:
            file.close()

    @property
    def run_id(self) -> str:
        """Eight hexadecimal digits, different for every run."""
        return self.path.name.rpartition("-")[2]

    @property
    def register(self) -> Path:
        """The folder in which processes enter their id."""
        return self.path / keeper.REGISTER

    def log(self, name: str) -> Path:
        """The file for the output of a process of this name."""
        return self.path / "logs" / f"{name}.log"

    def stack(self, name: str) -> Path:
        """The folder of a stack, made if it is not there."""
        folder = self.path / "stacks" / name
        folder.mkdir(exist_ok=True)
        return folder

    def spawn(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> psutil.Popen:
        """Start a process that is entered in this folder; its separate session keeps Ctrl-C from it.

        Args:
            command: program and arguments.
            log: the file to which its output is appended.
            cwd: where it starts; this folder if not given.
            environ: its environment; that of this process if not given.
        """
        with log.open("ab") as output:
            return psutil.Popen(
                ["/bin/sh", "-c", _ENTER_AND_BECOME, self.register, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd or self.path,
                env=environ,
                start_new_session=True,
            )

    def forget(self, pid: int) -> None:
        """Remove the entry of a process that has ended."""
        (self.register / str(pid)).unlink(missing_ok=True)


class Keeper:
    """The process that clears a run's folder when this process is gone."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-I", keeper.__file__, folder.path],
            stdin=folder.lifeline,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def release(self) -> None:
        """Clear the folder now, and let the keeper go."""
        keeper.clear(self._folder.path)
        self._folder.disown()
        self._process.wait()


def clear_abandoned() -> list[Path]:
    """Clear the folders of dead runs of this user in the temporary folder; returns the folders found."""
    abandoned = [path for path in _temporary_folder().glob("threadproof-*") if _is_abandoned(path)]
    for path in abandoned:
        keeper.clear(path)
    return abandoned


def _is_abandoned(path: Path) -> bool:
    name = _NAME.fullmatch(path.name)
    try:
        if name is None or path.lstat().st_uid != os.geteuid():
            return False
        return not psutil.pid_exists(int(name["pid"])) or _unlocked(path / _OWNER)
    except FileNotFoundError:
        return False  # its owner is about to lock it, or has just cleared it


def _unlocked(owner: Path) -> bool:
    with owner.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise BadInput(f"{error.strerror}: set TMPDIR to a folder that can be written") from None


def start_failure(error: OSError | EnvironmentFailed) -> Exception:
    """The error for a person when the run could not start: often the temporary folder is the reason."""
    temporary = _temporary_folder()
    if shutil.disk_usage(temporary).free < _LEAST_FREE:  # servers without a log cannot report it
        reason = os.strerror(errno.ENOSPC)
    elif isinstance(error, OSError) and error.errno in _STORAGE:
        reason = os.strerror(error.errno)
    elif isinstance(error, EnvironmentFailed):
        return error
    else:
        return EnvironmentFailed(f"the services could not be started: {error}")
    return BadInput(
        f"the temporary folder {temporary} cannot be used: {reason}. "
        "Free some space there, or set TMPDIR to a folder that can be written"
    )
