"""Where two JSON values differ, in words."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Any


def differing(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """A phrase for each place at which two JSON values differ.

    Whole numbers must be equal to the last digit, fractions as far as a computer's number goes; yes is not 1.
    """
    here = path or "the details"
    match expected, found:
        case {**wanted}, {**got}:
            for name in sorted({*wanted, *got}):
                inner = f"{path} / {name}" if path else name
                if name not in got:
                    yield f"{inner}: expected {_short(wanted[name])}, got no such detail"
                elif name not in wanted:
                    yield f"{inner}: expected no such detail, got {_short(got[name])}"
                else:
                    yield from differing(wanted[name], got[name], inner)
        case [*wanted], [*got] if len(wanted) == len(got):
            for number, (one, other) in enumerate(zip(wanted, got, strict=True), start=1):
                yield from differing(one, other, f"{here}, entry {number}")
        case _ if not _is_same(expected, found):
            yield f"{here}: expected {_short(expected)}, got {_short(found)}"
        case _:
            return


def _is_same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, int | float) and not isinstance(found, bool):
        return expected == float(found)
    if isinstance(expected, int) and isinstance(found, float) and not isinstance(expected, bool):
        return found.is_integer() and int(found) == expected
    return type(expected) is type(found) and expected == found


def _short(value: Any) -> str:
    return _REPR.repr(value)


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxlong = _REPR.maxother = 100
