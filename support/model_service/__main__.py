"""Runs the scripted model service: `python -m support.model_service --host 127.0.0.1 --port 8099`."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType

HELP = "An OpenAI-compatible model whose answers are scripted."


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; exit code 2 when the address cannot be listened on."""
    parser = argparse.ArgumentParser(prog="python -m support.model_service", description=HELP)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=port_number, default=8099, help="port, 0 for a free one (default: %(default)s)")
    options = parser.parse_args(arguments)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _leave)
    try:
        listening = _listening(options.host, options.port)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # create_server repeats the address there
        sys.stderr.write(f"model service: cannot listen on {options.host}:{options.port}: {reason}\n")
        raise SystemExit(2) from None
    with listening:
        print(f"model service: listening on {_address(listening)}", flush=True)  # noqa: T201
        _serve(listening)


def listen(*, host: str, port: int) -> tuple[None, Callable[[], None]]:
    """Listen on an address; for the launcher, which calls the function returned to serve until SIGTERM or SIGINT.

    Raises:
        OSError: the address cannot be listened on.
    """
    return None, partial(_serve, _listening(host, port))


def _serve(listening: socket.socket) -> None:
    # Imported here, because it takes most of the start: a taken port is reported earlier, and early clients wait.
    from support.model_service.server import serve

    serve(listening)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # asyncio does so only for sockets made with IPPROTO_TCP; without it a reply waits 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def port_number(text: str) -> int:
    """A port number, for the parser."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)


if __name__ == "__main__":
    main()
