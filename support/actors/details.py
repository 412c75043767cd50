"""Details as feature tables write them: one line for each, with its path, its kind and its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from support.core.failure import EnvironmentFailed
from support.drivers.contract.types import Details

READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": lambda text: float(text) if "." in text else int(text),
    "yes/no": {"yes": True, "no": False}.__getitem__,
    "nothing": lambda _text: None,
    "removed": lambda _text: None,  # in a change, nothing in the place of a detail takes it away (RFC 7396)
    "list": lambda text: [item.strip() for item in text.split(",")],
}


def read_details(table: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Details from a table of path, kind and value; ` / ` in a path leads into a group.

    Raises:
        EnvironmentFailed: a kind is unknown, or a value is not of its kind.
    """
    details: dict[str, Any] = {}
    for path, kind, text in table[1:]:
        *groups, name = path.split(" / ")
        group = details
        for step in groups:
            group = group.setdefault(step, {})
        try:
            group[name] = READERS[kind](text)
        except (KeyError, ValueError):
            raise EnvironmentFailed(f"the table's {path!r} is not readable: {text!r} as {kind!r}") from None
    return details


def kinds_of(details: Details, path: tuple[str, ...] = ()) -> dict[str, str]:
    """The kind of every detail that is not a group, by its path."""
    kinds: dict[str, str] = {}
    for name, value in details.items():
        here = (*path, name)
        if isinstance(value, Mapping):
            kinds |= kinds_of(value, here)  # pyright: ignore[reportUnknownArgumentType]
        else:
            kinds[" / ".join(here)] = _kind(value)
    return kinds


def _kind(value: object) -> str:
    names = {"NoneType": "nothing", "bool": "yes/no", "int": "number", "float": "number", "str": "text", "list": "list"}
    return names[type(value).__name__]
