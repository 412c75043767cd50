"""Details as tables of the features write them: a line for each, with its path, its kind and its value."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from support.core.failure import EnvironmentFailed
from support.drivers.contract.types import Metadata
from support.specification.values import Use, value_named

HEADER = ["detail", "kind", "value"]
READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": lambda text: float(text) if "." in text else int(text),
    "yes/no": {"yes": True, "no": False}.__getitem__,
    "nothing": lambda _text: None,
    "removed": lambda _text: None,  # in a change, null removes a member (RFC 7396)
    "list": lambda text: [item.strip() for item in text.split(",")],
    "named": lambda name: value_named(name, Use.DETAIL),
}
KINDS_OF_VALUES = {
    "NoneType": "nothing",
    "bool": "yes/no",
    "int": "number",
    "float": "number",
    "str": "text",
    "list": "list",
}


def read_metadata(table: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Metadata from a table of path, kind and value; ` / ` in a path leads into a group.

    Raises:
        EnvironmentFailed: the header is another, a kind is unknown, or a value is not of its kind.
    """
    if list(table[0]) != HEADER:
        raise EnvironmentFailed(f"expected the columns {HEADER}, got {list(table[0])}")
    metadata: dict[str, Any] = {}
    for path, kind, text in table[1:]:
        *groups, name = path.split(" / ")
        group = metadata
        for step in groups:
            group = group.setdefault(step, {})
        try:
            group[name] = READERS[kind](text)
        except (KeyError, ValueError):
            raise EnvironmentFailed(f"expected a {kind} in the table's {path!r}, got {text!r}") from None
    return metadata


def kinds_of(metadata: Metadata, path: tuple[str, ...] = ()) -> dict[str, str]:
    """The kind of every value that is no group, by its path."""
    kinds: dict[str, str] = {}
    for name, value in metadata.items():
        here = (*path, name)
        if isinstance(value, Mapping):
            kinds |= kinds_of(value, here)  # pyright: ignore[reportUnknownArgumentType]
        else:
            kinds[" / ".join(here)] = KINDS_OF_VALUES[type(value).__name__]
    return kinds


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
