"""Words of features that stand for one of a closed list."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from support.core.failure import EnvironmentFailed
from support.core.hints import nearest

Member = TypeVar("Member", bound=StrEnum)


def member(kind: type[Member], words: str) -> Member:
    """The member of an enumeration that words of a feature name.

    Raises:
        EnvironmentFailed: there is none.
    """
    try:
        return kind(words)
    except ValueError:
        raise EnvironmentFailed(f"expected one of {', '.join(kind)}, got {words!r}{nearest(words, kind)}") from None
