"""The entry point of `threadproof`: begins what takes longest, then loads the command line."""

from __future__ import annotations

import sys

from support.services import early

NEED_NO_SERVICES = {"list", "explain", "report"}


def main() -> None:
    """Run the command line."""
    arguments = set(sys.argv[1:])
    if not arguments & (NEED_NO_SERVICES | {"--help"}):
        early.begin()
    try:
        from support.cli import commands

        commands.main()
    finally:
        early.end()
