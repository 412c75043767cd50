"""A register, histories of it, and the slow and certain way to judge them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations, permutations

from support.verdicts.history.model import NOT_ALLOWED, AnyModel, AnyOperation, Model, NotAllowed, Step
from support.verdicts.history.operations import CONFLICT, Declined, Operation, Unknown


@dataclass(frozen=True)
class Read:
    """Answers with what the register holds."""

    def __str__(self) -> str:
        return "reads"


@dataclass(frozen=True)
class Write:
    """Sets the register, if it holds `instead_of`, or in any case."""

    value: int
    instead_of: int | None = None

    def __str__(self) -> str:
        condition = "" if self.instead_of is None else f" instead of {self.instead_of}"
        return f"writes {self.value}{condition}"


Outcome = int | Declined | Unknown


class Register(Model[int, Read | Write, int]):
    """Holds 0 at first; answers with what it holds after the act."""

    def initial(self, target: str) -> int:
        del target
        return 0

    def step(self, state: int, act: Read | Write, outcome: Outcome) -> int | NotAllowed:
        fits = isinstance(act, Read) or act.instead_of in {None, state}
        if isinstance(outcome, Declined):
            return NOT_ALLOWED if fits else state
        after = state if isinstance(act, Read) else act.value
        return after if fits and (isinstance(outcome, Unknown) or outcome == after) else NOT_ALLOWED

    def changes(self, act: Read | Write, outcome: Outcome) -> bool:
        return isinstance(act, Write) and not isinstance(outcome, Declined)


def operation(
    number: int, session: str, act: object, times: tuple[float, float], outcome: object, target: str = "it"
) -> AnyOperation:
    return Operation(number, session, target, act, *times, outcome)


def wrote(number: int, session: str, value: int, begin: float, end: float) -> AnyOperation:
    outcome = Unknown() if math.isinf(end) else value
    return operation(number, session, Write(value), (begin, end), outcome)


def read(number: int, session: str, value: int, begin: float, end: float) -> AnyOperation:
    return operation(number, session, Read(), (begin, end), value)


def lost(number: int, session: str, act: Write, begin: float, end: float) -> AnyOperation:
    return operation(number, session, act, (begin, end), Declined(CONFLICT))


def is_linearizable(model: AnyModel, operations: Sequence[AnyOperation]) -> bool:
    """By trying every permutation of every choice of unknown operations."""
    known = [each for each in operations if not each.is_unknown]
    unknown = [each for each in operations if each.is_unknown]
    choices = chain.from_iterable(combinations(unknown, size) for size in range(len(unknown) + 1))
    return any(_fits(model, order) for choice in choices for order in permutations([*known, *choice]))


def _fits(model: AnyModel, order: Sequence[AnyOperation]) -> bool:
    if any(late.completed < early.invoked for early, late in combinations(order, 2)):
        return False
    state = model.initial("it")
    for each in order:
        state = model.step(state, each.act, each.outcome)
        if isinstance(state, Step):
            return False
    return True
