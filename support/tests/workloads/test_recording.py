"""What performers ask of the threads of a table is recorded, with its answers, and nothing else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import NewThread, Refused, Thread
from support.tests.actors.fake_product import FakeProduct, boxes
from support.verdicts.history import (
    Declined,
    Done,
    MergeDetails,
    ReadThread,
    Recorder,
    ThreadAct,
    ThreadExistence,
    ThreadSeen,
    ThreadVersions,
    Unknown,
)
from support.workloads.recording import Asked, RecordingDriver, judged_as


class Recorded:
    """A product with one conversation of Mia's, reached through a driver that records."""

    def __init__(self, product: FakeProduct, title: str, id_: str) -> None:
        self.recorder: Recorder[Asked, Any] = Recorder()
        self.driver: Any = RecordingDriver(product.driver, self.recorder, "Mia 1", {id_: title})
        self.id = id_

    @property
    def calls(self) -> list[tuple[str, str, str]]:
        """Who asked for what, of which conversation."""
        return [(one.session, one.object, str(one.act)) for one in self.recorder.history()]


async def recorded() -> tuple[FakeProduct, Recorded, Any]:
    product = FakeProduct()
    conversation = await boxes(product)
    return product, Recorded(product, "Boxes", conversation.id), conversation.owner.session


def test_calls_about_the_threads_of_a_table_are_recorded_with_their_answers() -> None:
    async def run() -> None:
        _product, of, session = await recorded()
        read = await of.driver.threads.read(session, of.id)
        merged = await of.driver.metadata.merge(session, of.id, {"a": 1}, 1)
        assert of.calls == [("Mia 1", "Boxes", "threads.read"), ("Mia 1", "Boxes", "metadata.merge")]
        first, second = of.recorder.history()
        assert (first.outcome, first.act.arguments) == (read, ())
        assert (second.outcome, second.act.arguments) == (merged, ({"a": 1}, 1))
        assert first.invoked <= first.completed <= second.invoked

    asyncio.run(run())


def test_other_threads_other_calls_and_other_groups_are_not_recorded() -> None:
    async def run() -> None:
        _product, of, session = await recorded()
        other = await of.driver.threads.create(session, NewThread("Bags"))
        assert (await of.driver.threads.read(session, other.id)).title == "Bags"
        assert len(await of.driver.threads.list(session)) == 2
        assert await of.driver.durable.thread(of.id)
        assert [one.content for one in await of.driver.messages.list(session, of.id)] == ["How many?"]
        assert of.driver.runs is None
        assert of.calls == []

    asyncio.run(run())


def test_a_refusal_is_recorded_with_what_it_tells_and_raised() -> None:
    async def run() -> None:
        _product, of, session = await recorded()
        with pytest.raises(Refused, match="It has changed"):
            await of.driver.metadata.merge(session, of.id, {"a": 1}, 7)
        [call] = of.recorder.history()
        assert call.outcome == Declined("conflict", 1)

    asyncio.run(run())


def test_of_what_fails_nobody_knows_the_outcome() -> None:
    async def run() -> None:
        product, of, session = await recorded()

        async def fail(*_arguments: object) -> Thread:
            raise PromiseBroken(Code.ACT_FAILED, "no answer")

        product.threads.read = fail
        with pytest.raises(PromiseBroken, match="no answer"):
            await of.driver.threads.read(session, of.id)
        [call] = of.recorder.history()
        assert call.outcome == Unknown("PromiseBroken")

    asyncio.run(run())


def test_without_an_erasure_versions_are_judged() -> None:
    async def run() -> None:
        product, of, session = await recorded()
        first = product.shown[of.id]
        await of.driver.threads.read(session, of.id)
        await of.driver.metadata.merge(session, of.id, {"a": 1})
        with pytest.raises(Refused):
            await of.driver.metadata.merge(session, of.id, {"a": 2}, 1)
        model, _seen, operations = judged_as(of.recorder.history(), {"Boxes": first})
        assert isinstance(model, ThreadVersions)
        assert [one.act for one in operations] == [ReadThread(), MergeDetails({"a": 1}), MergeDetails({"a": 2}, 1)]
        assert [one.outcome for one in operations] == [
            ThreadSeen(1, {"project": "Paper"}),
            ThreadSeen(2, {"project": "Paper", "a": 1}),
            Declined("conflict", 2),
        ]

    asyncio.run(run())


def test_with_an_erasure_it_is_judged_whether_the_thread_is_there() -> None:
    async def run() -> None:
        product, of, session = await recorded()
        first = product.shown[of.id]
        await of.driver.threads.read(session, of.id)
        await of.driver.metadata.merge(session, of.id, {"a": 1})
        await of.driver.threads.delete(session, of.id)
        with pytest.raises(Refused):
            await of.driver.threads.read(session, of.id)
        model, _seen, operations = judged_as(of.recorder.history(), {"Boxes": first})
        assert isinstance(model, ThreadExistence)
        assert [(one.act, one.outcome) for one in operations] == [
            (ThreadAct.READ, Done.DONE),
            (ThreadAct.WRITE, Done.DONE),
            (ThreadAct.DELETE, Done.DONE),
            (ThreadAct.READ, Declined("not found")),
        ]

    asyncio.run(run())
