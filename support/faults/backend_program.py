"""The embedded backend as the launcher runs it: whole, or with a fault or a mutant built in. Loading it takes long."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from support.backend import server
from support.backend.platform import migrate as migrations
from support.core.failure import BadInput, EnvironmentFailed
from support.faults import fault as faults
from support.faults import patch, seams
from support.faults.mutants import build, lines
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
        fault: the name of a fault to build in first; or a mutant, or a wish for the lines of a scenario, which begin
            with the prefixes of their modules.
        activations: the file to which the fault adds a byte whenever it acts, or which gets the lines.

    Returns:
        The port, and the function that serves until the process ends.

    Raises:
        EnvironmentFailed: the fault could not be applied, or the mutant could not be loaded.
        OSError: the port is taken.
    """
    serve_backend = server.serve
    if fault is not None:
        serve_backend = _changed(fault, Path(activations))
    listening = ports.bound_socket(port)
    listening.listen(_BACKLOG)
    bound: int = listening.getsockname()[1]
    return bound, partial(serve_backend, environ, listening)


def _changed(fault: str, activations: Path) -> Callable[..., None]:
    """The function that serves a backend with a fault, or a mutant, or with a record of its lines."""
    if fault.startswith(build.PREFIX):
        build.load_mutant(seams.BACKEND, seams.backend_folder(), fault.removeprefix(build.PREFIX))
        try:
            return importlib.import_module(server.__name__).serve
        except Exception as error:
            raise EnvironmentFailed(f"the backend cannot be loaded: {type(error).__name__}: {error}") from error
    if fault.startswith(lines.PREFIX):
        lines.record(seams.backend_folder(), activations)
        return server.serve
    try:
        patch.apply_fault(fault, activations)
    except (LookupError, BadInput, AttributeError, TypeError) as error:
        raise EnvironmentFailed(f"fault {fault!r} could not be applied: {type(error).__name__}: {error}") from error
    return server.serve


def migrate(*, database_url: str) -> tuple[None, None]:
    """Apply the backend's schema to a database."""
    asyncio.run(migrations.migrate(database_url))
    return None, None
