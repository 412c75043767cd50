"""Starts loading the backend's code while the suite itself is still loading: the slowest part of a run's start.

The process started here is an idle interpreter until the run's services are started and give it its orders; if that
never happens it ends. This module imports next to nothing, so that it can be the first thing that a run does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
_waiting: list[subprocess.Popen[str]] = []


def begin() -> None:
    """Start a launcher that waits for orders; none is needed for a backend that runs already."""
    if os.environ.get("THREADPROOF_BACKEND_URLS"):
        return
    _waiting.append(
        subprocess.Popen(
            [sys.executable, "-m", "support.faults.launcher", "--wait"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_PROJECT,
            env=os.environ | {"PYTHONPATH": str(_PROJECT)},
            start_new_session=True,
            text=True,
        )
    )


def engage(folder: Path, socket: Path, register: Path, log: Path) -> int | None:
    """Give the waiting launcher its orders: the run's folder, and where in it to listen, to enter and to log.

    Returns its process id; None if none waits.
    """
    if not _waiting or _waiting[0].poll() is not None:
        return None
    process = _waiting[0]
    orders = {"folder": str(folder), "socket": str(socket), "register": str(register), "log": str(log)}
    assert process.stdin is not None
    process.stdin.write(json.dumps(orders) + "\n")
    process.stdin.flush()
    return process.pid


def end() -> None:
    """End the launcher if it still waits, or has outlived its run, and take note of its end."""
    while _waiting:
        process = _waiting.pop()
        assert process.stdin is not None
        process.stdin.close()
        process.kill()
        process.wait()
