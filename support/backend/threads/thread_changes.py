"""What a change of a thread does: merge patch, status, version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from support.backend.http import problems, validation
from support.backend.platform.database import Row
from support.backend.threads import threads


class ThreadChanges(validation.Body):
    """A merge patch (RFC 7396): what is left out stays, null in the metadata removes, null for all of it empties it."""

    title: validation.Title = ""
    status: threads.Status = "active"
    metadata: validation.Metadata | None = None


def values_after(old: Row, body: ThreadChanges) -> dict[str, Any]:
    """Title, status and metadata as they are to be.

    Raises:
        problems.Problem: 409, the status cannot change so; 422, the metadata would grow too large.
    """
    given = body.model_dump(exclude_unset=True)
    threads.check_transition(old["status"], given.get("status", old["status"]))
    metadata = old["metadata"]
    if "metadata" in given:
        metadata = merge(metadata, given["metadata"]) if given["metadata"] is not None else {}
        try:
            validation.check_metadata(metadata)
        except validation.Unacceptable as error:
            raise problems.invalid([problems.field_error(f"/metadata{error.pointer}", str(error))]) from None
    return {
        "title": given.get("title", old["title"]),
        "status": given.get("status", old["status"]),
        "metadata": metadata,
    }


def merge(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A JSON merge patch on an object (RFC 7396)."""
    merged = dict(old)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            inner = merged.get(key)
            merged[key] = merge(inner if isinstance(inner, dict) else {}, value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            merged[key] = value
    return merged


def event_data(old: Row, new: Row, changed: list[str]) -> dict[str, Any]:
    """What `thread_updated` tells: the thread, the names of what changed, and for a status the one before."""
    data = {**threads.shown(new), "changed": changed}
    if "status" in changed:
        data |= {"old": old["status"], "new": new["status"]}
    return data


def check_version(if_match: str | None, version: int) -> None:
    """Refuse a change of another version than the one the caller has seen.

    Raises:
        problems.Problem: 412 with `current_version`; 422, the header is not an entity tag.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if not re.fullmatch(r'\s*(W/)?"[^"]*"\s*(,\s*(W/)?"[^"]*"\s*)*', if_match):
        raise problems.invalid([problems.field_error("/If-Match", 'must be a version in quotes, like "3"', "header")])
    if f'"{version}"' not in (tag.strip() for tag in if_match.split(",")):
        detail = f"The thread is at version {version}."
        headers = {"ETag": f'"{version}"'}
        raise problems.Problem(412, "version-conflict", detail, headers=headers, current_version=version)


def changed_names(old: Row, values: Mapping[str, Any]) -> list[str]:
    """Which of the values differ from those of the thread. They are compared as JSON: in Python, true equals 1."""
    return [name for name, value in values.items() if _canonical(value) != _canonical(old[name])]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
