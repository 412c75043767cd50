"""The control measurement beside everything that is timed: how much of the machine other programs used meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

import psutil

from support.core.failure import Code

BUSY = {Code.LATENCY: 0.3, Code.RATIO: 0.3, Code.EVENT_LATE: 0.3, Code.UNFINISHED: 0.6}
"""Codes of failures that a slow machine can cause as well, each with the part of the machine from which on it may have.

The limit for unfinished work is many times what the work takes, so it needs more than a busy machine to break it.
"""


class Moment(NamedTuple):
    """Processor time in seconds so far: of the whole machine, idle time included; in use; by each process of this run.

    Time of programs of low priority counts as idle: they give way.
    """

    whole: float
    used: float
    own: Mapping[int, float]


def now() -> Moment:
    """The figures at this moment, from the operating system."""
    times = psutil.cpu_times()
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # part of user and nice as well
    whole = sum(times) - guests
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "nice", 0.0)
    return Moment(whole, whole - idle, {process.pid: _used_by(process) for process in _of_this_run()})


def others_since(begin: Moment) -> float:
    """The part of the machine, from 0 to 1, that programs other than this run have used since then."""
    end = now()
    whole = end.whole - begin.whole
    own = sum(max(used - begin.own.get(process, 0.0), 0.0) for process, used in end.own.items())
    others = (end.used - begin.used) - own
    return min(max(others / whole, 0.0), 1.0) if whole > 0 else 0.0


def _of_this_run() -> list[psutil.Process]:
    """The process that the user started, and everything below it."""
    own = psutil.Process()
    root = (own.parent() or own) if "PYTEST_XDIST_WORKER" in os.environ else own
    return [root, *root.children(recursive=True)]


def _used_by(process: psutil.Process) -> float:
    with suppress(psutil.Error):  # it has ended meanwhile
        times = process.cpu_times()
        return times.user + times.system
    return 0.0
