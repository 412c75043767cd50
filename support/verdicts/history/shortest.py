"""The shortest part of a history that no order explains.

Leaving out an arbitrary operation proves nothing: without its write, no read can be explained. Each way of shortening
here keeps the proof, because an order that explains the whole explains the part too:

- What came after a time is left out, and what was under way then has an unknown outcome (prefixes of linearizable
  histories are linearizable: Herlihy and Wing, ACM TOPLAS 12 (1990) 463-492).
- What came before a time at which nothing was under way is left out, and the part begins in any of the states that
  can have been reached by then.
- An operation that changes nothing is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from support.verdicts.history.model import AnyOperation
from support.verdicts.history.operations import Unknown
from support.verdicts.history.search import BudgetSpent, Explanation, Meter, Problem, Start, ends, explain

STATES_SHOWN = 4
"""A part does not begin where the object may be in more states than this."""


@dataclass(frozen=True)
class Part:
    """A part of a history that no order explains; `nearest` is the longest order that fits."""

    problem: Problem
    nearest: Explanation
    is_shortest: bool


def shorten(problem: Problem, nearest: Explanation, meter: Meter) -> Part:
    """The shortest part found of a problem that no order explains, for the budget left on the meter."""
    shortener = _Shortener(problem, nearest, meter)
    try:
        shortener.end_early()
        size = math.inf
        while len(shortener.problem.operations) < size:
            size = len(shortener.problem.operations)
            shortener.leave_out_readers()
            shortener.begin_late()
    except BudgetSpent:
        return Part(shortener.problem, shortener.nearest, is_shortest=False)
    return Part(shortener.problem, shortener.nearest, is_shortest=True)


class _Shortener:
    """Holds the shortest problem so far that is known to have no explanation."""

    def __init__(self, problem: Problem, nearest: Explanation, meter: Meter) -> None:
        self.problem = problem
        self.nearest = nearest
        self._meter = meter

    def end_early(self) -> None:
        """Cut off at the first completion by which all explanations have failed."""
        whole = self.problem
        times = sorted({each.completed for each in whole.operations if not each.is_unknown})
        kept, broken = -1, len(times)
        while broken - kept > 1:
            middle = (kept + broken) // 2
            if self._try(_until(whole, times[middle])):
                broken = middle
            else:
                kept = middle

    def begin_late(self) -> None:
        """Begin at the last moment of quiet from which no explanation goes on."""
        whole = self.problem
        times = _moments_of_quiet(whole)
        broken, kept = -1, len(times)
        while kept - broken > 1:
            middle = (kept + broken) // 2
            later = self._since(whole, times[middle])
            if later and self._try(later):
                broken = middle
            else:
                kept = middle

    def leave_out_readers(self) -> None:
        """Leave out operations that change nothing, as many at once as possible and then fewer."""
        model = self.problem.model
        readers = [each for each in self.problem.operations if not model.changes(each.act, each.outcome)]
        size = len(readers)
        while size:
            for first in range(0, len(readers), size):
                left_out = {each.number for each in readers[first : first + size]}
                rest = tuple(each for each in self.problem.operations if each.number not in left_out)
                self._try(replace(self.problem, operations=rest))
            present = {each.number for each in self.problem.operations}
            readers = [each for each in readers if each.number in present]
            size = min(size // 2, len(readers))

    def _since(self, whole: Problem, moment: float) -> Problem | None:
        """What came after a moment of quiet; None where too little is known of the state at that moment.

        None as well where nothing changed afterwards: the author of the last change is part of the explanation.
        """
        early = tuple(each for each in whole.operations if each.invoked <= moment)
        starts = ends(replace(whole, operations=early), self._meter, STATES_SHOWN)
        if not starts:
            return None
        late = tuple(each for each in whole.operations if each.completed > moment)
        done = frozenset[int].intersection(*(start.taken for start in starts))
        if not any(whole.model.changes(each.act, each.outcome) for each in late if each.number not in done):
            return None
        return replace(whole, operations=late, starts=tuple(sorted(starts, key=_by_words)))

    def _try(self, shorter: Problem) -> bool:
        nearest = explain(shorter, self._meter)
        if nearest.is_complete:
            return False
        self.problem, self.nearest = shorter, nearest
        return True


def _by_words(start: Start) -> tuple[str, list[int]]:
    return str(start.state), sorted(start.taken)


def _until(whole: Problem, end: float) -> Problem:
    """What is known at this time: what began later is left out, and what ends later has an unknown outcome.

    What ends later and changes nothing is left out too: for a refusal, to be of unknown outcome would be less known.
    """
    seen: list[AnyOperation] = []
    for each in whole.operations:
        if each.invoked <= end < each.completed < math.inf:
            if whole.model.changes(each.act, each.outcome):
                seen.append(replace(each, completed=math.inf, outcome=Unknown("not answered by then")))
        elif each.invoked <= end:
            seen.append(each)
    return Problem.of(whole.model, seen, whole.starts)


def _moments_of_quiet(problem: Problem) -> list[float]:
    """Times at which every operation begun has completed, but for those of unknown outcome."""
    moments: list[float] = []
    latest = -math.inf
    for each in problem.operations:
        if latest < each.invoked and latest > -math.inf:
            moments.append(latest)
        if not each.is_unknown:
            latest = max(latest, each.completed)
    return moments
