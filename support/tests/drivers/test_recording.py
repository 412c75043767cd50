"""A driver that records: every call of a customer with its outcome and times, and every event of a device."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.access import TokenState
from support.drivers.contract.types import Account, EventKind, NewThread, Refusal, Refused, Session
from support.drivers.recording import Call, Lost, RecordingDriver, Tape
from support.tests.actors.fake_product import CONFLICT, FakeProduct

Play = Callable[["Recorded"], Awaitable[None]]


class Recorded:
    """A product with one conversation of Mia's that no tape tells of, reached through a driver that records."""

    def __init__(self) -> None:
        self.product = FakeProduct()
        self.tape = Tape()
        self.driver: Any = RecordingDriver(self.product.driver, self.tape)
        self.session: Any = None
        self.id = ""

    async def begin(self) -> None:
        account = await self.driver.identities.enrol(Account("", "Mia", "a company", "mia@example.com", "", "mid"))
        self.session = await self.driver.identities.sign_in(account)
        new = NewThread("Boxes", {"project": "Paper"}, "How many?")
        self.id = (await self.product.threads.create(self.session, new)).id

    @property
    def names(self) -> list[str]:
        return [call.name for call in self.tape.calls]


def play(scenario: Play) -> Recorded:
    async def run() -> Recorded:
        recorded = Recorded()
        await recorded.begin()
        await scenario(recorded)
        return recorded

    return asyncio.run(run())


def failing(error: Exception) -> Callable[[Session, str], Awaitable[None]]:
    """A method that takes a session and fails."""

    async def fail(session: Session, thread_id: str) -> None:
        del session, thread_id
        raise error

    return fail


def test_a_call_is_recorded_with_its_arguments_its_answer_its_times_and_its_place() -> None:
    async def scenario(of: Recorded) -> None:
        of.tape.place = ("When Mia opens it", 7)
        read = await of.driver.threads.read(of.session, of.id)
        of.tape.place = ("When Mia changes it", 8)
        merged = await of.driver.metadata.merge(of.session, of.id, {"a": 1}, if_version=1)
        first, second = of.tape.calls
        assert (first.outcome, second.outcome) == (read, merged)

    first, second = play(scenario).tape.calls
    assert (first.number, first.name, first.place) == (1, "threads.read", ("When Mia opens it", 7))
    assert (second.number, second.name, second.place) == (2, "metadata.merge", ("When Mia changes it", 8))
    assert second.arguments == {"thread_id": first.arguments["thread_id"], "changes": {"a": 1}, "if_version": 1}
    assert first.began <= first.ended <= second.began <= second.ended < math.inf
    assert (first.done, first.account.name, first.performer, first.waited) == (True, "Mia", None, None)


def test_every_group_records_what_takes_a_session_and_nothing_else() -> None:
    async def scenario(of: Recorded) -> None:
        other = await of.driver.threads.create(of.session, NewThread("Bags"))
        await of.driver.messages.post(of.session, other.id, "Hello")
        assert [one.content for one in await of.driver.messages.list(of.session, other.id)] == ["Hello"]
        assert len(await of.driver.threads.list(of.session, "active")) == 2
        await of.driver.threads.delete(of.session, other.id)
        assert await of.driver.durable.thread(of.id)
        assert of.driver.threads.unknown_id() == "unknown"
        assert of.driver.runs is None
        await of.driver.close()

    recorded = play(scenario)
    assert recorded.names == ["threads.create", "messages.post", "messages.list", "threads.list", "threads.delete"]
    assert [call.outcome for call in recorded.tape.calls][-1] is None
    assert recorded.tape.calls[-1].done
    assert recorded.tape.calls[3].arguments == {"status": "active"}


def test_a_call_without_a_session_is_not_recorded() -> None:
    async def scenario(of: Recorded) -> None:
        done: list[object] = []

        async def attempt(act: object, session: Session | None) -> None:
            done.append((act, session))

        of.product.access = type("Access", (), {"attempt": staticmethod(attempt)})()
        await of.driver.access.attempt("open it", None)
        assert done == [("open it", None)]
        assert of.names == []
        await of.driver.access.attempt("open it", of.session)
        assert of.names == ["access.attempt"]

    play(scenario)


def test_a_refusal_is_recorded_with_what_it_tells_and_raised() -> None:
    async def scenario(of: Recorded) -> None:
        with pytest.raises(Refused, match="It has changed"):
            await of.driver.metadata.merge(of.session, of.id, {"a": 1}, 7)

    [call] = play(scenario).tape.calls
    assert isinstance(call.outcome, Refusal)
    assert (call.outcome.reason, call.outcome.version, call.done) == (CONFLICT.reason, 1, False)
    assert call.began <= call.ended < math.inf
    assert call.waited is None


