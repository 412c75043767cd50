"""Operations on an object: the act, its times and its outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

Act = TypeVar("Act", covariant=True)
Result = TypeVar("Result", covariant=True)

NOT_FOUND = "not found"
CONFLICT = "conflict"


@dataclass(frozen=True)
class Declined:
    """The act was refused, so it had no effect; `told` is the version in the refusal, if there is one."""

    reason: str
    told: int | None = None

    def __str__(self) -> str:
        return f"refused: {self.reason}" + (f", it is at version {self.told}" if self.told is not None else "")


@dataclass(frozen=True)
class Unknown:
    """It is unknown whether the act had its effect, or will have it later."""

    why: str = "no answer"

    def __str__(self) -> str:
        return f"outcome unknown: {self.why}"


@dataclass(frozen=True)
class Operation(Generic[Act, Result]):
    """One act of a session on an object, from `invoked` to `completed` in monotonic seconds.

    Act and result are shown by their `str`. Where the outcome is unknown, `completed` is infinite: the effect may
    come at any time after the invocation, or never.
    """

    number: int
    session: str
    object: str
    act: Act
    invoked: float
    completed: float
    outcome: Result | Declined | Unknown

    def __post_init__(self) -> None:
        if self.completed < self.invoked:
            raise ValueError(f"operation {self.number} completes before it is invoked")
        if isinstance(self.outcome, Unknown) != math.isinf(self.completed):
            raise ValueError(f"operation {self.number}: an unknown outcome, and no other, ends at infinity")

    @property
    def is_unknown(self) -> bool:
        """Whether the outcome is unknown."""
        return isinstance(self.outcome, Unknown)

    def __str__(self) -> str:
        return f"{self.session} {self.act} -> {self.outcome}"
