"""Functions for the launcher to call."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from support.core.failure import EnvironmentFailed


def where() -> tuple[list[str], None]:
    """The folder in which this process works, and the entries of its register; it ends afterwards."""
    return [str(Path.cwd()), *sorted(entry.name for entry in Path("processes").iterdir())], None


def serve(*, words: str) -> tuple[str, Callable[[], None]]:
    """Answer the words backwards, and print them afterwards."""
    return words[::-1], partial(print, words)


def leave() -> tuple[None, None]:
    """End without an answer."""
    os._exit(3)


def fail(*, foreseen: bool) -> tuple[None, None]:
    """Fail in one of two ways."""
    raise EnvironmentFailed("as foreseen") if foreseen else ValueError("not foreseen")
