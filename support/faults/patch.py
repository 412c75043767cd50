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


class Call:
    """One call of a replaced function: its arguments are attributes, by the names that its seam gives them."""

    def __init__(self, original: Function, bound: inspect.BoundArguments, names: dict[str, str]) -> None:
        bound.apply_defaults()
        self._original = original
        self._bound = bound
        self._names = names

    def __getattr__(self, name: str) -> Any:
        """An argument by its name.

        Raises:
            AttributeError: the function has no such argument.
        """
        return self._bound.arguments[self._own(name)]

    def go(self, **changes: Any) -> Any:
        """Call the original, with some arguments changed; the caller awaits the result if it is async.

        Raises:
            AttributeError: the function has no such argument.
        """
        bound = inspect.BoundArguments(self._bound.signature, self._bound.arguments.copy())
        bound.arguments.update({self._own(name): value for name, value in changes.items()})
        return self._original(*bound.args, **bound.kwargs)

    def _own(self, name: str) -> str:
        if name not in self._names:
            known = ", ".join(self._names)
            raise AttributeError(f"{self._original.__qualname__} has no argument {name!r}; it has {known}")
        return self._names[name]

    @property
    def is_async(self) -> bool:
        """Whether the original is a coroutine function."""
        return inspect.iscoroutinefunction(self._original)


class Patch:
    """Replaces functions at seams of the backend, or at any place such as `package.module:Class.name`.

    Each replacement is called with a `Call`, which counts as an activation of the fault, unless it only watches: then
    `counts` is False.
    """

    def __init__(self, record: Callable[[], object]) -> None:
        self._record = record

    def acted(self) -> None:
        """Count one activation; for a replacement that only sometimes acts."""
        self._record()

    def replace(self, place: str, *, counts: bool = True) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
        """Put the decorated function in the place of another.

        Raises:
            LookupError: there is no such place.
        """
        holder, name = locate(place)
        found: Any = inspect.getattr_static(holder, name)
        wrap: Callable[[Function], Any] = _WRAPPERS.get(type(found), _plain)
        original: Function = found.__func__ if type(found) in _WRAPPERS else found
        signature = inspect.signature(original)
        names = _names(signature, getattr(place, "arguments", ""))

        def put(replacement: Callable[[Call], Any]) -> Callable[[Call], Any]:
            def act(*arguments: Any, **named: Any) -> Any:
                if counts:
                    self._record()
                return replacement(Call(original, signature.bind(*arguments, **named), names))

            async def act_async(*arguments: Any, **named: Any) -> Any:
                result = act(*arguments, **named)
                return await result if inspect.iscoroutine(result) else result

            # Frameworks ask whether a function is a coroutine function before they call it.
            acting = act_async if inspect.iscoroutinefunction(original) else act
            setattr(holder, name, wrap(functools.wraps(original)(acting)))
            return replacement

        return put


def _names(signature: inspect.Signature, given: str) -> dict[str, str]:
    """The backend's own name of each argument, by the name that faults know it by; `given` has the first ones."""
    own = list(signature.parameters)
    first = given.split()
    return dict(zip([*first, *own[len(first) :]], own, strict=True))


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
