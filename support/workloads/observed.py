"""What many do at the same moment to the same thing, written down with its times, to be judged afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from support.drivers.contract.types import Refused
from support.verdicts.history import HistoryVerdict, Operation, Recorder, judge_history, judge_sessions
from support.verdicts.history.model import AnyModel
from support.verdicts.history.sessions import Seen, SessionVerdict

Act = TypeVar("Act")
Answer = TypeVar("Answer")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Observed:
    """Everything that was done, what is promised of it, and what an answer shows of how far things had come."""

    operations: tuple[Operation[Any, Any], ...]
    model: AnyModel
    seen: Callable[[Operation[Any, Any]], Seen | None]

    @cached_property
    def history(self) -> HistoryVerdict:
        """Whether there is an order that explains all answers."""
        return judge_history(self.operations, self.model)

    @cached_property
    def sessions(self) -> SessionVerdict:
        """Whether each of them saw at least what they had done and seen themselves."""
        return judge_sessions(self.operations, self.seen)

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """What breaks the promise, by name and as SVG: at most one for each object, and one for the sessions."""
        for breach in self.sessions.breaches[:1]:
            yield f"What was there already: {breach.read.object}", breach.picture()
        for violation in self.history.violations:
            yield f"What no order explains: {violation.object}", violation.picture()

    def expect_one_order(self) -> None:
        """There is an order that explains all answers; what a session alone can tell is told first, as it is short."""
        self.sessions.expect_guarantees()
        self.history.expect_linearizable()


async def observe(
    recorder: Recorder[Act, Result],
    who: str,
    target: str,
    act: Act,
    doing: Awaitable[Answer],
    seen: Callable[[Answer], Result],
) -> Operation[Act, Result]:
    """Let somebody do something, and write down what came of it: what was seen in the answer, or the refusal.

    Raises:
        BackendFailed: there was no answer.
    """
    with recorder.calling(who, target, act) as call:
        try:
            answer = await doing
        except Refused as refused:
            call.refused(str(refused.refusal.reason), refused.refusal.version)
        else:
            call.answered(seen(answer))
    return call.operation()
