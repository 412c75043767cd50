"""The launcher: `python -m support.launcher <descriptor of a listening socket> <module to load>`.

Its standard input brings the key that requests must show, and then stays open for as long as the launcher is to live.

A connection brings one request, a line of JSON, and the process forked for it answers with one line:

    {"key": secret, "function": "package.module:function", "arguments": {...}, "register": path, "log": path}
        -> {"pid": number, "answer": any value}, or {"error": reason}

Why not multiprocessing's forkserver, which also loads modules once and forks: it belongs to one process, and under
pytest-xdist every worker would load the backend again.
"""

from __future__ import annotations

import gc
import hmac
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from support.core.failure import EnvironmentFailed


def main() -> None:
    """Fork a process for every request until standard input closes."""
    key = sys.stdin.readline().strip()
    listening = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    _load(sys.argv[2])
    gc.freeze()  # what is loaded now is shared with the children, not copied by a collection
    with listening, selectors.DefaultSelector() as ready:
        ready.register(listening, selectors.EVENT_READ)
        ready.register(sys.stdin, selectors.EVENT_READ)
        while sys.stdin not in [chosen.fileobj for chosen, _ in ready.select()]:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    _answer(connection, key)
                    sys.exit()


def _load(module: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError:  # the launcher lives on; a request for a function of this module is answered with the error
        traceback.print_exc()


def _answer(connection: socket.socket, key: str) -> None:
    """Carry out one request, in the process forked for it."""
    line = connection.makefile("rb").readline()
    if not line:
        return
    request: dict[str, Any] = json.loads(line)
    if not hmac.compare_digest(str(request.get("key")), key):
        return
    # First of all this process enters itself in the register, or ends: then nothing that it does can outlive the run.
    register = Path(request["register"])
    os.chdir(register.parent)
    entry = register / str(os.getpid())
    entry.touch()
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _redirect(Path(request["log"]))
        _run(connection, request["function"], request["arguments"])
    finally:
        entry.unlink(missing_ok=True)


def _run(connection: socket.socket, function: str, arguments: dict[str, Any]) -> None:
    module, _, name = function.partition(":")
    try:
        answer, serve = getattr(importlib.import_module(module), name)(**arguments)
    except BaseException as error:
        named = "" if isinstance(error, EnvironmentFailed) else f"{type(error).__name__}: "
        _send(connection, {"error": f"{named}{error}"})
        raise
    _send(connection, {"pid": os.getpid(), "answer": answer})
    connection.close()
    if serve is not None:
        serve()


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
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
