"""What is built into a process: functions are replaced, calls are changed, and a fault counts when it acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from support.faults.patch import Call, Patch


class Counter:
    """Something to patch."""

    step = 1

    def up(self, count: int) -> int:
        return count + self.step

    @staticmethod
    def down(count: int) -> int:
        return count - 1

    async def later(self, count: int, *, by: int = 0) -> int:
        return count + by


@pytest.fixture
def acted(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry for each activation; what is patched is as it was again afterwards."""
    for name in ("up", "down", "later"):
        monkeypatch.setattr(Counter, name, Counter.__dict__[name])
    return []


@pytest.fixture
def patch(acted: list[None]) -> Patch:
    return Patch(lambda: acted.append(None))


def test_methods_are_replaced_and_count_how_often_they_act(patch: Patch, acted: list[None]) -> None:
    patch.replace(f"{__name__}:Counter.up")(lambda call: call.go() * 10)
    patch.replace(f"{__name__}:Counter.down", counts=False)(lambda call: call.go() * 10)
    assert not acted
    assert Counter().up(1) == 20
    assert Counter.down(3) == 20
    assert len(acted) == 1


def test_an_async_function_may_be_replaced_by_one_that_is_not(patch: Patch) -> None:
    patch.replace(f"{__name__}:Counter.later")(lambda call: call.count * 2)
    assert asyncio.run(Counter().later(4)) == 8
    patch.replace(f"{__name__}:Counter.later")(lambda call: call.go(count=1))
    assert asyncio.run(Counter().later(4)) == 2


def test_arguments_are_known_by_name_and_can_be_changed(patch: Patch) -> None:
    seen: list[tuple[int, int]] = []

    @patch.replace(f"{__name__}:Counter.later")
    async def later(call: Call) -> Any:
        seen.append((call.count, call.by))
        return await call.go(by=5)

    assert asyncio.run(Counter().later(count=4)) == 9
    assert seen == [(4, 0)]


def read_size(call: Call) -> Any:
    return call.size


def change_size(call: Call) -> Any:
    return call.go(size=1)


@pytest.mark.parametrize("use", [read_size, change_size])
def test_an_argument_that_the_function_does_not_have_is_named(patch: Patch, use: Callable[[Call], Any]) -> None:
    patch.replace(f"{__name__}:Counter.up")(use)
    with pytest.raises(AttributeError, match=r"Counter\.up has no argument 'size'; it has self, count"):
        Counter().up(1)


def test_a_patch_of_nothing_is_refused(patch: Patch) -> None:
    for place in ("support.nowhere:x", f"{__name__}:Counter.sideways"):
        with pytest.raises(LookupError, match="the backend has no"):
            patch.replace(place)
