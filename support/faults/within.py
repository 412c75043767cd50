"""Things that several faults do inside the backend's process. The backend is imported when they do them."""

from __future__ import annotations

import importlib
from typing import Any


def backend(module: str) -> Any:
    """A module of the backend by its short name."""
    return importlib.import_module(f"support.backend.{module}")


async def store_empty_conversation(request: Any, *, announce: bool = False) -> None:
    """Save a conversation that nobody asked for, under whoever made the request; or announce it without saving."""
    customer_id = request.state.identity.customer_id
    resources = request.app.state.resources
    async with resources.database.transaction(customer_id) as connection:
        if announce:
            data = {"title": "Untitled"}
            await backend("outbox").enqueue(connection, customer_id, "thread_created", None, data)
        else:
            await backend("threads").insert(connection, customer_id, "Untitled", {})
    resources.relay.wake(customer_id)


def without_row_security(patch: Any) -> None:
    """Let the backend's connections see every row, so that only its own queries keep customers apart."""

    @patch.replace("support.backend.database:_pool", counts=False)
    async def pool(original: Any, settings: Any, _role: str, size: int) -> Any:
        return await original(settings, "none", size)
