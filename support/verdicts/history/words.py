"""Operations in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from support.verdicts.history.operations import Operation


def numbered(operations: Sequence[Operation[Any, Any]]) -> Iterator[str]:
    """A line for each operation, with its time in milliseconds since the first one began."""
    first = min((each.invoked for each in operations), default=0.0)
    for number, each in enumerate(operations, 1):
        yield f"  {number}. {each}  ({since(each.invoked, first)} to {since(each.completed, first)} ms)"


def since(moment: float, first: float) -> str:
    """A moment in milliseconds since the first one; `?` if it is not known."""
    return "?" if math.isinf(moment) else f"{(moment - first) * 1000:.1f}"


def joined(words: Iterable[str], conjunction: str) -> str:
    """`1`, `1 and 2`, or `1, 2 and 3`."""
    *rest, last = words
    return f"{', '.join(rest)} {conjunction} {last}" if rest else last


def quantity(count: int, noun: str) -> str:
    """`1 operation`, `2 operations`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
