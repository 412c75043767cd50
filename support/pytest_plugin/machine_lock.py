"""Lets a measurement under load have the machine to itself: no other test of the same session runs meanwhile.

Under pytest-xdist every test holds a lock on the reports folder; a scenario tagged `@load` holds it alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator

import pytest

from support.core.settings import settings
from support.pytest_plugin.state import find_state


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hold the lock for as long as a test runs, its set-up and teardown included."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    state = find_state(item)
    settings().reports.mkdir(parents=True, exist_ok=True)
    folder = os.open(settings().reports, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX if state is not None and state.scenario.load else fcntl.LOCK_SH)
        return (yield)
    finally:
        os.close(folder)
