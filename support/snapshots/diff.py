"""Differences of two snapshots, and traces of an erased thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import Kept

MOST_NAMED = 10
"""How many differences a message names; it only counts the rest."""


def differences(before: Mapping[str, Kept], after: Mapping[str, Kept], now: float) -> Iterator[str]:
    """A phrase for each place that differs; what expires until `now` (seconds since the epoch) may be gone."""
    for place in sorted({*before, *after}):
        was, kept = before.get(place), after.get(place)
        if was is None and kept is not None:
            yield f"{place} is new ({kept.amount})"
        elif was is not None and kept is None:
            if was.until is None or was.until > now:
                yield f"{place} is gone ({was.amount})"
        elif was is not None and kept is not None and was.digest != kept.digest:
            yield f"{place} has changed ({was.amount} before, {kept.amount} now)"


def expect_same(what: str, before: Mapping[str, Kept], after: Mapping[str, Kept], now: float) -> None:
    """Two snapshots are equal to the last byte.

    Raises:
        PromiseBroken: they are not; the message names the places.
    """
    if found := list(differences(before, after, now)):
        raise PromiseBroken(Code.SNAPSHOT_CHANGED, f"expected {what} to stay as it was, got: {listed(found)}")


def expect_no_traces(what: str, marker: str, traces: Sequence[str]) -> None:
    """Nothing is left of something erased; `traces` are the places that still have `marker`, an id or words of it.

    Raises:
        PromiseBroken: a trace is left.
    """
    if traces:
        raise PromiseBroken(
            Code.TRACES_LEFT, f"expected nothing of {what} after it was erased, got {marker!r} in {listed(traces)}"
        )


def listed(found: Sequence[str]) -> str:
    """The first of many, and how many more there are."""
    rest = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return "; ".join([*found[:MOST_NAMED], *rest])
