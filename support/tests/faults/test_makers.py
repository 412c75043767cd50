"""Fault makers do what they say, and count only when they act; the catalogue plays each on a real backend."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from support.faults import seams
from support.faults.makers import functions as makers
from support.faults.makers.storage import fill_in
from support.faults.patch import Patch
from support.faults.seams import Seam

PROBLEM = seams.refusal(409, "conflict", "No.")
PROBLEMS: type[Exception] = seams.problem_type()


class Shop:
    """Something to build faults into."""

    sold: list[int]

    def __init__(self) -> None:
        self.sold = []

    def sell(self, number: int) -> list[int]:
        if number < 0:
            raise PROBLEM
        self.sold.append(number)
        return [*self.sold]

    async def order(self, number: int) -> list[int]:
        return self.sell(number)


SELL: Any = f"{__name__}:Shop.sell"
ORDER: Any = f"{__name__}:Shop.order"


class Built:
    """Builds makers into the shop, and says how often they acted."""

    def __init__(self) -> None:
        self.acted = 0
        self.patch = Patch(self._act)

    def _act(self) -> None:
        self.acted += 1


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Built:
    for name in ("sell", "order"):
        monkeypatch.setattr(Shop, name, Shop.__dict__[name])
    return Built()


def both(shop: Shop, number: int) -> tuple[Any, Any]:
    """What the function gives, and what its async twin does, each on the shop as it is then."""
    return shop.sell(number), asyncio.run(shop.order(number))


def test_a_skipped_function_is_not_called(build: Built) -> None:
    makers.skip(build.patch, SELL)
    assert both(Shop(), 1) == (None, None)
    assert build.acted == 2


def test_a_condition_leaves_the_others_alone_and_uncounted(build: Built) -> None:
    makers.skip(build.patch, SELL, when=lambda call: call.number == 2)
    shop = Shop()
    assert [shop.sell(1), shop.sell(2), shop.sell(3)] == [[1], None, [1, 3]]
    assert build.acted == 1


def test_a_repeated_function_is_called_twice(build: Built) -> None:
    makers.repeat(build.patch, ORDER)
    assert asyncio.run(Shop().order(1)) == [1, 1]


def test_calls_and_results_are_changed(build: Built) -> None:
    makers.change_call(build.patch, SELL, number=lambda number: number + 1)
    makers.change_result(build.patch, ORDER, lambda sold, call: (sold, call.number))
    assert both(Shop(), 1) == ([2], ([2, 2], 1))


def test_the_order_is_reversed(build: Built) -> None:
    makers.reverse(build.patch, SELL)
    shop = Shop()
    shop.sell(1)
    assert shop.sell(2) == [2, 1]


def test_something_is_done_first(build: Built) -> None:
    async def prepare(call: Any) -> None:
        call.self.sold.append(0)

    makers.before(build.patch, ORDER, prepare)
    assert asyncio.run(Shop().order(1)) == [0, 1]


def test_a_delay_is_waited_for(build: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    makers.delay(build.patch, ORDER, lambda call: call.number / 2)
    assert asyncio.run(Shop().order(1)) == [1]
    assert waited == [0.5]


def test_watching_changes_and_counts_nothing(build: Built) -> None:
    seen: list[Any] = []
    makers.watch(build.patch, SELL, lambda sold, call: seen.append((call.number, sold)))
    assert both(Shop(), 1) == ([1], [1, 1])
    assert seen == [(1, [1]), (1, [1, 1])]
    assert build.acted == 0


def test_an_awaitable_that_is_no_coroutine_is_not_awaited(build: Built) -> None:
    class Connection:
        def __await__(self) -> Any:
            raise AssertionError("nobody asked for that")

    connection = Connection()
    makers.instead(build.patch, SELL, lambda _call: connection)
    makers.watch(build.patch, SELL, lambda _result, _call: None)
    assert Shop().sell(1) is connection


def test_refusals_are_swallowed_changed_or_robbed_of_their_reason(build: Built) -> None:
    makers.change_refusal(build.patch, SELL, lambda problem, _call: setattr(problem, "detail", "No!"))
    with pytest.raises(PROBLEMS) as raised:
        Shop().sell(-1)
    assert vars(raised.value)["detail"] == "No!"
    makers.swallow(build.patch, ORDER, lambda call: call.number)
    assert asyncio.run(Shop().order(-1)) == -1
    assert build.acted == 3
    PROBLEM.members["why"] = "so"
    makers.refuse_without_reason(build.patch, SELL)
    with pytest.raises(PROBLEMS):
        Shop().sell(-1)
    assert PROBLEM.members == {}


def test_an_async_answer_to_a_refusal_is_awaited(build: Built) -> None:
    async def instead_of_it(call: Any) -> int:
        return call.number * 2

    makers.swallow(build.patch, ORDER, instead_of_it)
    assert asyncio.run(Shop().order(-1)) == -2
    assert asyncio.run(Shop().order(1)) == [1]
    assert build.acted == 1


def test_a_refused_call_is_not_made(build: Built) -> None:
    makers.refuse(build.patch, SELL, lambda: PROBLEM, when=lambda call: call.number == 2)
    shop = Shop()
    with pytest.raises(PROBLEMS):
        shop.sell(2)
    assert shop.sell(1) == [1]


def test_ids_are_filled_into_sql() -> None:
    assert fill_in("x = :thread_id::uuid AND y = :customer_id", thread_id=1, customer_id="a") == (
        "x = '1'::uuid AND y = 'a'"
    )


def test_seams_can_be_called_with_the_faults_that_are_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    holder, name = seams.locate(Seam.OWNER_CONDITION)
    monkeypatch.setattr(holder, name, getattr(holder, name))
    whole = Seam.OWNER_CONDITION()
    makers.instead(Patch(lambda: None), Seam.OWNER_CONDITION, lambda call: f"NOT ({call.go()})")
    assert Seam.OWNER_CONDITION() == f"NOT ({whole})"