@pytest.mark.parametrize("error", [PromiseBroken(Code.ACT_FAILED, "no answer"), ConnectionError("no answer")])
def test_of_what_fails_nobody_knows_the_outcome(error: Exception) -> None:
    async def scenario(of: Recorded) -> None:
        of.product.threads.read = failing(error)
        with pytest.raises(type(error), match="no answer"):
            await of.driver.threads.read(of.session, of.id)

    [call] = play(scenario).tape.calls
    assert (call.outcome, call.ended, call.done) == (Lost.LOST, math.inf, False)
    assert call.waited is not None
    assert call.waited >= 0


def test_calls_at_the_same_time_are_recorded_each_by_itself_and_a_cancelled_one_is_lost() -> None:
    async def scenario(of: Recorded) -> None:
        begun, go_on = [asyncio.Event(), asyncio.Event()], asyncio.Event()
        waits = iter([go_on, asyncio.Event()])
        read = of.product.threads.read

        async def slow(session: Session, thread_id: str) -> object:
            next(one for one in begun if not one.is_set()).set()
            await next(waits).wait()
            return await read(session, thread_id)

        of.product.threads.read = slow
        calls = [asyncio.create_task(of.driver.threads.read(of.session, of.id)) for _ in range(2)]
        await asyncio.gather(*(one.wait() for one in begun))
        assert [call.outcome for call in of.tape.calls] == [Lost.LOST, Lost.LOST]
        go_on.set()
        calls[1].cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    answered, cancelled = play(scenario).tape.calls
    assert answered.began <= cancelled.began <= answered.ended < math.inf
    assert (answered.done, cancelled.outcome) == (True, Lost.LOST)


def test_performers_record_under_their_names_on_one_tape() -> None:
    async def scenario(of: Recorded) -> None:
        first, second = of.driver.performing("Mia 1"), of.driver.performing("Mia 2")
        for driver in (second, of.driver, first):
            await driver.threads.read(of.session, of.id)
        assert first.tape is of.tape
        assert first.inner is of.product

    assert [call.performer for call in play(scenario).tape.calls] == ["Mia 2", None, "Mia 1"]


def test_a_method_that_is_replaced_later_is_recorded_too() -> None:
    async def scenario(of: Recorded) -> None:
        await of.driver.threads.read(of.session, of.id)
        of.product.threads.read = failing(Refused("reading", CONFLICT))
        with pytest.raises(Refused):
            await of.driver.threads.read(of.session, of.id)

    assert [call.done for call in play(scenario).tape.calls] == [True, False]


def test_sessions_are_kept_until_they_may_have_ended() -> None:
    async def scenario(of: Recorded) -> None:
        other = await of.driver.identities.sign_in(of.session.account)
        assert list(of.tape.sessions.values()) == [of.session, other]

        async def with_token(session: Session, state: TokenState) -> None:
            """Ended."""

        of.product.access = type("Access", (), {"with_token": staticmethod(with_token)})()
        await of.driver.access.with_token(of.session, TokenState.REVOKED)
        assert list(of.tape.sessions.values()) == [other]

    assert play(scenario).names == []


def test_what_a_device_receives_is_recorded_over_all_its_connections() -> None:
    async def scenario(of: Recorded) -> None:
        merge = of.product.metadata.merge
        first = await of.driver.live.connect(of.session, "Mia's phone")
        [reception] = of.tape.receptions.values()
        assert (reception.device, reception.since, reception.connections) == ("Mia's phone", "2", 1)
        opened = reception.opened
        await merge(of.session, of.id, {"a": 1})
        await first.receive()
        await first.close()
        assert reception.opened is None
        await merge(of.session, of.id, {"a": 2})
        second = await of.driver.live.connect(of.session, "Mia's phone", since=reception.events[-1].id)
        assert reception.opened is not None
        assert opened is not None
        assert reception.opened >= opened
        await second.receive()
        await of.driver.live.connect(of.session, "Mia's browser")
        assert list(of.tape.receptions) == [
            (of.session.account.id, "Mia's phone"),
            (of.session.account.id, "Mia's browser"),
        ]
        assert [(one.kind, one.sequence) for one in reception.events] == [
            (EventKind.THREAD_UPDATED, 3),
            (EventKind.THREAD_UPDATED, 4),
        ]
        assert (reception.since, reception.connections) == ("2", 2)
        await second.vanish()
        assert reception.opened is None

    play(scenario)


def test_a_call_that_is_not_answered_yet_is_lost() -> None:
    call = Call(1, "threads.read", Account("", "", "", "", "", ""), {}, ("a step", 1), None, 1.0)
    assert (call.outcome, call.ended, call.done) == (Lost.LOST, math.inf, False)
    call.outcome = None
    assert call.done
