"""A driver that records every call of a customer, and every event that a device receives.

Acts and steps do not notice. `performing` gives a driver of one performer that records on the same tape.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account, Event, Refusal, Refused, Session

Place = tuple[str, int]
"""Text and line of the step during which a call was made."""


class Lost(Enum):
    """The outcome of a call that was not answered: nobody knows whether it was done."""

    LOST = "no answer"


@dataclass
class Call:
    """A call such as `threads.read`, from `began` to `ended` in seconds of `time.monotonic()`.

    `arguments` are those besides the session, by the names of the contract. `outcome` is the answer, a `Refusal`, or
    `Lost`, and then `waited` is for how many seconds somebody waited for an answer.
    """

    number: int
    name: str
    account: Account
    arguments: dict[str, Any]
    place: Place
    performer: str | None
    began: float
    ended: float = math.inf
    outcome: Any = Lost.LOST
    waited: float | None = None

    @property
    def done(self) -> bool:
        """Whether it was confirmed."""
        return not isinstance(self.outcome, Refusal | Lost)


@dataclass
class Reception:
    """All that a device has received, over every connection that it had; if it `has_followed` a thread, not of all.

    `since` is the id of the last event before the first of them; `opened` when the last one was opened, in seconds of
    `time.monotonic()`; None where it is closed.
    """

    account: Account
    device: str
    since: str | None
    events: list[Event] = field(default_factory=list[Event])
    connections: int = 0
    opened: float | None = None
    has_followed: bool = False


@dataclass
class Tape:
    """Everything recorded in one scenario, in the order in which it began. `place` is the step that is being played."""

    calls: list[Call] = field(default_factory=list[Call])
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    receptions: dict[tuple[str, str], Reception] = field(default_factory=dict[tuple[str, str], Reception])
    place: Place = ("before the first step", 0)

    @contextmanager
    def recording(
        self, name: str, session: Session, arguments: dict[str, Any], performer: str | None
    ) -> Generator[Call]:
        """Record a call that begins now; it is lost unless the block gives an outcome."""
        call = Call(len(self.calls) + 1, name, session.account, arguments, self.place, performer, time.monotonic())
        self.calls.append(call)
        try:
            yield call
        except Refused as refused:
            call.outcome, call.ended = refused.refusal, time.monotonic()
            raise
        finally:
            call.waited = None if call.outcome is not Lost.LOST else time.monotonic() - call.began


SET_BY_THE_SUITE = ("policy", "sight")
"""Members of a driver that are no groups."""


class RecordingDriver:
    """A driver like the one inside, which records on a tape. `performer` names who acts, where several do as one."""

    def __init__(self, inner: Driver, tape: Tape, performer: str | None = None) -> None:
        self.inner = inner
        self.tape = tape
        self._performer = performer

    def performing(self, performer: str) -> RecordingDriver:
        """The driver of one performer; it records on the same tape."""
        return RecordingDriver(self.inner, self.tape, performer)

    def __getattr__(self, name: str) -> Any:
        group = getattr(self.inner, name)
        if group is None or name in SET_BY_THE_SUITE or inspect.isroutine(group):
            return group
        return _RecordingGroup(group, name, self.tape, self._performer)


class _RecordingGroup:
    """A group whose methods record if they take a session; other methods are left alone."""

    def __init__(self, group: Any, name: str, tape: Tape, performer: str | None) -> None:
        self._group = group
        self._name = name
        self.tape = tape
        self.performer = performer

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._group, name)
        if not inspect.iscoroutinefunction(method):
            return method
        recorded = SPECIAL.get(f"{self._name}.{name}") or _recorded
        return recorded(self, f"{self._name}.{name}", method)


def _recorded(group: _RecordingGroup, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    signature = _signature(getattr(method, "__func__", method), is_bound=hasattr(method, "__func__"))
    if "session" not in signature.parameters:
        return method

    async def call(*arguments: Any, **more: Any) -> Any:
        bound = signature.bind(*arguments, **more).arguments
        session: Session | None = bound.pop("session")
        if session is None:
            return await method(*arguments, **more)
        with group.tape.recording(name, session, bound, group.performer) as entry:
            answer = await method(*arguments, **more)
            entry.outcome, entry.ended = answer, time.monotonic()
            return answer

    return call


@cache
def _signature(function: Callable[..., Any], *, is_bound: bool) -> inspect.Signature:
    """The signature of a method, without its object."""
    signature = inspect.signature(function)
    return signature.replace(parameters=list(signature.parameters.values())[is_bound:])


def _sign_in(group: _RecordingGroup, _name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    async def sign_in(account: Account) -> Session:
        session: Session = await method(account)
        group.tape.sessions[session.id] = session
        return session

    return sign_in


def _ending(group: _RecordingGroup, _name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A session that may have been ended is no longer used to look at things."""

    async def end(session: Session, *arguments: Any) -> Any:
        group.tape.sessions.pop(session.id, None)
        return await method(session, *arguments)

    return end


def _following(_group: _RecordingGroup, _name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A device that has followed a thread has not received the events of all others."""

    async def follow(connection: _RecordingConnection, thread_id: str) -> None:
        connection.reception.has_followed = True
        await method(connection, thread_id)

    return follow


def _connect(group: _RecordingGroup, _name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    async def connect(session: Session, device: str, since: str | None = None, **more: Any) -> Any:
        connection = await method(session, device, since=since, **more)
        receptions, key = group.tape.receptions, (session.account.id, device)
        if key not in receptions:
            receptions[key] = Reception(session.account, device, connection.since)
        reception = receptions[key]
        reception.connections += 1
        reception.opened = time.monotonic()
        return _RecordingConnection(connection, reception)

    return connect


class _RecordingConnection:
    """A live connection whose events are recorded as they come."""

    def __init__(self, inner: Any, reception: Reception) -> None:
        self._inner = inner
        self.reception = reception

    def __getattr__(self, name: str) -> Any:
        if name in ("close", "vanish"):
            self.reception.opened = None
        return getattr(self._inner, name)

    async def receive(self) -> Event:
        event: Event = await self._inner.receive()
        self.reception.events.append(event)
        return event


SPECIAL: dict[str, Callable[[_RecordingGroup, str, Callable[..., Any]], Callable[..., Any]]] = {
    "identities.sign_in": _sign_in,
    "access.with_token": _ending,
    "revocation.revoke": _ending,
    "subscriptions.subscribe": _following,
    "live.connect": _connect,
}
"""Methods that are recorded in their own way."""
