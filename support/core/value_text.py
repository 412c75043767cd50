"""The business-value justification that every scenario carries in its feature file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from support.core.scenario import ValueText

GOALS = ("conversion", "expansion", "retention", "stability", "trust")
SEGMENTS = {
    "free": "Free",
    "early": "Early",
    "mid": "Mid",
    "enterprise": "Enterprise",
    "platform": "Every plan",
}
ENTRY_NAMES = tuple(name.capitalize() for name in ValueText._fields)
_ENTRY = re.compile(rf"^\s*({'|'.join(ENTRY_NAMES)}):\s*(.*)$")


class EntryLine(NamedTuple):
    """The entry that a line of a description belongs to, None for free text, and whether the line begins it."""

    entry: str | None
    begins: bool


def entry_lines(lines: Iterable[str]) -> Iterator[EntryLine]:
    """For each line the `Name: text` entry that it belongs to; an entry goes on up to a blank line."""
    current: str | None = None
    for line in lines:
        match = _ENTRY.match(line)
        current = match[1] if match else current if line.strip() else None
        yield EntryLine(current, begins=match is not None)


def read_entries(description: str) -> dict[str, str]:
    """The entries of a description, by name in lower case, each on one line."""
    entries: dict[str, str] = {}
    lines = description.splitlines()
    for line, (name, begins) in zip(lines, entry_lines(lines), strict=True):
        if name is not None:
            text = line.partition(":")[2] if begins else f"{entries[name.lower()]} {line.strip()}"
            entries[name.lower()] = text.strip()
    return entries


def read_value(tier: str, descriptions: tuple[str, str, str]) -> tuple[ValueText, list[str]]:
    """The value text from the descriptions of feature, rule and scenario, and what is wrong with it.

    The closest description wins, so that a scenario may state a value of its own under a rule that has one.
    """
    entries: dict[str, str] = {}
    for description in descriptions:
        entries |= read_entries(description)
    text = ValueText(*(entries.get(name, "") for name in ValueText._fields))
    return text, list(_faults(tier, text))


def _faults(tier: str, text: ValueText) -> list[str]:
    where = {"value": "its rule or the scenario"}
    found = [
        f"there is no '{name.capitalize()}: ' text in the description of {where.get(name, 'the feature')}"
        for name, words in zip(ValueText._fields, text, strict=True)
        if not words
    ]
    if text.goal and text.goal not in GOALS:
        found.append(f"the goal {text.goal!r} is not one of {', '.join(GOALS)}")
    if text.segment and text.segment != SEGMENTS.get(tier, text.segment):
        found.append(f"the segment of a feature in {tier}/ is {SEGMENTS[tier]!r}, not {text.segment!r}")
    return found
