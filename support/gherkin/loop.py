"""One event loop in a background thread for the whole session.

Sockets keep receiving between steps, while pytest uses the main thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from support.core.failure import EnvironmentFailed

T = TypeVar("T")


class BackgroundLoop:
    """An asyncio event loop that runs in a daemon thread until `stop()`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="threadproof-loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def run(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """Run a coroutine on the loop from any other thread, and return its result.

        Raises:
            EnvironmentFailed: it took longer than `seconds`; the coroutine has been cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(_limited(coroutine, seconds), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Cancel all running tasks, and end the thread."""
        self.run(_cancel_others(), seconds=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _limited(coroutine: Coroutine[Any, Any, T], seconds: float | None) -> T:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await coroutine
    except TimeoutError:
        if not limit.expired():
            raise
        raise EnvironmentFailed(f"no end after {seconds:g} s; see THREADPROOF_STEP_SECONDS") from None


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
