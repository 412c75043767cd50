"""Ends the processes of a run and removes its folder once the run is over, even if it was killed.

The runner starts this file as a separate process and holds the other end of its standard input. When the runner
ends, even by SIGKILL, that pipe closes: the keeper ends every process entered in the run's folder and removes the
folder. It imports little and has a separate session, so that no signal meant for the runner reaches it.

The rule that makes this free of races: a process of a run enters its own id in the folder `processes` *before* it
does anything else, and does not begin when it cannot. Once that folder is removed nothing of the run can start.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

REGISTER = "processes"
_END_SECONDS = 2.0
_POLL_SECONDS = 0.005
_ATTEMPTS = 20
_asking = threading.Lock()  # a child tells only once how it ended, and only to one thread


def clear(folder: Path) -> None:
    """End every process entered in a run's folder, with its descendants, then remove the folder.

    May be called by several processes at once and again after it was interrupted.
    """
    register = folder / REGISTER
    while register.exists():
        for entry in register.glob("*"):
            _end(entry)
        with contextlib.suppress(OSError):  # another process has just entered itself: it is ended in the next round
            register.rmdir()
    remove(folder)


def remove(folder: Path) -> None:
    """Remove a data folder whose servers have ended, and the shared memory that they left."""
    _release_shared_memory(folder)
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def recorded_process(entry: Path) -> psutil.Process | None:
    """The process that made this entry, or None when it has ended and its id was, perhaps, given to another.

    Every process of a run works inside the run's folder; unlike its age, that does not depend on the clock.
    """
    folder = entry.parent.parent.resolve()
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(int(entry.name))
        if Path(process.cwd()).is_relative_to(folder):
            return process
    return None


def _end(entry: Path) -> None:
    process = recorded_process(entry)
    if process is not None:
        with contextlib.suppress(psutil.Error):
            kill_tree(process, _END_SECONDS)
    entry.unlink(missing_ok=True)


def kill_tree(process: psutil.Process, seconds: float) -> list[psutil.Process]:
    """Send SIGKILL to a process and all its descendants; returns those still alive after `seconds`."""
    tree = [process, *process.children(recursive=True)]
    for member in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    return wait_ended(tree, seconds)


def wait_ended(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all of these have ended; returns those still alive after `seconds`."""
    deadline = time.monotonic() + seconds
    alive = list(processes)
    while alive := [process for process in alive if not has_ended(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return alive


def has_ended(process: psutil.Process) -> bool:
    """Whether a process has ended, even if its parent has not collected its exit status yet (a "zombie")."""
    with contextlib.suppress(psutil.TimeoutExpired), _asking:
        process.wait(timeout=0)
        return True
    if isinstance(process, psutil.Popen):
        return False  # this process is the parent, and has just asked
    try:
        return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() == 1
    except psutil.NoSuchProcess:
        return True


def _release_shared_memory(folder: Path) -> None:
    """Remove the System V segments that PostgreSQL leaves when it is killed.

    Line 7 of postmaster.pid holds the key and the id of the segment:
    https://www.postgresql.org/docs/18/storage-file-layout.html
    """
    for lock_file in folder.rglob("postmaster.pid"):
        with contextlib.suppress(OSError, IndexError):
            segment = lock_file.read_text().splitlines()[6].split()[1]
            subprocess.run(["ipcrm", "-m", segment], capture_output=True, check=False)


def main() -> None:
    """Wait until standard input closes, then clear the folder named by the only argument."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while sys.stdin.buffer.read(1):
        pass
    clear(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
