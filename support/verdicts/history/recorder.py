"""Records operations on objects and their outcomes as they happen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Generic, TypeVar

from support.core.failure import EnvironmentFailed
from support.verdicts.history.operations import Declined, Operation, Unknown

Act = TypeVar("Act")
Result = TypeVar("Result")


class PendingOperation(Generic[Act, Result]):
    """An act under way; its outcome is given once."""

    def __init__(self, number: int, session: str, target: str, act: Act, clock: Callable[[], float]) -> None:
        self._number = number
        self._session = session
        self._target = target
        self._act = act
        self._clock = clock
        self._completed = math.inf
        self._outcome: Result | Declined | Unknown = Unknown()
        self._is_over = False
        self._invoked = clock()

    @property
    def is_over(self) -> bool:
        """Whether its outcome has been given."""
        return self._is_over

    def answered(self, result: Result) -> None:
        """It was done, just now."""
        self._end(result, self._clock())

    def refused(self, reason: str, told: int | None = None) -> None:
        """It was refused, just now, and so had no effect. `told` is the version that the refusal named."""
        self._end(Declined(reason, told), self._clock())

    def unknown(self, why: str) -> None:
        """No answer came, or one that leaves open whether the act had its effect."""
        self._end(Unknown(why), math.inf)

    def operation(self) -> Operation[Act, Result]:
        """The operation as recorded so far; its outcome is unknown until it is given."""
        return Operation(
            self._number, self._session, self._target, self._act, self._invoked, self._completed, self._outcome
        )

    def _end(self, outcome: Result | Declined | Unknown, completed: float) -> None:
        if self.is_over:
            raise EnvironmentFailed(f"expected one outcome, got a second for {self.operation()}")
        self._completed, self._outcome, self._is_over = completed, outcome, True


class Recorder(Generic[Act, Result]):
    """Records operations on one event loop; tasks may call at the same time. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: list[PendingOperation[Act, Result]] = []

    @contextmanager
    def calling(self, session: str, target: str, act: Act) -> Generator[PendingOperation[Act, Result], None, None]:
        """Record an act of this session on this object, invoked now.

        Give its outcome inside the block as soon as it is known. If the block ends without one, also by an exception
        or a cancellation, the outcome is unknown.
        """
        call = self.invoke(session, target, act)
        try:
            yield call
        except BaseException as error:
            if not call.is_over:
                call.unknown(type(error).__name__)
            raise
        if not call.is_over:
            call.unknown("no answer")

    def invoke(self, session: str, target: str, act: Act) -> PendingOperation[Act, Result]:
        """As `calling`, for an act whose answer arrives elsewhere."""
        call: PendingOperation[Act, Result] = PendingOperation(len(self._calls) + 1, session, target, act, self._clock)
        self._calls.append(call)
        return call

    def history(self) -> tuple[Operation[Act, Result], ...]:
        """Everything so far, in the order of invocation; what is still under way ends at infinity."""
        return tuple(call.operation() for call in self._calls)
