"""What many do at the same moment to the same thing, written down with its times, to be judged afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from support.drivers.types import Refused
from support.verdicts.history import HistoryVerdict, Operation, Recorder, judge_history
from support.verdicts.history.model import AnyModel

Act = TypeVar("Act")
Answer = TypeVar("Answer")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Observed:
    """Everything that was done, and what is promised of it."""

    operations: tuple[Operation[Any, Any], ...]
    model: AnyModel

    def judge(self) -> HistoryVerdict:
        """Whether there is an order that explains all answers."""
        return judge_history(self.operations, self.model)


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
