"""One backend process: from its settings to its end.

Importing this module loads all that is slow to load, and starts nothing: no thread, no loop, no connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import signal
import socket
from collections.abc import Callable, Generator, Mapping

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from support.backend import app, resources
from support.backend.platform import logs
from support.backend.platform.config import Settings, StartError, read_settings

__all__ = ["StartError", "serve"]


importlib.import_module("anyio._backends._asyncio")  # anyio would load it at its first use, within a request


class _Server(uvicorn.Server):
    """Ends with its process's exit code 0 where uvicorn would send itself the signal once more."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        _on_signals(lambda: self.handle_exit(signal.SIGTERM, None))
        yield


def serve(environ: Mapping[str, str], listening: socket.socket) -> None:
    """Serve on a socket that listens, until SIGTERM or SIGINT; open sockets are closed with 1012 then.

    Raises:
        StartError: a setting is wrong, or a service cannot be reached; the message is one line.
    """
    settings = read_settings(environ)
    logs.configure(settings.process_name)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_serve(settings, listening))


async def _serve(settings: Settings, listening: socket.socket) -> None:
    starting = asyncio.current_task()
    assert starting
    _on_signals(starting.cancel)  # until the server takes over, which ends in an orderly way
    async with resources.opened(settings) as opened:
        config = uvicorn.Config(
            app.create_app(opened),
            http=H11Protocol,
            ws=WebSocketsSansIOProtocol,
            ws_max_size=64 * 1024,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        await _Server(config).serve(sockets=[listening])


def _on_signals(stop: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
