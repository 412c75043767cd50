"""Faults, their expected failures, and the catalogue."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from support.core.failure import BadInput, Code
from support.core.hints import nearest

if TYPE_CHECKING:
    from support.faults.patch import Patch

CHECKS_OF_EACH_SCENARIO = ("frame", "bystander", "surroundings", "snapshot")
"""Checks after the last step; a fault may name one in place of a step function."""


class ExpectedFailure(NamedTuple):
    """What a fault must break: a scenario, at a step function, with a failure code.

    `scenario` is an id such as `TL-05.1[an empty title]`; `at` is a function of the steps package such as
    `refusals:is_refused`, or one of `CHECKS_OF_EACH_SCENARIO`.
    """

    scenario: str
    at: str
    code: Code

    @property
    def step_function(self) -> str:
        """The function as results name it, such as `steps.refusals:is_refused`."""
        return f"steps.{self.at}" if ":" in self.at else self.at

    def __str__(self) -> str:
        """As messages say it."""
        return f"{self.scenario} broken at {self.step_function} with {self.code.value}"


@dataclass(frozen=True)
class Fault:
    """A way to break a promise. `story` is one sentence that a product owner understands; `module` is where it is.

    With `ends_process` the fault is to end the backend's process, and is caught although the process has died.
    `one_process` is for a fault in what a process keeps in memory: a second process would not have it.
    """

    name: str
    story: str
    expected: tuple[ExpectedFailure, ...]
    apply: Callable[[Patch], Any]
    module: str = ""
    ends_process: bool = False
    one_process: bool = False

    def limited_to(self, scenarios: Collection[str]) -> Fault:
        """The fault as far as a selection of scenarios goes; they are given by id."""
        return replace(self, expected=tuple(one for one in self.expected if one.scenario in scenarios))


_FAULTS: dict[str, Fault] = {}


def breaks(*scenarios: str, at: str, code: Code) -> tuple[ExpectedFailure, ...]:
    """What a fault must break at one step function: scenarios by their ids, such as `TL-06.1`."""
    return tuple(ExpectedFailure(scenario, at, code) for scenario in scenarios)


def fault(
    *expected: tuple[ExpectedFailure, ...], ends_process: bool = False, one_process: bool = False
) -> Callable[[Callable[[Patch], Any]], Callable[[Patch], Any]]:
    """Enter a function in the catalogue as the fault of its name; its docstring is the story.

    `ends_process` is for a fault that is to end the backend's process, `one_process` for one in a process's memory.

    Raises:
        ValueError: the name is taken, there is no story, or no scenario is named, or one is named twice.
    """
    failures = tuple(one for group in expected for one in group)

    def enter(function: Callable[[Patch], Any]) -> Callable[[Patch], Any]:
        name = function.__name__
        story = (function.__doc__ or "").strip()
        if name in _FAULTS or not story or not failures:
            raise ValueError(f"the fault {name} needs a unique name, a docstring and a scenario to break")
        if len({one.scenario for one in failures}) < len(failures):
            raise ValueError(f"the fault {name} names a scenario twice; it can break only once")
        _FAULTS[name] = Fault(name, story, failures, function, function.__module__, ends_process, one_process)
        return function

    return enter


@cache
def catalogue() -> dict[str, Fault]:
    """Every fault by its name, in the order of the modules that hold them.

    Raises:
        BadInput: a fault names a failure code that does not exist; the message has the nearest.
    """
    package = importlib.import_module("support.faults.catalogue")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        try:
            importlib.import_module(f"{package.__name__}.{module}")
        except AttributeError as error:
            if error.obj is not Code:
                raise
            hint = nearest(str(error.name), Code.__members__)
            raise BadInput(f"{module}.py: expected a code of support.core.failure, got {error.name!r}{hint}") from None
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


def unknown_names(
    faults: Iterable[Fault], scenarios: Collection[str], step_functions: Collection[str]
) -> Iterator[str]:
    """A sentence for each unknown scenario id and step function that faults name, with the nearest one."""
    places = [*step_functions, *CHECKS_OF_EACH_SCENARIO]
    for fault in faults:
        for one in fault.expected:
            if one.scenario not in scenarios:
                hint = nearest(one.scenario, scenarios)
                yield f"the fault {fault.name} names a scenario that does not exist: {one.scenario!r}{hint}"
            if one.step_function not in places:
                hint = nearest(one.step_function, places)
                yield f"the fault {fault.name} names a step function that does not exist: {one.step_function!r}{hint}"
