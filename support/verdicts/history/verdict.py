"""Whether a history is linearizable: each object by itself, which suffices (Herlihy and Wing 1990, theorem 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.verdicts.history.model import AnyModel, AnyOperation, Model
from support.verdicts.history.operations import Operation
from support.verdicts.history.picture import draw
from support.verdicts.history.search import Budget, BudgetSpent, Explanation, Meter, Problem, Start, explain
from support.verdicts.history.shortest import Part, shorten
from support.verdicts.history.words import joined, numbered, quantity

Act = TypeVar("Act")
Result = TypeVar("Result")

BUDGET = Budget()


@dataclass(frozen=True)
class Violation:
    """A part of the operations on one object that no order explains; `view` names the part of the object, if any."""

    object: str
    view: str | None
    operations: int
    part: Part

    @property
    def shown(self) -> tuple[AnyOperation, ...]:
        """The operations of the part, in the order in which they are numbered."""
        return self.part.problem.operations

    @property
    def headline(self) -> str:
        """What is wrong, in one sentence."""
        of = f"{quantity(len(self.shown), 'operation')} (of {self.operations})"
        about = f", as far as {self.view} goes" if self.view else ""
        return f"{self.object}: there is no order in which {of} could have had these outcomes{about}"

    @property
    def words(self) -> str:
        """The part in words: where it begins, what was done, and how far an order gets."""
        lines = [self.headline, self._beginning, *numbered(self.shown), *self._nearest()]
        if not self.part.is_shortest:
            lines.append("(there was no time to look for a shorter part)")
        return "\n".join(lines)

    def picture(self) -> bytes:
        """A timeline of the part as SVG, to be shown as `image/svg+xml`."""
        return draw(self.headline, self.shown, (self._beginning, *self._nearest()))

    @property
    def _beginning(self) -> str:
        states = dict.fromkeys(str(start.state) for start in self.part.problem.starts)
        return f"before: {joined(states, 'or')}"

    def _nearest(self) -> Iterator[str]:
        nearest = self.part.nearest
        numbers = {each.number: str(number) for number, each in enumerate(self.shown, 1)}
        order = [numbers.pop(each.number) for each in nearest.order]
        taken = {number for start in self.part.problem.starts for number in start.taken}
        left = [shown for number, shown in numbers.items() if number not in taken and not self._is_unknown(number)]
        leads = f"the order {', '.join(order)} leads to: {nearest.end}" if order else f"from: {nearest.end}"
        yield f"{leads}; then {joined(left, 'or')} cannot follow, and no other order gets further"

    def _is_unknown(self, number: int) -> bool:
        return next(each.is_unknown for each in self.shown if each.number == number)


@dataclass(frozen=True)
class HistoryVerdict:
    """What a history shows: the violations, the least first, and the objects on which the search came to no end."""

    operations: int
    objects: int
    violations: tuple[Violation, ...]
    undecided: tuple[str, ...]
    budget: Budget

    def expect_linearizable(self) -> None:
        """On each object, all operations could have been done one after the other, each at some moment of its time.

        Raises:
            PromiseBroken: not on one of them.
            EnvironmentFailed: the search ended without a decision.
        """
        if self.violations:
            others = [violation.object for violation in self.violations[1:]]
            rest = f"\nlikewise: {joined(others, 'and')}" if others else ""
            raise PromiseBroken(Code.NO_ORDER, self.violations[0].words + rest)
        if self.undecided:
            raise EnvironmentFailed(
                f"{joined(self.undecided, 'and')}: no decision whether an order explains the outcomes within "
                f"{self.budget.steps} steps and {self.budget.seconds:g} s"
            )

    def __str__(self) -> str:
        return (
            f"{quantity(self.operations, 'operation')} on {quantity(self.objects, 'object')}: "
            f"{quantity(len(self.violations), 'violation')}, {len(self.undecided)} undecided"
        )


def judge_history(
    operations: Iterable[Operation[Act, Result]], model: Model[Any, Act, Result], budget: Budget = BUDGET
) -> HistoryVerdict:
    """Judge each object by itself; the budget holds for each object, and again for its views.

    Half of it may be spent again on shortening what was found.
    """
    by_object: dict[str, list[AnyOperation]] = defaultdict(list)
    for operation in operations:
        by_object[operation.object].append(operation)
    violations: list[Violation] = []
    undecided: list[str] = []
    for target, own in by_object.items():
        try:
            violation = _judge_object(target, own, model, budget)
        except BudgetSpent:
            undecided.append(target)
        else:
            violations += [violation] if violation else []
    violations.sort(key=lambda violation: len(violation.shown))
    count = sum(len(own) for own in by_object.values())
    return HistoryVerdict(count, len(by_object), tuple(violations), tuple(undecided), budget)


def _judge_object(target: str, own: list[AnyOperation], model: AnyModel, budget: Budget) -> Violation | None:
    """The shortest violation on one object or in one of its views; a violation in a view needs no other proof.

    Raises:
        BudgetSpent: the search came to no end, and no view shows a violation.
    """
    whole = _problem(target, own, model)
    try:
        nearest = explain(whole, Meter(budget))
    except BudgetSpent:
        found = _in_views(target, own, model, budget)
        if not found:
            raise
    else:
        if nearest.is_complete:
            return None
        found = [*_in_views(target, own, model, budget), (None, whole, nearest)]
    meter = Meter(budget.for_shortening)
    violations = [
        Violation(target, view, len(problem.operations), shorten(problem, nearest, meter))
        for view, problem, nearest in found
    ]
    return min(violations, key=lambda violation: len(violation.shown))


def _in_views(
    target: str, own: list[AnyOperation], model: AnyModel, budget: Budget
) -> list[tuple[str | None, Problem, Explanation]]:
    """The views that no order explains, by name, each with the longest order that fits."""
    meter = Meter(budget)
    found: list[tuple[str | None, Problem, Explanation]] = []
    for view in model.views(own):
        problem = _problem(target, view.operations, view.model)
        try:
            nearest = explain(problem, meter)
        except BudgetSpent:
            break
        if not nearest.is_complete:
            found.append((view.name, problem, nearest))
    return found


def _problem(target: str, operations: Iterable[AnyOperation], model: AnyModel) -> Problem:
    return Problem.of(model, operations, (Start(model.initial(target)),))
