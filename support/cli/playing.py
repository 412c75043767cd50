"""How the command line plays scenarios: pytest in this process, with the arguments for a selection."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from support.core.settings import PROJECT, settings
from support.gherkin.selection import Selection
from support.pytest_plugin.state import run_state

MOST_WORKERS = 4
GROUPED = ("--dist=loadgroup", "--no-loadscope-reorder")
"""Options with which one worker plays all trials of a group, and groups are played in their order."""


class OutputFor:
    """A pytest plugin that replaces pytest's output by output for a person on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def pytest_configure(self, config: pytest.Config) -> None:
        """Give the console to the plugin that prints."""
        run_state(config).console = self._console


def play(arguments: Sequence[str], *plugins: object) -> int:
    """Run pytest with these arguments and plugins; returns its exit code."""
    config = [f"--rootdir={PROJECT}", f"--config-file={PROJECT / 'pyproject.toml'}"]
    unused = ["-p", "no:hypothesispytest", "-p", "no:anyio"]  # their imports would lengthen every run
    return int(pytest.main([*config, *unused, *arguments], plugins=list(plugins)))


def workers_option(count: int | None) -> list[str]:
    """Pytest's option for how many scenarios play at once; None leaves it to the machine."""
    most = 0 if settings().backend_urls else MOST_WORKERS  # a running backend is one for all scenarios
    workers = min(os.cpu_count() or 1, most) if count is None else count
    return [f"--numprocesses={workers}"] if workers > 1 else []


def selection_of(
    files: list[Path] | None,
    tiers: list[str] | None,
    rows: list[str] | None,
    tags: list[str] | None = None,
    words: list[str] | None = None,
) -> Selection:
    """The selection from the options of a command.

    Raises:
        BadInput: a tier, row or tag is unknown; the message has the nearest one.
    """
    selection = Selection(
        tiers=tuple(tiers or ()),
        rows=tuple(rows or ()),
        tags=tuple(tags or ()),
        words=tuple(words or ()),
        files=tuple(path.resolve() for path in files or ()),
    )
    selection.check()
    return selection


def arguments_for(selection: Selection) -> list[str]:
    """Pytest's arguments for a selection."""
    return [*(str(file) for file in selection.files or (settings().features,)), *selection.to_args()]
