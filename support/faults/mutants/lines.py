"""Records which lines of the backend run in this process; the backend's process calls it before it serves."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PREFIX = "lines of "
"""The backend is asked for a record by a fault of this name, and the id of the scenario after it."""


def record(folder: Path, path: Path) -> None:
    """From here on, append `FILE:LINE` to a file for each line below a folder, the first time that it runs.

    Only functions that begin afterwards are seen. Each process appends in one write a line, so several may share it.
    """
    root = f"{folder}{os.sep}"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    unseen: dict[int, tuple[CodeType, set[int]]] = {}  # by the code's id, since its hash is slow; the code keeps it

    def lines_of(code: CodeType) -> set[int]:
        if id(code) not in unseen:
            own = code.co_filename.startswith(root)
            unseen[id(code)] = code, {line for *_, line in code.co_lines() if line} if own else set()
        return unseen[id(code)][1]

    def on_call(frame: FrameType, _event: str, _value: Any) -> Any:
        return on_line if lines_of(frame.f_code) else None

    def on_line(frame: FrameType, event: str, _value: Any) -> Any:
        lines = lines_of(frame.f_code)
        if event == "line" and frame.f_lineno in lines:
            lines.discard(frame.f_lineno)
            name = frame.f_code.co_filename.removeprefix(root)
            os.write(file, f"{name}:{frame.f_lineno}\n".encode())
        return on_line

    threading.settrace(on_call)
    sys.settrace(on_call)


def read(text: str) -> dict[str, list[int]]:
    """The recorded lines by file, in order."""
    found: dict[str, set[int]] = {}
    for entry in text.split():
        file, _, line = entry.rpartition(":")
        found.setdefault(file, set()).add(int(line))
    return {file: sorted(lines) for file, lines in sorted(found.items())}
