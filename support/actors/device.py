"""A customer's device: an open live connection that keeps every event it receives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from support.core.failure import Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.live import LiveConnection
from support.drivers.contract.subscriptions import Subscriptions
from support.drivers.contract.types import Account, Event, EventKind, Session, Thread

ENDINGS = {
    EventKind.AGENT_COMPLETED: "completed",
    EventKind.AGENT_FAILED: "failed",
    EventKind.AGENT_CANCELLED: "cancelled",
    EventKind.AGENT_TIMED_OUT: "timed_out",
}
"""The events that end a run, and the status that it ends with."""


@dataclass(frozen=True)
class Arrival:
    """An event and when it arrived, in seconds of `time.monotonic()`.

    `opened` is the thread that the device read at once, or why it could not; None where it did not try.
    """

    event: Event
    at: float
    opened: Thread | PromiseBroken | None = None


@dataclass(eq=False)
class Device:
    """Receives from `open()` on, in a separate task, until it is closed or loses power.

    `settle_product` returns once the product has sent everything that it has confirmed. With `opens` the device reads
    each new thread as soon as its event arrives. `first_since` is the id of the last event before it was opened for the
    first time.
    """

    name: str
    driver: Driver
    session: Session
    wait_seconds: float
    settle_product: Callable[[], Awaitable[None]]
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    opens: bool = False
    first_since: str | None = None
    _connection: LiveConnection | None = None
    _listener: asyncio.Task[None] | None = None
    _since: str | None = None
    _failure: Exception | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def open(
        self,
        claiming: Account | None = None,
        *,
        browser: bool = False,
        asks_later: bool = False,
        since: str | None = None,
    ) -> None:
        """Connect; a device that was open before catches up from the last event that it has, or from `since`.

        With `claiming`, the request names that customer as well. A `browser` proves its session in another way. With
        `asks_later` the device asks for what it missed only once it is connected.

        Raises:
            NotOffered: the target has no live events.
        """
        if self.driver.live is None:
            raise NotOffered("live: the driver does not have it")
        since = since or (self.arrivals[-1].event.id if self.arrivals else self._since)
        self._connection = await self.driver.live.connect(
            self.session, self.name, None if asks_later else since, posing_as=claiming, browser=browser
        )
        self._since = self._connection.since
        self.first_since = self.first_since or self._since
        self._listener = asyncio.create_task(self._listen(self._connection), name=f"listen on {self.name}")
        if asks_later and since is not None:
            await self._connection.resume(since)

    async def follow(self, thread_id: str) -> None:
        """Receive only events of this thread, and of others that are followed, after all that came before."""
        await self.receive_all()
        await self._subscriptions().subscribe(self._connected(), thread_id)

    async def follow_no_longer(self, thread_id: str) -> None:
        """Receive no events of this thread, unless no other is followed, after all that came before."""
        await self.receive_all()
        await self._subscriptions().unsubscribe(self._connected(), thread_id)

    async def expect_closed(self) -> None:
        """The product ends the connection; from then on the device is closed.

        Raises:
            PromiseBroken: it stays open.
        """
        self._connected()
        try:
            async with asyncio.timeout(self.wait_seconds), self._changed:
                while not isinstance(self._failure, ConnectionError):
                    await self._changed.wait()
        except TimeoutError:
            raise PromiseBroken(
                Code.CONNECTION_KEPT, f"expected {self.name} to be disconnected, but it is open; {self.received()}"
            ) from None
        await self.close()

    @property
    def is_open(self) -> bool:
        """Whether it receives."""
        return self._listener is not None

    async def close(self) -> None:
        """Close with a goodbye."""
        if self._connection:
            await self._connection.close()
        await self._stop_listening()

    async def lose_power(self) -> None:
        """Break off without a goodbye."""
        if self._connection:
            await self._connection.vanish()
        await self._stop_listening()

    async def settle(self) -> None:
        """Return once every event that was sent to this device has arrived.

        Raises:
            PromiseBroken: the connection has ended, or something unreadable has arrived.
        """
        if self._connection:
            await self._connection.settle(self.wait_seconds)
        self._raise_failure()

    async def receive_all(self) -> None:
        """Return once everything that was announced so far has arrived.

        Raises:
            PromiseBroken: the connection has ended, or something unreadable has arrived.
        """
        await self.settle_product()
        await self.settle()

    async def ending_of(self, run_id: str) -> str:
        """The status with which a run ends; waits for the event that tells it.

        Raises:
            PromiseBroken: it did not come in time.
        """

        def found() -> Arrival | None:
            return next(
                (one for one in self.arrivals if one.event.kind in ENDINGS and one.event.run_id == run_id), None
            )

        await self.wait_until(lambda: found() is not None, "the end of the agent's run")
        return next(
            ENDINGS[one.event.kind] for one in self.arrivals if one.event.kind in ENDINGS and one.event.run_id == run_id
        )

    async def wait_until(self, done: Callable[[], bool], what: str) -> None:
        """Wait until a condition on the received events is true.

        Raises:
            PromiseBroken: it was not in time; the message lists the events that came.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.wait_seconds), self._changed:
                while not done():
                    self._raise_failure()
                    await self._changed.wait()
        except TimeoutError:
            waited = time.monotonic() - started
            raise PromiseBroken(
                Code.EVENT_MISSING, f"expected {what} within {waited:.1f} s, got none; {self.received()}"
            ) from None

    def received(self) -> str:
        """The events that have arrived, in words."""
        kinds = ", ".join(str(arrival.event.kind) for arrival in self.arrivals)
        return f"{self.name} has received {kinds or 'nothing'}"

    async def _listen(self, connection: LiveConnection) -> None:
        try:
            while True:
                event = await connection.receive()
                at = time.monotonic()
                opened = await self._open_new(event) if self.opens else None
                async with self._changed:
                    self.arrivals.append(Arrival(event, at, opened))
                    self._changed.notify_all()
        except (ConnectionError, PromiseBroken) as error:
            async with self._changed:
                self._failure = error
                self._changed.notify_all()

    async def _open_new(self, event: Event) -> Thread | PromiseBroken | None:
        if event.kind is not EventKind.THREAD_CREATED or not event.thread_id:
            return None
        try:
            return await self.driver.threads.read(self.session, event.thread_id)
        except PromiseBroken as broken:
            return broken

    async def _stop_listening(self) -> None:
        listener, self._listener, self._connection = self._listener, None, None
        if listener:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
        self._failure = None

    def _connected(self) -> LiveConnection:
        if self._connection is None:
            raise EnvironmentFailed(f"expected {self.name} to be open, got no step that opens it")
        return self._connection

    def _subscriptions(self) -> Subscriptions:
        return self.driver.sight.need(self.driver.subscriptions, "subscriptions")

    def _raise_failure(self) -> None:
        if self._failure:
            raise PromiseBroken(
                Code.CONNECTION_LOST, f"expected {self.name} to stay connected, got {self._failure}; {self.received()}"
            )


Enter = Callable[[Device], Awaitable[None]]


async def _open_in_browser(device: Device) -> None:
    await device.open(browser=True)


async def _open_and_ask(device: Device) -> None:
    await device.open(asks_later=True)


async def _open_and_show(device: Device) -> None:
    device.opens = True
    await device.open()


STATES: dict[str, Enter] = {
    "is open": Device.open,
    "is open in a browser": _open_in_browser,
    "comes back": Device.open,
    "comes back and then asks for what it missed": _open_and_ask,
    "is open and shows each new conversation": _open_and_show,
    "is closed": Device.close,
    "loses power": Device.lose_power,
}
"""The states of a device, in the words of the features."""


async def enter(device: Device, state: str) -> None:
    """Bring a device into a state. What was announced so far has arrived before it closes or loses power.

    It can all be caught up before the device comes back.
    """
    await device.receive_all()
    await STATES[state](device)
