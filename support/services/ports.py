"""Free ports of the loopback interface."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which systems number outgoing connections: a client that keeps calling a stopped server on a
# port of that range may be given this very port, connect to itself, and keep the server from coming back.
_LOWEST, _HIGHEST = 15_000, 32_000
_ATTEMPTS = 200


def free_port() -> int:
    """A port on which nothing listens at this moment.

    Raises:
        OSError: none was found.
    """
    with bound_socket() as probe:
        port: int = probe.getsockname()[1]
        return port


def bound_socket(port: int = 0) -> socket.socket:
    """A TCP socket bound to a port of the loopback interface, to a free one when none is given.

    Raises:
        OSError: the port is taken.
    """
    if port:
        return _bound(port)
    for _ in range(_ATTEMPTS):
        try:
            return _bound(random.randint(_LOWEST, _HIGHEST))
        except OSError:
            continue
    raise OSError(f"no free port between {_LOWEST} and {_HIGHEST}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    try:
        _bound(port).close()
    except OSError:
        return False
    return True


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio sends without delay; otherwise an answer may wait 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a predecessor may linger
        listening.bind((LOOPBACK, port))
    except OSError:
        listening.close()
        raise
    return listening
