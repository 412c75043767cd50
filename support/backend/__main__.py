"""`python -m support.backend`: serve on HOST and PORT; with `--migrate`, bring the database up to date and exit."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys

import asyncpg

from support.backend import server
from support.backend.platform import migrate
from support.backend.platform.config import StartError, read_settings


def main() -> None:
    """Run the command line; a failure to start is one line on standard error and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m support.backend", description=__doc__)
    parser.add_argument("--migrate", action="store_true", help="apply the schema to DATABASE_URL and exit")
    try:
        if parser.parse_args().migrate:
            _migrate()
        else:
            _serve()
    except StartError as error:
        sys.exit(f"backend: {error}")


def _migrate() -> None:
    try:
        asyncio.run(migrate.migrate(os.environ["DATABASE_URL"]))
    except KeyError:
        raise StartError("DATABASE_URL: Field required") from None
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StartError(f"DATABASE_URL: {error or type(error).__name__}") from None


def _serve() -> None:
    settings = read_settings(os.environ)
    try:
        listening = socket.create_server((settings.host, settings.port), backlog=512)
    except OSError as error:
        raise StartError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from None
    with listening:
        server.serve(os.environ, listening)


main()
