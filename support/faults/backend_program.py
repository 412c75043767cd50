"""The embedded backend as the launcher runs it: whole, or with a fault built in. Loading this module takes long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from support.backend import server
from support.backend.platform import migrate as migrations
from support.core.failure import BadInput, EnvironmentFailed
from support.faults import fault as faults
from support.faults import patch
from support.services import ports

_BACKLOG = 256

faults.catalogue()  # loaded once, before any process is forked


def serve(
    *, environ: Mapping[str, str], port: int, fault: str | None, activations: str
) -> tuple[int, Callable[[], None]]:
    """Listen, and serve afterwards.

    Args:
        environ: the backend's whole environment.
        port: a port of the loopback interface, 0 for a free one.
        fault: the name of a fault to build in first.
        activations: the file to which the fault adds a byte whenever it acts.

    Returns:
        The port, and the function that serves until the process ends.

    Raises:
        EnvironmentFailed: the fault could not be applied.
        OSError: the port is taken.
    """
    if fault is not None:
        try:
            patch.apply_fault(fault, Path(activations))
        except (LookupError, BadInput, AttributeError, TypeError) as error:
            raise EnvironmentFailed(f"fault {fault!r} could not be applied: {type(error).__name__}: {error}") from error
    listening = ports.bound_socket(port)
    listening.listen(_BACKLOG)
    bound: int = listening.getsockname()[1]
    return bound, partial(server.serve, environ, listening)


def migrate(*, database_url: str) -> tuple[None, None]:
    """Apply the backend's schema to a database."""
    asyncio.run(migrations.migrate(database_url))
    return None, None
