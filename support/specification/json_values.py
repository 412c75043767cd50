"""JSON values in one written form, so that equal ones are equal text, and merges of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast


def written(value: Any) -> str:
    """The value as text. Python holds `True` and `1` for equal, JSON does not; zero has no sign."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The value as databases may give it: zero without a sign, and 1e300 with all of its zeros."""
    match value:
        case {**members}:
            return {name: _plain(one) for name, one in members.items()}
        case [*items]:
            return [_plain(one) for one in items]
        case float() if abs(value) >= 1e24 and value.is_integer():
            return int(Decimal(repr(value)))
        case float():
            return value + 0.0
        case _:
            return value


def merged(old: str | None, patch: Any) -> str | None:
    """A written value, or None for nothing there, after a merge patch (RFC 7396)."""
    if patch is None:
        return None
    if not isinstance(patch, Mapping):
        return written(patch)
    before: Any = json.loads(old) if old is not None else None
    members = cast("dict[str, Any]", before) if isinstance(before, dict) else {}
    texts = {name: written(value) for name, value in members.items()}
    after = merged_members(texts, cast("Mapping[str, Any]", patch))
    return written({name: json.loads(text) for name, text in after.items()})


def merged_object(old: str, patch: Mapping[str, Any]) -> str:
    """A written object after a merge patch."""
    return merged(old, patch) or written({})


def merged_members(old: Mapping[str, str], patch: Mapping[str, Any]) -> dict[str, str]:
    """The members of an object, each one written, after a merge patch."""
    after = dict(old)
    for name, value in patch.items():
        text = merged(after.get(name), value)
        if text is None:
            after.pop(name, None)
        else:
            after[name] = text
    return after
