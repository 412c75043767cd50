"""A customer's device: an open live connection that remembers everything it was told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from support.core.failure import PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.live import LiveConnection
from support.drivers.contract.types import Account, Event, EventKind, Session

ENDINGS = {
    EventKind.AGENT_COMPLETED,
    EventKind.AGENT_FAILED,
    EventKind.AGENT_CANCELLED,
    EventKind.AGENT_TIMED_OUT,
}
OnArrival = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True)
class Arrival:
    """An event and when it arrived, in seconds of `time.monotonic()`."""

    event: Event
    at: float


class Device:
    """Listens from `open()` on, in a task of its own, until it is closed or vanishes."""

    def __init__(self, name: str, driver: Driver, session: Session, wait_seconds: float) -> None:
        self.name = name
        self.arrivals: list[Arrival] = []
        self.on_arrival: OnArrival | None = None
        self._driver = driver
        self._session = session
        self._wait_seconds = wait_seconds
        self._connection: LiveConnection | None = None
        self._listener: asyncio.Task[None] | None = None
        self._since: str | None = None
        self._failure: Exception | None = None
        self._changed = asyncio.Condition()

    async def open(self, posing_as: Account | None = None) -> None:
        """Connect; a device that was open before catches up from the last event it knows of."""
        since = self.arrivals[-1].event.id if self.arrivals else self._since
        self._connection = await self._driver.live.connect(self._session, self.name, since=since, posing_as=posing_as)
        self._since = self._connection.since
        self._listener = asyncio.create_task(self._listen(self._connection), name=f"listen on {self.name}")

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    async def close(self) -> None:
        """Close as a well-behaved device does."""
        if self._connection:
            await self._connection.close()
        await self._stop_listening()

    async def vanish(self) -> None:
        """Break off without a word."""
        if self._connection:
            await self._connection.vanish()
        await self._stop_listening()

    async def settle(self) -> None:
        """Return once everything that was sent to this device has arrived.

        Raises:
            PromiseBroken: the connection is not alive, or something unreadable has arrived.
        """
        if self._connection:
            await self._connection.settle(self._wait_seconds)
        self._raise_failure()

    def announcements(self) -> list[Event]:
        """The new conversations that were announced, in the order of their arrival."""
        return [arrival.event for arrival in self.arrivals if arrival.event.kind is EventKind.THREAD_CREATED]

    async def announcement_of(self, title: str, seconds: float | None = None) -> Arrival:
        """The announcement of a conversation by its title; waits for it.

        Raises:
            PromiseBroken: it did not come within `seconds`; the message says what came instead.
        """

        def found() -> Arrival | None:
            return next((one for one in self.arrivals if _announces(one.event, title)), None)

        return await self._wait_for(found, f"the announcement of {title!r}", seconds or self._wait_seconds)

    async def ending_of(self, run_id: str) -> Event:
        """What was told of a run when it was over; waits for it.

        Raises:
            PromiseBroken: nothing was told in time.
        """

        def found() -> Arrival | None:
            return next(
                (one for one in self.arrivals if one.event.kind in ENDINGS and one.event.run_id == run_id), None
            )

        return (await self._wait_for(found, "the end of the agent's work", self._wait_seconds)).event

    async def expect_announced(self, title: str, *, times: int = 1) -> None:
        """The conversation of this title is announced so many times, and no more."""
        if times:
            await self.announcement_of(title)
        await self.settle()
        count = sum(_announces(event, title) for event in self.announcements())
        if count != times:
            raise PromiseBroken(f"{self.name} announced {title!r} {count} times, not {times}; {self.seen()}")

    async def expect_titles(self, titles: list[str]) -> None:
        """Exactly these conversations were announced, each once, in this order."""
        for title in titles:
            await self.announcement_of(title)
        await self.settle()
        announced = [event.title for event in self.announcements()]
        if announced != titles:
            raise PromiseBroken(f"{self.name} announced {announced}, where {titles} were to be announced")

    async def expect_changes(self, changes: list[tuple[str, str]]) -> None:
        """Exactly these changes of status were told of, each once, in this order: before and after."""

        def enough() -> Arrival | None:
            told = [arrival for arrival in self.arrivals if arrival.event.change]
            return told[len(changes) - 1] if len(told) >= len(changes) else None

        await self._wait_for(enough, f"{len(changes)} changes of status", self._wait_seconds)
        await self.settle()
        told = [arrival.event.change for arrival in self.arrivals if arrival.event.change]
        if told != changes:
            raise PromiseBroken(f"{self.name} has told of {told}, where {changes} was done")

    async def expect_last_told(self, thread_id: str, *kinds: EventKind) -> None:
        """These came last of all that was told of a conversation, in this order, and each came once."""

        def told() -> list[Arrival]:
            return [arrival for arrival in self.arrivals if arrival.event.thread_id == thread_id]

        def last() -> Arrival | None:
            return next((arrival for arrival in told() if arrival.event.kind is kinds[-1]), None)

        await self._wait_for(last, f"the word of {kinds[-1]}", self._wait_seconds)
        await self.settle()
        seen = [arrival.event.kind for arrival in told()]
        if seen[-len(kinds) :] != list(kinds) or any(seen.count(kind) > 1 for kind in kinds):
            raise PromiseBroken(f"{self.name} has told {seen}, where {list(kinds)} should come last, each once")

    async def expect_nothing_but(self, *titles: str) -> None:
        """Nothing has arrived that is not about conversations of these titles."""
        await self.settle()
        own = {event.thread_id for event in self.announcements() if event.title in titles}
        strange = [arrival.event for arrival in self.arrivals if arrival.event.thread_id not in own]
        if strange:
            raise PromiseBroken(f"{self.name} was told of what does not concern it: {_listed(strange)}")

    def seen(self) -> str:
        """What has arrived, in words."""
        return f"{self.name} has received {_listed([arrival.event for arrival in self.arrivals])}"

    async def _wait_for(self, found: Callable[[], Arrival | None], what: str, seconds: float) -> Arrival:
        started = time.monotonic()
        try:
            async with asyncio.timeout(seconds), self._changed:
                while (arrival := found()) is None:
                    self._raise_failure()
                    await self._changed.wait()
        except TimeoutError:
            waited = time.monotonic() - started
            raise PromiseBroken(f"{what} did not come within {waited:.1f} s; {self.seen()}") from None
        return arrival

    async def _listen(self, connection: LiveConnection) -> None:
        try:
            while True:
                event = await connection.receive()
                arrival = Arrival(event, time.monotonic())
                if self.on_arrival:
                    await self.on_arrival(event)
                async with self._changed:
                    self.arrivals.append(arrival)
                    self._changed.notify_all()
        except (ConnectionError, PromiseBroken) as error:
            async with self._changed:
                self._failure = error
                self._changed.notify_all()

    async def _stop_listening(self) -> None:
        listener, self._listener, self._connection = self._listener, None, None
        if listener:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
        self._failure = None

    def _raise_failure(self) -> None:
        if self._failure:
            raise PromiseBroken(f"{self.name} can receive no more: {self._failure}; {self.seen()}")


def _announces(event: Event, title: str) -> bool:
    return event.kind is EventKind.THREAD_CREATED and event.title == title


def _listed(events: list[Event]) -> str:
    if not events:
        return "nothing"
    return ", ".join(f"{event.kind}" + (f" {event.title!r}" if event.title else "") for event in events)
