"""Details as tables of the features write them: a line for each, with its path, its kind and its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from support.core.failure import EnvironmentFailed
from support.drivers.contract.policy import Policy
from support.specification.values import Use, value_named

HEADER = ["detail", "kind", "value"]
NAMED = "named"
READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": lambda text: float(text) if "." in text else int(text),
    "yes/no": {"yes": True, "no": False}.__getitem__,
    "nothing": lambda _text: None,
    "removed": lambda _text: None,  # in a change, null removes a member (RFC 7396)
    "list": lambda text: [item.strip() for item in text.split(",")],
}


def read_metadata(table: Sequence[Sequence[str]], policy: Policy | None = None) -> dict[str, Any]:
    """Metadata from a table of path, kind and value; ` / ` in a path leads into a group.

    Hard values, of the kind `named`, have the limits of `policy`.

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
            group[name] = value_named(text, Use.DETAIL, policy) if kind == NAMED else READERS[kind](text)
        except (KeyError, ValueError):
            raise EnvironmentFailed(f"expected a {kind} in the table's {path!r}, got {text!r}") from None
    return metadata
