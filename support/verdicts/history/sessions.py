"""Guarantees to each session, independent of all others: read your writes, and monotonic reads.

D. B. Terry et al., Session Guarantees for Weakly Consistent Replicated Data, Parallel and Distributed Information
Systems (1994) 140-149. Linearizability contains both; a list, an event stream or a replica may promise only these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from support.core.failure import Code, PromiseBroken
from support.verdicts.history.operations import Operation
from support.verdicts.history.picture import draw
from support.verdicts.history.words import numbered

Act = TypeVar("Act")
Result = TypeVar("Result")


class Guarantee(StrEnum):
    """A promise to one session."""

    READ_YOUR_WRITES = "a session reads at least what it has written itself"
    MONOTONIC_READS = "a session never reads an older state than it has read before"


@dataclass(frozen=True)
class Seen:
    """The version of an object that an answer shows, as a number and in words. A write shows the version it made."""

    rank: int
    words: str
    is_write: bool


@dataclass(frozen=True)
class Breach:
    """A read that shows less than an operation that completed before it in the same session."""

    guarantee: Guarantee
    earlier: Operation[Any, Any]
    read: Operation[Any, Any]
    before: str
    after: str

    @property
    def words(self) -> str:
        """Both operations, and what is wrong with them."""
        lines = [f"{self.read.object}: {self.guarantee}, but after {self.before} came {self.after}"]
        return "\n".join([*lines, *numbered((self.earlier, self.read))])

    def picture(self) -> bytes:
        """A timeline of the two as SVG."""
        return draw(self.words.splitlines()[0], (self.earlier, self.read), ())


@dataclass(frozen=True)
class SessionVerdict:
    """Every read of every session that breaks a guarantee, in the order of invocation."""

    operations: int
    breaches: tuple[Breach, ...]

    def expect_guarantees(self) -> None:
        """No session read less than it was sure of.

        Raises:
            PromiseBroken: one did; the message has the first.
        """
        if self.breaches:
            rest = len(self.breaches) - 1
            more = f"\n(and {rest} more like it)" if rest else ""
            raise PromiseBroken(Code.SESSION_GUARANTEE, self.breaches[0].words + more)


def judge_sessions(
    operations: Iterable[Operation[Act, Result]], seen: Callable[[Operation[Act, Result]], Seen | None]
) -> SessionVerdict:
    """Judge each session by itself on each object; `seen` tells what an answer shows, or None if that is nothing.

    Operations of one session that overlap in time have no order, and bind nothing.
    """
    groups: dict[tuple[str, str], list[tuple[Operation[Act, Result], Seen]]] = defaultdict(list)
    count = 0
    for operation in operations:
        count += 1
        if shown := seen(operation):
            groups[operation.session, operation.object].append((operation, shown))
    breaches = [breach for group in groups.values() for breach in _breaches(group)]
    return SessionVerdict(count, tuple(sorted(breaches, key=lambda breach: breach.read.invoked)))


def _breaches(group: Sequence[tuple[Operation[Any, Any], Seen]]) -> Iterable[Breach]:
    for read, shown in group:
        if shown.is_write:
            continue
        ahead = [pair for pair in group if pair[0].completed < read.invoked and pair[1].rank > shown.rank]
        for guarantee in Guarantee:
            is_write = guarantee is Guarantee.READ_YOUR_WRITES
            bound = [pair for pair in ahead if pair[1].is_write == is_write]
            if bound:
                earlier, before = max(bound, key=lambda pair: (pair[0].completed, pair[1].rank))
                yield Breach(guarantee, earlier, read, before.words, shown.words)
