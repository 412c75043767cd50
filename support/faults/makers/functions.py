"""Makers for any seam: skip, repeat, delay, change what goes in or comes out, swallow a refusal."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from support.faults import seams
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

When = Callable[[Call], bool]


def always(_call: Call) -> bool:
    """The condition of a maker that acts on each call."""
    return True


def once_done(value: Any, go: Callable[[Any], Any]) -> Any:
    """Hand a result on as soon as it is there, whether it has to be awaited or not."""
    if not inspect.iscoroutine(value):
        return go(value)

    async def later() -> Any:
        result = go(await value)
        return await result if inspect.iscoroutine(result) else result

    return later()


def instead(patch: Patch, seam: Seam, act: Callable[[Call], Any], when: When = always) -> None:
    """Do something else; `act` may be async where the original is."""

    @patch.replace(seam, counts=False)
    def replaced(call: Call) -> Any:
        if not when(call):
            return call.go()
        patch.acted()
        return act(call)


def skip(patch: Patch, *places: Seam, when: When = always) -> None:
    """Leave out what is done at seams: checks accept everything, filters pass everything, events are dropped."""
    for seam in places:
        instead(patch, seam, lambda _call: None, when)


def repeat(patch: Patch, seam: Seam, when: When = always) -> None:
    """Do it twice; the second result counts."""
    instead(patch, seam, lambda call: once_done(call.go(), lambda _first: call.go()), when)


def before(patch: Patch, seam: Seam, act: Callable[[Call], Any], when: When = always) -> None:
    """Do something first; `act` may be async where the original is."""
    instead(patch, seam, lambda call: once_done(act(call), lambda _done: call.go()), when)


def delay(patch: Patch, seam: Seam, seconds: Callable[[Call], float]) -> None:
    """Wait first, for that long; zero seconds are no delay."""
    before(patch, seam, lambda call: asyncio.sleep(seconds(call)))


def change_call(patch: Patch, seam: Seam, when: When = always, **changes: Callable[[Any], Any]) -> None:
    """Change arguments: for each by its name, a function from the old value to the new one."""
    instead(
        patch,
        seam,
        lambda call: call.go(**{name: change(getattr(call, name)) for name, change in changes.items()}),
        when,
    )


def change_result(patch: Patch, seam: Seam, change: Callable[[Any, Call], Any], when: When = always) -> None:
    """Change the result; `change` takes the result and the call, and may be async."""
    instead(patch, seam, lambda call: once_done(call.go(), lambda result: change(result, call)), when)


def reverse(patch: Patch, seam: Seam) -> None:
    """Return the result in the opposite order."""
    change_result(patch, seam, lambda found, _call: list(reversed(found)))


def refuse(patch: Patch, seam: Seam, problem: Callable[[], Exception], when: When = always) -> None:
    """Refuse what the backend would do."""

    def act(_call: Call) -> Any:
        raise problem()

    instead(patch, seam, act, when)


def change_rows(patch: Patch, change: Callable[[list[Any], Call], list[Any]]) -> None:
    """Change which threads are on a page, and in which order; the cursor to the next page stays."""
    change_result(patch, Seam.LIST_THREADS, lambda page, call: (change(list(page[0]), call), page[1]))


def watch(patch: Patch, seam: Seam, see: Callable[[Any, Call], object]) -> None:
    """Take note of each call and its result; nothing is changed, so nothing is counted."""

    @patch.replace(seam, counts=False)
    def watched(call: Call) -> Any:
        def note(result: Any) -> Any:
            see(result, call)
            return result

        return once_done(call.go(), note)


def on_refusal(patch: Patch, seam: Seam, act: Callable[[Any, Call], Any]) -> None:
    """Do something whenever the original refuses; `act` takes the refusal, and may raise it again or give a result."""

    @patch.replace(seam, counts=False)
    def tried(call: Call) -> Any:
        return _tried_async(call) if call.is_async else _tried(call)

    def _tried(call: Call) -> Any:
        try:
            return call.go()
        except seams.problem_type() as problem:
            patch.acted()
            return act(problem, call)

    async def _tried_async(call: Call) -> Any:
        try:
            return await call.go()
        except seams.problem_type() as problem:
            patch.acted()
            result = act(problem, call)
            return await result if inspect.iscoroutine(result) else result


def swallow(patch: Patch, seam: Seam, instead_of_it: Callable[[Call], Any]) -> None:
    """Pass over refusals: what `instead_of_it` gives is the result, and may have to be awaited."""
    on_refusal(patch, seam, lambda _problem, call: instead_of_it(call))


def change_refusal(patch: Patch, seam: Seam, change: Callable[[Any, Call], Any]) -> None:
    """Refuse in other words: `change` alters the refusal, and may be async where the original is."""

    def refuse(problem: Any, call: Call) -> Any:
        def again(_done: Any) -> Any:
            raise problem

        return once_done(change(problem, call), again)

    on_refusal(patch, seam, refuse)


def refuse_without_reason(patch: Patch, seam: Seam) -> None:
    """Refuse without the members that say why."""
    change_refusal(patch, seam, lambda problem, _call: problem.members.clear())
