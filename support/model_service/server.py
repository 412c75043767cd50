"""The process side of the service: uvicorn, set up to break replies off rather than to save them."""

from __future__ import annotations

import socket

import uvicorn

from support.model_service.app import create_app


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop every connection: a hanging reply has no end to wait for, and uvicorn would answer it with 500."""
        for connection in self.server_state.connections:
            connection.transport.close()
        await super().shutdown(sockets)


def serve(listening: socket.socket) -> None:
    """Serve on this socket until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        create_app(),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",  # uvicorn calls a cut reply an error; failures of the service are logged by the app
        timeout_keep_alive=75,  # longer than clients keep a connection, so that none is closed under a request
        timeout_graceful_shutdown=0,
    )
    _Server(config).run([listening])
