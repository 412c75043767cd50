"""Addresses of Unix sockets: systems allow them about a hundred bytes, and temporary folders may lie deeper."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 100


@contextmanager
def address(path: Path) -> Generator[str]:
    """What to bind or connect to for a socket at this path; a deep one is reached through its folder (Linux)."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
