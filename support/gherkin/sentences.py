"""The sentences that features may use: step definitions as they were written, and the words they take.

`given`, `when` and `then` register a step here, and the player hands it to pytest-bdd. Acts of persons are in
`acts.py`. A step may be `async def`: it runs on the session's background loop. A pattern has `{name}` for any text
and `{name:Kind}` for one of the kinds of words of `kinds.py`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pytest_bdd import parsers

from support.core.failure import BadInput, EnvironmentFailed
from support.core.scenario import StepText
from support.core.settings import settings
from support.gherkin.kinds import KINDS
from support.gherkin.loop import BackgroundLoop

Step = TypeVar("Step", bound=Callable[..., Any])


@dataclass(frozen=True)
class StepDefinition:
    """A sentence and the function behind it. `function` is the one as written, before any wrapping.

    `declared` is the pattern in the source; the sentences of one declaration share it. `target_fixture` is the name
    under which later steps get the function's result.
    """

    kind: str
    pattern: str
    parser: parsers.parse
    function: Callable[..., Any]
    wrapped: Callable[..., Any]
    target_fixture: str | None
    declared: str

    @property
    def place(self) -> str:
        """File and line of the function, relative to the folder that holds the steps folder."""
        code = self.function.__code__
        path = Path(code.co_filename)
        root = settings().steps.parent
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        return f"{shown.as_posix()}:{code.co_firstlineno}"

    @property
    def declaration(self) -> tuple[str, str]:
        """The module and the pattern of the declaration, by which its sentences are counted as one."""
        return self.function.__module__, self.declared

    def matches(self, step: StepText) -> bool:
        """Whether this sentence is the one that a step of a feature uses."""
        return self.kind == step.kind and self._literal in step.played and self.parser.is_matching(step.played)

    @functools.cached_property
    def _literal(self) -> str:
        """The longest text that every step of this sentence has: looking for it is far cheaper than matching."""
        return max(re.split(r"\{[^{}]*\}|[{}]", self.pattern), key=len)


DEFINITIONS: list[StepDefinition] = []
_loops: list[BackgroundLoop] = []


def background_loop() -> BackgroundLoop:
    """The loop of this process, started at first use."""
    if not _loops:
        _loops.append(BackgroundLoop())
    return _loops[0]


def stop_background_loop() -> None:
    """End the loop, if it was ever started."""
    while _loops:
        _loops.pop().stop()


def import_steps(folder: Path) -> list[ModuleType]:
    """Import every module of the steps folder, so that its sentences are known.

    Raises:
        BadInput: the folder is not a package, or a module of it cannot be imported.
    """
    if not (folder / "__init__.py").is_file():
        raise BadInput(f"{folder} is not a package of step modules: it has no __init__.py; see THREADPROOF_STEPS")
    sys.path.insert(0, str(folder.parent))
    modules: list[ModuleType] = []
    for path in sorted(folder.glob("[!_]*.py")):
        try:
            modules.append(importlib.import_module(f"{folder.name}.{path.stem}"))
        except (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, Warning) as error:
            shown = path.relative_to(folder.parent)
            raise BadInput(f"{shown} cannot be imported: {type(error).__name__}: {error}") from None
    return modules


def parser_of(pattern: str) -> parsers.parse:
    """The parser of a pattern, with the kinds of words that it names."""
    return parsers.parse(pattern, extra_types=KINDS, case_sensitive=True)


def _decorator(kind: str) -> Callable[..., Callable[[Step], Step]]:
    def step(pattern: str, *, target_fixture: str | None = None) -> Callable[[Step], Step]:
        parser = parser_of(pattern)

        def define(function: Step) -> Step:
            wrap = _run_on_loop if inspect.iscoroutinefunction(function) else _refuse_awaitable
            wrapped = wrap(function)
            DEFINITIONS.append(
                StepDefinition(kind, pattern, parser, function, wrapped, target_fixture, declared=pattern)
            )
            return function

        return define

    return step


given = _decorator("given")
when = _decorator("when")
then = _decorator("then")


def _run_on_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def step(**arguments: Any) -> Any:
        __tracebackhide__ = True
        return background_loop().run(function(**arguments), settings().step_seconds)

    return step


def _refuse_awaitable(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def step(**arguments: Any) -> Any:
        __tracebackhide__ = True
        result = function(**arguments)
        if inspect.iscoroutine(result):
            result.close()
            raise EnvironmentFailed(f"{function.__name__} gave a coroutine that nobody awaits: make it async def")
        return result

    return step
