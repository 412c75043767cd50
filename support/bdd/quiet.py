"""Lets a measurement under load have the machine to itself: no other test of the same session runs meanwhile.

Every test holds a lock on one file, shared by all workers; a scenario tagged `@load` holds it alone.
"""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from support.bdd.scenario import SCENARIO

FROM_CONTROLLER = "threadproof_quiet"
FOLDER = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which file to lock."""
    stash = node.config.stash
    if FOLDER not in stash:
        stash[FOLDER] = tempfile.TemporaryDirectory(prefix="threadproof-quiet-")
    node.workerinput[FROM_CONTROLLER] = str(Path(stash[FOLDER].name) / "lock")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the file."""
    if FOLDER in config.stash:
        config.stash[FOLDER].cleanup()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hold the lock for as long as a test runs, its set-up and teardown included."""
    workerinput: dict[str, Any] = getattr(item.config, "workerinput", {})
    if FROM_CONTROLLER not in workerinput:
        return (yield)
    scenario = item.stash.get(SCENARIO, None)
    with Path(workerinput[FROM_CONTROLLER]).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if scenario is not None and scenario.load else fcntl.LOCK_SH)
        return (yield)
