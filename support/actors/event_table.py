"""The events that a device received, compared with a table of the features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from support.actors.customer import Conversation
from support.actors.device import Arrival, Device
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Event, EventKind, Thread
from support.specification.values import Use, in_cell

EventRow = list[str]
WORDS = {
    EventKind.THREAD_CREATED: "conversation started",
    EventKind.THREAD_UPDATED: "conversation changed",
    EventKind.THREAD_DELETED: "conversation erased",
    EventKind.MESSAGE_CREATED: "message added",
    EventKind.AGENT_STARTED: "agent started",
    EventKind.AGENT_COMPLETED: "agent answered",
    EventKind.AGENT_FAILED: "agent failed",
    EventKind.AGENT_CANCELLED: "agent stopped",
    EventKind.AGENT_TIMED_OUT: "agent timed out",
    EventKind.SESSION_REVOKED: "session ended",
    EventKind.OTHER: "other",
}


class EventTable:
    """The rows of a table, and how events become such rows.

    Columns are `event`, `of` (the conversation), `from` and `to` (of a change of status), `title` (told by the event),
    `shown at once` (whether the device could open the conversation as soon as the event arrived) and `within` (the time
    since the act began).
    """

    def __init__(
        self, table: Sequence[Sequence[str]], conversations: Mapping[str, Conversation], policy: Policy | None = None
    ) -> None:
        """`conversations` are those of the scenario, by id; hard values have the limits of `policy`.

        Raises:
            EnvironmentFailed: a column is unknown.
        """
        self._columns: dict[str, Callable[[Arrival, str], str]] = {
            "event": lambda arrival, _expected: _kind(arrival.event),
            "of": lambda arrival, _expected: self._title(arrival.event),
            "from": lambda arrival, _expected: (arrival.event.change or ("", ""))[0],
            "to": lambda arrival, _expected: (arrival.event.change or ("", ""))[1],
            "title": lambda arrival, _expected: arrival.event.title or "",
            "shown at once": self._shown,
            "within": self._within,
        }
        if unknown := [name for name in table[0] if name not in self._columns]:
            raise EnvironmentFailed(f"expected the columns {', '.join(self._columns)}, got {unknown}")
        self._head = list(table[0])
        self._conversations = conversations
        self.rows: list[EventRow] = [
            [
                in_cell(cell, Use.TITLE, policy) if name == "of" else cell
                for name, cell in zip(table[0], row, strict=True)
            ]
            for row in table[1:]
        ]

    async def expect_exactly(self, device: Device) -> None:
        """The device received these events, in this order, and no others.

        Raises:
            PromiseBroken: an event is missing, late, different, out of order or too many.
        """
        await device.wait_until(lambda: len(device.arrivals) >= len(self.rows), f"{len(self.rows)} events")
        await _settle(device)
        self._expect_rows(device, device.arrivals)

    async def expect_last(self, device: Device) -> None:
        """These events are the last that the device received, in this order, and each came once.

        Raises:
            PromiseBroken: they are not, or one came twice.
            EnvironmentFailed: the table has no event.
        """
        if not self.rows:
            raise EnvironmentFailed("expected at least one event in the table, got none")

        def is_there() -> bool:
            return any(self._row(arrival, self.rows[-1]) == self.rows[-1] for arrival in device.arrivals)

        await device.wait_until(is_there, f"the event {' of '.join(self.rows[-1])}")
        await _settle(device)
        rows = [self._row(arrival, self.rows[-1]) for arrival in device.arrivals]
        if twice := [row for row in self.rows if rows.count(row) > self.rows.count(row)]:
            raise PromiseBroken(Code.EVENT_TWICE, f"expected each event once, got {twice} twice; {device.received()}")
        self._expect_rows(device, device.arrivals[-len(self.rows) :])

    def _expect_rows(self, device: Device, arrivals: Sequence[Arrival]) -> None:
        padded = [*self.rows, *([[""] * len(self._head)] * (len(arrivals) - len(self.rows)))]
        received = [self._row(arrival, row) for arrival, row in zip(arrivals, padded, strict=False)]
        if received == self.rows:
            return
        expected, seen = Counter(map(tuple, self.rows)), Counter(map(tuple, received))
        if expected == seen:
            code = Code.EVENT_ORDER
        elif len(received) > len(self.rows):
            code = Code.EVENT_TWICE if set(seen) <= set(expected) else Code.EVENT_UNEXPECTED
        else:
            code = self._difference(received)
        raise PromiseBroken(
            code, f"{device.name}: expected the events\n{self._listed(self.rows)}\ngot\n{self._listed(received)}"
        )

    def _difference(self, received: Sequence[EventRow]) -> Code:
        for name, code in (("shown at once", Code.EVENT_TOO_EARLY), ("within", Code.EVENT_LATE)):
            if name in self._head:
                column = self._head.index(name)
                if any(row[column] != other[column] for row, other in zip(self.rows, received, strict=True)):
                    return code
        return Code.EVENT_DIFFERS

    def _listed(self, rows: Sequence[EventRow]) -> str:
        return "\n".join(f"  | {' | '.join(row)} |" for row in rows) or "  nothing"

    def _row(self, arrival: Arrival, expected: EventRow) -> EventRow:
        return [self._columns[name](arrival, cell) for name, cell in zip(self._head, expected, strict=True)]

    def _title(self, event: Event) -> str:
        known = self._conversations.get(event.thread_id or "")
        if event.kind is EventKind.THREAD_CREATED:
            return event.title or "an unnamed conversation"
        return known.title if known else event.title or "an unknown conversation"

    def _shown(self, arrival: Arrival, _expected: str) -> str:
        known = self._conversations.get(arrival.event.thread_id or "")
        opened = arrival.opened
        if not isinstance(opened, Thread):
            return f"no: {opened}"
        return "yes" if known is not None and opened == known.answered else "with other content"

    def _within(self, arrival: Arrival, expected: str) -> str:
        known = self._conversations.get(arrival.event.thread_id or "")
        if known is None or not expected:
            return ""
        seconds = arrival.at - known.asked_at
        return expected if seconds <= float(expected.split()[0]) else f"{seconds:.2f} seconds"


async def expect_nothing(device: Device) -> None:
    """The device has received no event.

    Raises:
        PromiseBroken: it has.
    """
    await _settle(device)
    if device.arrivals:
        raise PromiseBroken(
            Code.EVENT_UNEXPECTED, f"expected {device.name} to receive nothing, but {device.received()}"
        )


async def _settle(device: Device) -> None:
    await device.settle_product()
    await device.settle()


def _kind(event: Event) -> str:
    return "status changed" if event.change else WORDS[event.kind]
