"""Changes a function of the backend inside the backend's own process, and counts how often the change acts."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.faults.fault import fault_named
from support.faults.seams import locate

Function = Callable[..., Any]


class Patch:
    """Replaces functions at seams of the backend.

    Each replacement is called with the original first and then with the arguments of the call, which counts as an
    activation of the fault, unless it only watches: then `counts` is False.
    """

    def __init__(self, record: Callable[[], object]) -> None:
        self._record = record

    def replace(self, place: str, *, counts: bool = True) -> Callable[[Function], Function]:
        """Put the decorated function in the place of another.

        Raises:
            LookupError: there is no such place.
        """
        holder, name = locate(place)
        found: Any = inspect.getattr_static(holder, name)
        wrap: Callable[[Function], Any] = _WRAPPERS.get(type(found), _plain)
        original: Function = getattr(found, "__func__", found)

        def put(replacement: Function) -> Function:
            def act(*arguments: Any, **named: Any) -> Any:
                if counts:
                    self._record()
                return replacement(original, *arguments, **named)

            async def act_async(*arguments: Any, **named: Any) -> Any:
                return await act(*arguments, **named)

            # Frameworks ask whether a function is a coroutine function before they call it.
            acting = act_async if inspect.iscoroutinefunction(original) else act
            setattr(holder, name, wrap(functools.wraps(original)(acting)))
            return replacement

        return put


def _plain(function: Function) -> Function:
    return function


_WRAPPERS: dict[Any, Callable[[Function], Any]] = {staticmethod: staticmethod, classmethod: classmethod}


def apply_fault(name: str, activations: Path) -> None:
    """Build a fault into this process; each activation adds one byte to the file `activations`.

    Raises:
        LookupError: what the fault changes does not exist.
        BadInput: there is no fault of that name.
    """
    file = os.open(activations, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    fault_named(name).apply(Patch(lambda: os.write(file, b".")))
