"""Whether some order of the operations on one object explains all their outcomes.

The search is that of J. M. Wing and C. Gong, Testing and Verifying Concurrent Objects, Journal of Parallel and
Distributed Computing 17 (1993) 164-182: of the operations that could come next, those which no other one precedes in
time, try each and come back on failure. With G. Lowe, Testing for Linearizability, Concurrency and Computation:
Practice and Experience 29 (2017) e3928, it visits no pair of operations done and state reached a second time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from support.verdicts.history.model import AnyModel, AnyOperation, Step


@dataclass(frozen=True)
class Budget:
    """How much a search may cost: steps of the model, and seconds; a verdict has to come before its step times out."""

    steps: int = 2_000_000
    seconds: float = 8.0

    @property
    def for_shortening(self) -> Budget:
        """The budget for a shorter form of a violation that is already found."""
        return Budget(self.steps, self.seconds / 2)


class BudgetSpent(Exception):
    """The search has used its budget without a result."""


class Meter:
    """What is left of a budget; its time runs from now."""

    def __init__(self, budget: Budget) -> None:
        self._steps = budget.steps
        self._deadline = time.monotonic() + budget.seconds

    def count(self) -> None:
        """One more step.

        Raises:
            BudgetSpent: there is nothing left.
        """
        self._steps -= 1
        if self._steps < 0 or time.monotonic() >= self._deadline:
            raise BudgetSpent


@dataclass(frozen=True)
class Start:
    """A state to begin in, with the numbers of the unknown operations that have had their effect by then."""

    state: Hashable
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Problem:
    """Operations on one object, and the states in which the object may be before them."""

    model: AnyModel
    operations: tuple[AnyOperation, ...]
    starts: tuple[Start, ...]

    @classmethod
    def of(cls, model: AnyModel, operations: Iterable[AnyOperation], starts: tuple[Start, ...]) -> Problem:
        """In the order of invocation, without operations of unknown outcome that could have changed nothing."""
        telling = (each for each in operations if not each.is_unknown or model.changes(each.act, each.outcome))
        return cls(model, tuple(sorted(telling, key=lambda each: (each.invoked, each.number))), starts)


@dataclass(frozen=True)
class Explanation:
    """The longest order that fits, the state in which it began, and the one after it."""

    order: tuple[AnyOperation, ...]
    begin: Hashable
    end: Hashable
    is_complete: bool


def explain(problem: Problem, meter: Meter) -> Explanation:
    """An order of all operations of known outcome that explains the outcomes, or else the longest one found.

    Raises:
        BudgetSpent: the search has cost too much.
        ValueError: there is no state to begin in.
    """
    best: Explanation | None = None
    search = _Search(problem, meter)
    for start in problem.starts:
        for reached in search.orders(start):
            if best is None or reached.is_complete or len(reached.path) > len(best.order):
                order = tuple(problem.operations[each] for each in reached.path)
                best = Explanation(order, start.state, reached.state, reached.is_complete)
            if best.is_complete:
                return best
    if best is None:
        raise ValueError("there is no state to begin in")
    return best


def ends(problem: Problem, meter: Meter, limit: int) -> frozenset[Start] | None:
    """All states in which the object may be after the operations, or None if they are more than the limit.

    Raises:
        BudgetSpent: the search has cost too much.
    """
    unknown = frozenset(each.number for each in problem.operations if each.is_unknown)
    found: set[Start] = set()
    search = _Search(problem, meter)
    for start in problem.starts:
        for reached in search.orders(start):
            if reached.is_complete:
                done = start.taken.union(problem.operations[each].number for each in reached.path)
                found.add(Start(reached.state, done & unknown))
            if len(found) > limit:
                return None
    return frozenset(found)


class _Remaining:
    """The operations that have no place in the order yet: a list by invocation, doubly linked, as Lowe describes."""

    def __init__(self, operations: tuple[AnyOperation, ...], taken: frozenset[int]) -> None:
        self._operations = operations
        last = len(operations)
        self._next = [*range(1, last + 1), 0]
        self._before = [last, *range(last)]
        self.known = sum(not each.is_unknown for each in operations)
        self.done = 0
        for position, each in enumerate(operations):
            if each.number in taken:
                self.take(position)

    def take(self, position: int) -> None:
        before, after = self._before[position], self._next[position]
        self._next[before], self._before[after] = after, before
        self._count(position, -1)

    def put_back(self, position: int) -> None:
        before, after = self._before[position], self._next[position]
        self._next[before] = self._before[after] = position
        self._count(position, 1)

    def first(self) -> Iterator[int]:
        """Those that no other remaining one precedes: it would have to complete before they were invoked."""
        head = len(self._operations)
        position = self._next[head]
        earliest = math.inf
        while position != head and self._operations[position].invoked <= earliest:
            yield position
            earliest = min(earliest, self._operations[position].completed)
            position = self._next[position]

    def _count(self, position: int, by: int) -> None:
        self.done ^= 1 << position
        if not self._operations[position].is_unknown:
            self.known += by


class _Reached(NamedTuple):
    """Where the search is; the path, as positions, is valid until it goes on."""

    path: list[int]
    state: Hashable
    is_complete: bool


class _Search:
    """Depth-first, without recursion; what was visited from one start is not visited again from another."""

    def __init__(self, problem: Problem, meter: Meter) -> None:
        self._model = problem.model
        self._operations = problem.operations
        self._meter = meter
        self._visited: set[tuple[int, Hashable]] = set()

    def orders(self, start: Start) -> Iterator[_Reached]:
        """Every operations done and state that can be reached and was not before; complete ones are gone on from."""
        remaining = _Remaining(self._operations, start.taken)
        if not self._is_new(remaining.done, start.state):
            return
        path: list[int] = []
        yield _Reached(path, start.state, remaining.known == 0)
        choices = [self._choices(remaining, start.state)]
        while choices:
            position, state = next(choices[-1], (None, None))
            if position is None:
                choices.pop()
                if path:
                    remaining.put_back(path.pop())
            elif self._is_new(remaining.done | 1 << position, state):
                remaining.take(position)
                path.append(position)
                choices.append(self._choices(remaining, state))
                yield _Reached(path, state, remaining.known == 0)

    def _choices(self, remaining: _Remaining, state: Hashable) -> Iterator[tuple[int, Hashable]]:
        """What may come next, and the state after it; what completed first is tried first.

        Something that changes nothing and fits is the only choice: it can stand here in every order in which it
        stands later.
        """
        allowed: list[tuple[int, Hashable]] = []
        for position in remaining.first():
            self._meter.count()
            operation = self._operations[position]
            after = self._model.step(state, operation.act, operation.outcome)
            if isinstance(after, Step) or (operation.is_unknown and after == state):
                continue
            if not self._model.changes(operation.act, operation.outcome):
                return iter([(position, after)])
            allowed.append((position, after))
        return iter(sorted(allowed, key=lambda choice: self._operations[choice[0]].completed))

    def _is_new(self, done: int, state: Hashable) -> bool:
        if (done, state) in self._visited:
            return False
        self._visited.add((done, state))
        return True
