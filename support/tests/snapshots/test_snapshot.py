"""A snapshot says exactly what has changed since, and leaves out who is left out by then."""

from __future__ import annotations

import asyncio
import time

import pytest

from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Account, Kept
from support.snapshots.diff import differences, expect_no_traces, expect_same, listed
from support.snapshots.snapshot import Snapshot
from support.tests.actors.fake_product import FakeProduct

ROWS = Kept("2 rows", "digest")
OF_MIA = "table threads, customer mia"
OF_ENID = "table threads, customer enid"


def account(id_: str) -> Account:
    return Account(id_, id_.title(), "A company", f"{id_}@example.com", "", "mid")


def test_what_has_not_changed_does_not_differ() -> None:
    async def run() -> None:
        product = FakeProduct()
        product.kept = {OF_MIA: ROWS, OF_ENID: ROWS}
        snapshot = await Snapshot.take(product.driver, [], 1)
        assert await snapshot.differences() == []
        await snapshot.expect_unchanged()

    asyncio.run(run())


def test_every_change_is_named_with_its_place() -> None:
    async def run() -> None:
        product = FakeProduct()
        product.kept = {OF_MIA: ROWS, OF_ENID: ROWS}
        snapshot = await Snapshot.take(product.driver, [], 1)
        product.kept = {OF_ENID: Kept("3 rows", "other"), "key": ROWS}
        assert await snapshot.differences() == [
            "key is new (2 rows)",
            f"{OF_ENID} has changed (2 rows before, 3 rows now)",
            f"{OF_MIA} is gone (2 rows)",
        ]
        with pytest.raises(PromiseBroken, match="to stay as it was, got: key is new") as raised:
            await snapshot.expect_unchanged()
        assert raised.value.code is Code.SNAPSHOT_CHANGED

    asyncio.run(run())


def test_who_is_left_out_by_then_does_not_count() -> None:
    async def run(*left_out: Account) -> list[str]:
        product, people = FakeProduct(), list[Account]()
        product.kept = {OF_ENID: ROWS}
        snapshot = await Snapshot.take(product.driver, people, 1)
        people.extend(left_out)
        product.kept[OF_MIA] = ROWS
        return await snapshot.differences()

    assert asyncio.run(run()) == [f"{OF_MIA} is new (2 rows)"]
    assert asyncio.run(run(account("mia"))) == []


def test_a_snapshot_is_taken_only_once_nothing_is_under_way() -> None:
    async def run() -> None:
        product = FakeProduct()

        async def settle(seconds: float, at_work_in: object = ()) -> None:
            raise EnvironmentFailed(f"still at work after {seconds} s, except in {at_work_in}")

        product.durable.settle = settle
        await Snapshot.take(product.driver, [], 3, ["t1"])

    with pytest.raises(EnvironmentFailed, match=r"still at work after 3 s, except in \['t1'\]"):
        asyncio.run(run())


def test_an_equal_amount_of_something_else_is_a_change() -> None:
    found = differences({"key": Kept("1 item", "a")}, {"key": Kept("1 item", "b")}, time.time())
    assert list(found) == ["key has changed (1 item before, 1 item now)"]


def test_what_expires_may_be_gone_and_may_not_change() -> None:
    before = {"key": Kept("1 item", "a", until=100.0)}
    expect_same("it", before, {}, now=100.0)
    for after, now in (({}, 99.9), ({"key": Kept("1 item", "b", until=100.0)}, 100.0)):
        with pytest.raises(PromiseBroken, match="expected it to stay as it was") as raised:
            expect_same("it", before, after, now)
        assert raised.value.code is Code.SNAPSHOT_CHANGED


def test_traces_are_told_with_what_was_looked_for() -> None:
    expect_no_traces("'Boxes'", "t1", [])
    message = "expected nothing of 'Boxes' after it was erased, got 't1' in the set of the Redis key left"
    with pytest.raises(PromiseBroken, match=message) as raised:
        expect_no_traces("'Boxes'", "t1", ["the set of the Redis key left"])
    assert raised.value.code is Code.TRACES_LEFT


def test_of_many_the_first_ten_are_told_and_the_rest_counted() -> None:
    assert listed([str(n) for n in range(10)]) == "; ".join(map(str, range(10)))
    assert listed([str(n) for n in range(11)]).endswith("; 9; and 1 more")
