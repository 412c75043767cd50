"""Whether a scenario has changed anything but what is its own, and whether something erased has left a trace.

A scenario's customers are enrolled by it. So everything that was kept before must be there still, and unchanged, and
whatever is new must belong to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from support.core.failure import PromiseBroken
from support.drivers.contract.types import Holding

SHOWN = 10
"""So many changes are named, the rest are counted."""


def changes(before: Mapping[str, Holding], after: Mapping[str, Holding], now: float) -> Iterator[str]:
    """What differs, a phrase for each place; what was to go by itself until `now` (seconds since the epoch) may go."""
    for place in sorted({*before, *after}):
        was, held = before.get(place), after.get(place)
        if was is None and held is not None:
            yield f"{place} has come ({held.amount})"
        elif was is not None and held is None:
            if was.until is None or was.until > now:
                yield f"{place} has gone ({was.amount})"
        elif was is not None and held is not None and was.digest != held.digest:
            yield f"{place} has changed ({was.amount} before, {held.amount} now)"


def expect_nothing_else_changed(before: Mapping[str, Holding], after: Mapping[str, Holding], now: float) -> None:
    """What belongs to nobody in the scenario is as it was.

    Raises:
        PromiseBroken: it is not; the message names the places.
    """
    expect_same("what belongs to nobody in this scenario", before, after, now)


def expect_same(what: str, before: Mapping[str, Holding], after: Mapping[str, Holding], now: float = 0) -> None:
    """What was kept is as it was, to the last byte.

    Raises:
        PromiseBroken: it is not; the message names the places.
    """
    if found := list(changes(before, after, now)):
        raise PromiseBroken(f"{what} is no longer as it was: {_listed(found)}")


def expect_no_traces(what: str, mark: str, traces: Sequence[str]) -> None:
    """Nothing is left of what was erased; `traces` are the places that still have `mark`, an id or words of it.

    Raises:
        PromiseBroken: something is left.
    """
    if traces:
        raise PromiseBroken(f"{what} was erased, but {mark!r} of it is still found in {_listed(traces)}")


def _listed(found: Sequence[str]) -> str:
    rest = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "; ".join([*found[:SHOWN], *rest])
