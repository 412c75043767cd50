"""JSON values in one written form, so that equal ones are equal text, and merges of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast


def written(value: Any) -> str:
    """The value as text. Python holds `True` and `1` for equal, JSON does not; minus zero is zero in both."""
    return json.dumps(_without_minus_zero(value), sort_keys=True, ensure_ascii=False)


def _without_minus_zero(value: Any) -> Any:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: _without_minus_zero(inner) for name, inner in members.items()}
    if isinstance(value, list):
        return [_without_minus_zero(inner) for inner in cast("list[Any]", value)]
    return 0.0 if isinstance(value, float) and value == 0.0 else value


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
