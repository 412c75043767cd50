"""What a fault is, and how the catalogue is kept."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from support.core.failure import BadInput
from support.core.hints import nearest

if TYPE_CHECKING:
    from support.faults.patch import Patch


@dataclass(frozen=True)
class Red:
    """A scenario that a fault must turn red: its title, how the step begins at which it breaks, and what is seen.

    `step` is the text without its keyword, and `seen` a part of the reason given.
    """

    scenario: str
    step: str
    seen: str


@dataclass(frozen=True)
class Fault:
    """A way to break a promise. `story` is one sentence that a product owner understands."""

    name: str
    story: str
    reds: tuple[Red, ...]
    apply: Callable[[Patch], Any]

    def within(self, titles: Collection[str]) -> Fault:
        """The fault as far as a selection of scenarios goes."""
        return replace(self, reds=tuple(red for red in self.reds if red.scenario in titles))


_FAULTS: dict[str, Fault] = {}


def fault(*reds: Red) -> Callable[[Callable[[Patch], Any]], Callable[[Patch], Any]]:
    """Enter a function in the catalogue as the fault of its name; its docstring is the story.

    Raises:
        ValueError: the name is taken, there is no story, or no scenario is named.
    """

    def enter(function: Callable[[Patch], Any]) -> Callable[[Patch], Any]:
        name = function.__name__
        story = (function.__doc__ or "").strip()
        if name in _FAULTS or not story or not reds:
            raise ValueError(f"the fault {name} needs a name of its own, a docstring and a scenario to turn red")
        _FAULTS[name] = Fault(name, story, reds, function)
        return function

    return enter


@cache
def catalogue() -> dict[str, Fault]:
    """Every fault by its name, in the order of the modules that hold them."""
    package = importlib.import_module("support.faults.catalogue")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
    return dict(_FAULTS)


def fault_named(name: str) -> Fault:
    """The fault of that name.

    Raises:
        BadInput: there is none; the message has the nearest name.
    """
    try:
        return catalogue()[name]
    except KeyError:
        raise BadInput(f"there is no fault {name!r}{nearest(name, catalogue())}") from None
