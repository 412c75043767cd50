"""Recording what tasks do at the same time."""

from __future__ import annotations

import asyncio
import contextlib
import math
from itertools import count

import pytest

from support.core.failure import EnvironmentFailed
from support.verdicts.history.operations import Declined, Operation, Unknown
from support.verdicts.history.recorder import Recorder


def recorder() -> Recorder[str, int | None]:
    ticks = count()
    return Recorder(clock=lambda: float(next(ticks)))


def test_invocations_and_completions_have_their_times() -> None:
    record = recorder()
    with record.calling("Ella's phone", "Boxes", "reads") as call:
        call.answered(7)
    assert record.history() == (Operation(1, "Ella's phone", "Boxes", "reads", 0.0, 1.0, 7),)


def test_what_ends_the_time_is_the_answer_and_not_the_end_of_the_block() -> None:
    record = recorder()
    with record.calling("Ann", "it", "reads") as first:
        first.answered(1)
        with record.calling("Ann", "it", "reads") as second:
            second.answered(2)
    times = [(each.invoked, each.completed) for each in record.history()]
    assert times == [(0, 1), (2, 3)]


def test_an_answer_that_is_nothing_is_an_answer() -> None:
    record = recorder()
    with record.calling("Ann", "it", "erases") as call:
        call.answered(None)
    assert not record.history()[0].is_unknown


def test_refused_and_unknown_differ() -> None:
    record = recorder()
    with record.calling("Ann", "it", "writes") as call:
        call.refused("conflict", told=4)
    with record.calling("Ann", "it", "writes") as call:
        call.unknown("the connection was lost")
    refused, unknown = record.history()
    assert (refused.outcome, refused.completed) == (Declined("conflict", 4), 1.0)
    assert (unknown.outcome, unknown.completed) == (Unknown("the connection was lost"), math.inf)


def test_an_operation_without_an_answer_is_unknown() -> None:
    record = recorder()
    with record.calling("Ann", "it", "writes"):
        pass
    with pytest.raises(ConnectionError), record.calling("Ann", "it", "writes"):
        raise ConnectionError
    still = record.invoke("Ann", "it", "writes")
    assert [each.outcome for each in record.history()] == [
        Unknown("no answer"),
        Unknown("ConnectionError"),
        Unknown("no answer"),
    ]
    still.answered(1)
    assert record.history()[2].outcome == 1


def test_an_error_after_the_answer_does_not_take_the_answer_back() -> None:
    record = recorder()
    with contextlib.suppress(ConnectionError), record.calling("Ann", "it", "reads") as call:
        call.answered(1)
        raise ConnectionError
    assert record.history()[0].outcome == 1


def test_an_act_has_one_outcome() -> None:
    record = recorder()
    with record.calling("Ann", "it", "reads") as call:
        call.answered(1)
        with pytest.raises(EnvironmentFailed, match="expected one outcome, got a second for Ann reads -> 1"):
            call.refused("conflict")


def test_tasks_record_at_the_same_time_and_a_cancelled_one_is_unknown() -> None:
    record: Recorder[str, int] = Recorder()

    async def act(name: str, begun: asyncio.Event, go_on: asyncio.Event) -> None:
        with record.calling(name, "it", "writes") as call:
            begun.set()
            await go_on.wait()
            call.answered(1)

    async def play() -> None:
        begun = [asyncio.Event(), asyncio.Event()]
        go_on, never = asyncio.Event(), asyncio.Event()
        done = asyncio.create_task(act("Ann", begun[0], go_on))
        cancelled = asyncio.create_task(act("Bob", begun[1], never))
        await asyncio.gather(*(event.wait() for event in begun))
        go_on.set()
        cancelled.cancel()
        await asyncio.gather(done, cancelled, return_exceptions=True)

    asyncio.run(play())
    ann, bob = record.history()
    assert ann.invoked <= bob.invoked <= ann.completed < math.inf
    assert (ann.outcome, bob.outcome) == (1, Unknown("CancelledError"))


@pytest.mark.parametrize(
    ("times", "outcome", "wrong"),
    [((2.0, 1.0), 1, "completes before"), ((0.0, math.inf), 1, "infinity"), ((0.0, 1.0), Unknown(), "infinity")],
)
def test_an_operation_that_cannot_be_is_not_made(times: tuple[float, float], outcome: object, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Operation(1, "Ann", "it", "reads", *times, outcome)
