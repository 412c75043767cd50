"""A process that has the backend imported and forks one, whole or with a fault, whenever it is asked to.

It listens on a Unix socket in the run's folder. Each connection carries one request, a line of JSON, and is answered
with one line by the process forked for it:

    {"do": "serve", "environ": {...}, "port": 0 or number, "fault": name or null, "activations": path, "log": path}
        -> {"pid": number, "port": number}, and the process goes on as the backend
    {"do": "migrate", "database_url": address, "log": path}
        -> {}

What went wrong is answered as {"error": reason}, or {"fault_error": reason} when the fault could not be applied.
The launcher ends when its standard input closes or its socket's folder is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from support.backend import server
from support.backend.platform import migrate
from support.faults import fault, patch
from support.services import ports, unix_socket

_LOOK_SECONDS = 1.0
_BACKLOG = 256


def main() -> None:
    """Serve requests until the run is over."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--socket", type=Path)
    parser.add_argument("--register", type=Path, help="the folder in which processes enter their id")
    parser.add_argument("--wait", action="store_true", help="be told both, and a log, by a line of standard input")
    arguments = parser.parse_args()
    if arguments.wait and not _take_orders(arguments):
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    fault.catalogue()
    gc.freeze()  # what is loaded now is shared with the children, not copied by a collection
    with socket.socket(socket.AF_UNIX) as control, selectors.DefaultSelector() as ready:
        with unix_socket.address(arguments.socket) as address:
            control.bind(address)
        control.listen(_BACKLOG)
        ready.register(control, selectors.EVENT_READ, "request")
        ready.register(sys.stdin, selectors.EVENT_READ, "end")
        while arguments.socket.exists():
            events = [key.data for key, _ in ready.select(_LOOK_SECONDS)]
            if "end" in events:
                return
            if "request" in events:
                _fork_for(control, arguments.register)


def _take_orders(arguments: argparse.Namespace) -> bool:
    """Wait to be told where to serve; whoever started this process early may also go away without a word."""
    line = sys.stdin.readline()
    if not line:
        return False
    orders: dict[str, str] = json.loads(line)
    os.chdir(orders["folder"])
    arguments.socket, arguments.register = Path(orders["socket"]), Path(orders["register"])
    (arguments.register / str(os.getpid())).touch()
    log = os.open(orders["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    return True


def _fork_for(control: socket.socket, register: Path) -> None:
    connection, _ = control.accept()
    with connection:
        if os.fork() == 0:
            entry = register / str(os.getpid())
            entry.touch()
            try:
                os.setsid()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                line = connection.makefile("rb").readline()
                if line:
                    _handle(connection, json.loads(line))
                sys.exit()
            finally:
                entry.unlink(missing_ok=True)


def _handle(connection: socket.socket, request: dict[str, Any]) -> None:
    _redirect(Path(request["log"]))
    if request["do"] == "migrate":
        with _failure_told(connection, "error"):
            asyncio.run(migrate.migrate(request["database_url"]))
        _reply(connection, {})
        return
    if request["fault"] is not None:
        with _failure_told(connection, "fault_error"):
            patch.apply_fault(request["fault"], Path(request["activations"]))
    with _failure_told(connection, "error"):
        listening = ports.bound_socket(request["port"])
        listening.listen(_BACKLOG)
    _reply(connection, {"pid": os.getpid(), "port": listening.getsockname()[1]})
    connection.close()
    server.serve(request["environ"], listening)


@contextlib.contextmanager
def _failure_told(connection: socket.socket, kind: str) -> Generator[None]:
    try:
        yield
    except BaseException as error:
        _reply(connection, {kind: f"{type(error).__name__}: {error}"})
        raise


def _reply(connection: socket.socket, answer: dict[str, Any]) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")


def _redirect(log: Path) -> None:
    """Standard input from nowhere, standard output and error to the end of a log."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for old, new in ((nowhere, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    os.close(nowhere)
    os.close(output)


if __name__ == "__main__":
    main()
