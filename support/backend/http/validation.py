"""What a request may hold. One function for each kind of bad input; each names the field."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from support.backend.platform import problems
from support.backend.platform.database import dumps
from support.backend.platform.text import is_readable

TITLE_LENGTH = 200
CONTENT_LENGTH = 20_000
METADATA_DEPTH = 5
METADATA_BYTES = 16 * 1024
METADATA_KEY_LENGTH = 64
BODY_BYTES = 1024 * 1024


class Unacceptable(ValueError):
    """A value that breaks a rule; `pointer` leads from the value to the part that does."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


class Body(BaseModel):
    """A request body: nothing is coerced, nothing unknown is accepted."""

    model_config = ConfigDict(strict=True, extra="forbid")


def parse_json(text: bytes) -> Any:
    """The document in a request body.

    Raises:
        problems.Problem: 413 too large, 400 not JSON, 422 text or a number that cannot be stored.
    """
    refuse_large_body(len(text))
    try:
        parsed = json.loads(text, parse_int=_whole_number, parse_float=_fraction, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise problems.invalid([problems.field_error("", f"not JSON: {detail}")], status=400) from None
    errors = [problems.field_error(pointer, detail) for pointer, detail in unstorable(parsed)]
    if errors:
        raise problems.invalid(errors)
    return parsed


def refuse_large_body(size: int) -> None:
    """Refuse a body of more than a mebibyte.

    Raises:
        problems.Problem: 413.
    """
    if size > BODY_BYTES:
        raise problems.invalid([problems.field_error("", f"longer than {BODY_BYTES} bytes")], status=413)


def unstorable(value: Any) -> Iterator[tuple[str, str]]:
    """Pointer and reason of all that cannot be kept exactly: NUL, lone surrogates, numbers out of range."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        pointer, part = waiting.pop()
        reason = unstorable_text(part) if isinstance(part, str) else unstorable_number(part)
        if reason:
            yield pointer, reason
        for key, inner in _children(part):
            below = f"{pointer}/{problems.pointer_part(key)}"
            if reason := unstorable_text(key):
                yield below, reason
            waiting.append((below, inner))


def unstorable_text(text: str) -> str | None:
    """Why PostgreSQL cannot hold a text, or None."""
    if "\0" in text:
        return "the character NUL cannot be stored"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "half of a surrogate pair is not a character"
    return None


def unstorable_number(value: Any) -> str | None:
    """Why a number cannot be kept, or None."""
    return "a number is out of range" if isinstance(value, float) and not math.isfinite(value) else None


def check_title(title: str) -> str:
    """1 to 200 characters, not all of them blank."""
    check_not_blank(title)
    check_length(title, TITLE_LENGTH)
    return title


def check_content(content: str) -> str:
    """1 to 20,000 characters, not all of them blank."""
    check_not_blank(content)
    check_length(content, CONTENT_LENGTH)
    return content


def check_not_blank(text: str) -> None:
    """At least one character that can be seen.

    Raises:
        Unacceptable: there is nothing.
    """
    if not is_readable(text):
        raise Unacceptable("must not be blank")


def check_length(text: str, maximum: int) -> None:
    """At most `maximum` characters.

    Raises:
        Unacceptable: there are more.
    """
    if len(text) > maximum:
        raise Unacceptable(f"must have at most {maximum} characters")


def check_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """At most 5 levels, 16 KiB as JSON, keys of 1 to 64 characters."""
    check_metadata_depth(metadata)
    check_metadata_keys(metadata)
    check_metadata_size(metadata)
    return metadata


def check_metadata_depth(metadata: dict[str, Any]) -> None:
    """Objects and arrays may be nested 5 levels deep, the outermost object being the first.

    Raises:
        Unacceptable: one is deeper.
    """
    for pointer, _, level in _containers(metadata):
        if level > METADATA_DEPTH:
            raise Unacceptable(f"must not be deeper than {METADATA_DEPTH} levels", pointer)


def check_metadata_keys(metadata: dict[str, Any]) -> None:
    """Keys have 1 to 64 characters.

    Raises:
        Unacceptable: one has more, or none.
    """
    for pointer, container, _ in _containers(metadata):
        for key, _ in _children(container):
            if not 0 < len(key) <= METADATA_KEY_LENGTH:
                below = f"{pointer}/{problems.pointer_part(key)}"
                raise Unacceptable(f"a key must have 1 to {METADATA_KEY_LENGTH} characters", below)


def check_metadata_size(metadata: dict[str, Any]) -> None:
    """As JSON in UTF-8, 16 KiB at most.

    Raises:
        Unacceptable: it is more.
    """
    if len(dumps(metadata).encode()) > METADATA_BYTES:
        raise Unacceptable(f"must not be longer than {METADATA_BYTES} bytes as JSON")


def _containers(metadata: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Pointer, value and level of every object and array."""
    waiting: list[tuple[str, Any, int]] = [("", metadata, 1)]
    while waiting:
        pointer, container, level = waiting.pop()
        yield pointer, container, level
        waiting += [
            (f"{pointer}/{problems.pointer_part(key)}", part, level + 1)
            for key, part in _children(container)
            if isinstance(part, dict | list)
        ]


def _children(value: Any) -> list[tuple[str, Any]]:
    """Keys or indices, and what is under them. No walk here recurses: a body may be as deep as the parser allows."""
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return [(str(index), part) for index, part in enumerate(cast("list[Any]", value))]
    return []


def _whole_number(digits: str) -> int | float:
    """The number; none at all where it has too many digits for Python, so that it is refused by its place."""
    try:
        return int(digits)
    except ValueError:
        return math.nan


def _fraction(digits: str) -> float:
    """The number; none at all where it is not zero, and too small to be anything else."""
    value = float(digits)
    is_zero = not any("1" <= digit <= "9" for digit in digits.lower().partition("e")[0])
    return value if value or is_zero else math.nan


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


Title = Annotated[
    str, AfterValidator(check_title), Field(json_schema_extra={"minLength": 1, "maxLength": TITLE_LENGTH})
]
Content = Annotated[
    str, AfterValidator(check_content), Field(json_schema_extra={"minLength": 1, "maxLength": CONTENT_LENGTH})
]
Metadata = Annotated[dict[str, Any], AfterValidator(check_metadata)]
