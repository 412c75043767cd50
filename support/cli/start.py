"""The entry point of `threadproof`: begins the slowest part of the start, then loads the command line."""

from __future__ import annotations

import os
import sys

from support.faults import BACKEND_PROGRAM
from support.launcher.client import launcher

NEED_NO_SERVICES = {"list", "explain", "report"}


def main() -> None:
    """Run the command line."""
    needless = set(sys.argv[1:]) & (NEED_NO_SERVICES | {"--help"}) or os.environ.get("THREADPROOF_BACKEND_URLS")
    if not needless:
        launcher(BACKEND_PROGRAM)
    from support.cli import commands

    commands.main()
