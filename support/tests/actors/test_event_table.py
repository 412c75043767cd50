"""The events of a device against a table: each way to differ has its code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.actors.customer import Conversation
from support.actors.device import Arrival, Device
from support.actors.event_table import EventTable, expect_nothing
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Event, EventKind, Thread
from support.tests.actors.fake_product import FakeProduct, boxes

CREATED = EventKind.THREAD_CREATED
UPDATED = EventKind.THREAD_UPDATED
HEAD = ["event", "of"]
STARTED = ["conversation started", "Boxes"]
CHANGED = ["conversation changed", "Boxes"]
ANSWERED = ["agent answered", "Boxes"]


class Scene:
    """A device of Mia, and one conversation that was asked for at 100 seconds."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        conversation.asked_at = 100.0
        self.device: Device = conversation.owner.device("phone")
        self.device.wait_seconds = 0.02

    def receive(self, kind: EventKind, *, at: float = 100.0, opened: Thread | PromiseBroken | None = None) -> None:
        title = "Boxes" if kind is CREATED else None
        event = Event("1", kind, 1, self.conversation.id, title, None, None)
        self.device.arrivals.append(Arrival(event, at, opened))

    def change_status(self, before: str, after: str) -> None:
        self.receive(UPDATED)
        last = self.device.arrivals.pop()
        self.device.arrivals.append(replace(last, event=replace(last.event, change=(before, after))))

    async def compare(self, table: Sequence[Sequence[str]], *, last: bool = False) -> Code | None:
        events = EventTable(table, {self.conversation.id: self.conversation})
        try:
            await (events.expect_last(self.device) if last else events.expect_exactly(self.device))
        except PromiseBroken as broken:
            return broken.code
        return None


async def scene() -> Scene:
    return Scene(await boxes(FakeProduct()))


@pytest.mark.parametrize(
    ("received", "code"),
    [
        ([CREATED, UPDATED], None),
        ([], Code.EVENT_MISSING),
        ([CREATED], Code.EVENT_MISSING),
        ([UPDATED, CREATED], Code.EVENT_ORDER),
        ([CREATED, UPDATED, UPDATED], Code.EVENT_TWICE),
        ([CREATED, CREATED, UPDATED], Code.EVENT_TWICE),
        ([CREATED, UPDATED, EventKind.AGENT_FAILED], Code.EVENT_UNEXPECTED),
        ([CREATED, EventKind.THREAD_DELETED], Code.EVENT_DIFFERS),
    ],
)
def test_exactly_these_events(received: list[EventKind], code: Code | None) -> None:
    async def compare() -> Code | None:
        at = await scene()
        for kind in received:
            at.receive(kind)
        return await at.compare([HEAD, STARTED, CHANGED])

    assert asyncio.run(compare()) is code


@pytest.mark.parametrize(
    ("received", "code"),
    [
        ([CREATED, UPDATED, EventKind.AGENT_COMPLETED], None),
        ([UPDATED, EventKind.AGENT_COMPLETED], None),
        ([CREATED, UPDATED], Code.EVENT_MISSING),
        ([UPDATED, UPDATED, EventKind.AGENT_COMPLETED], Code.EVENT_TWICE),
        ([EventKind.AGENT_COMPLETED, UPDATED], Code.EVENT_ORDER),
        ([UPDATED, EventKind.AGENT_COMPLETED, CREATED], Code.EVENT_DIFFERS),
    ],
)
def test_these_events_last(received: list[EventKind], code: Code | None) -> None:
    async def compare() -> Code | None:
        at = await scene()
        for kind in received:
            at.receive(kind)
        return await at.compare([HEAD, CHANGED, ANSWERED], last=True)

    assert asyncio.run(compare()) is code


@pytest.mark.parametrize(("seconds", "code"), [(0.5, None), (1.0, None), (1.01, Code.EVENT_LATE)])
def test_an_event_comes_in_time(seconds: float, code: Code | None) -> None:
    async def compare() -> Code | None:
        at = await scene()
        at.receive(CREATED, at=100.0 + seconds)
        return await at.compare([[*HEAD, "within"], [*STARTED, "1 second"]])

    assert asyncio.run(compare()) is code


@pytest.mark.parametrize(
    ("opened", "code"),
    [("it", None), ("another title", Code.EVENT_TOO_EARLY), ("nothing", Code.EVENT_TOO_EARLY)],
)
def test_what_a_device_is_told_of_can_be_opened_at_once(opened: str, code: Code | None) -> None:
    async def compare() -> Code | None:
        at = await scene()
        thread = at.conversation.answered
        assert thread is not None
        found: dict[str, Thread | PromiseBroken] = {
            "it": thread,
            "another title": replace(thread, title="Bags"),
            "nothing": PromiseBroken(Code.ACT_REFUSED, "not found"),
        }
        at.receive(CREATED, opened=found[opened])
        return await at.compare([[*HEAD, "shown at once"], [*STARTED, "yes"]])

    assert asyncio.run(compare()) is code


def test_a_change_of_status_names_both() -> None:
    async def compare(before: str, after: str) -> Code | None:
        at = await scene()
        at.change_status(before, after)
        return await at.compare([["event", "of", "from", "to"], ["status changed", "Boxes", "active", "completed"]])

    assert asyncio.run(compare("active", "completed")) is None
    assert asyncio.run(compare("active", "archived")) is Code.EVENT_DIFFERS
    assert asyncio.run(compare("completed", "active")) is Code.EVENT_DIFFERS


def test_the_event_is_of_the_conversation_named() -> None:
    async def compare(thread_id: str | None) -> Code | None:
        at = await scene()
        at.receive(UPDATED)
        last = at.device.arrivals.pop()
        known = thread_id or at.conversation.id
        at.device.arrivals.append(replace(last, event=replace(last.event, thread_id=known)))
        return await at.compare([HEAD, CHANGED])

    assert asyncio.run(compare(None)) is None
    assert asyncio.run(compare("another")) is Code.EVENT_DIFFERS


def test_nothing_is_no_event_at_all() -> None:
    async def compare(*kinds: EventKind) -> None:
        at = await scene()
        for kind in kinds:
            at.receive(kind)
        await expect_nothing(at.device)

    asyncio.run(compare())
    with pytest.raises(PromiseBroken, match="expected Mia's phone to receive nothing") as raised:
        asyncio.run(compare(EventKind.OTHER))
    assert raised.value.code is Code.EVENT_UNEXPECTED


def test_a_difference_is_shown_row_by_row() -> None:
    async def compare() -> None:
        at = await scene()
        at.receive(UPDATED)
        await EventTable([HEAD, STARTED], {at.conversation.id: at.conversation}).expect_exactly(at.device)

    with pytest.raises(PromiseBroken) as raised:
        asyncio.run(compare())
    assert str(raised.value) == (
        "Mia's phone: expected the events\n  | conversation started | Boxes |\ngot\n  | conversation changed | Boxes |"
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [([["when"]], "expected the columns event, of, "), ([HEAD], "expected at least one event in the table, got none")],
)
def test_a_table_that_cannot_be_compared_is_no_broken_promise(table: list[list[str]], message: str) -> None:
    async def compare() -> None:
        await (await scene()).compare(table, last=True)

    with pytest.raises(EnvironmentFailed, match=message):
        asyncio.run(compare())
