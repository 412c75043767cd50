"""The business-value justification that every scenario carries in its feature file."""

from __future__ import annotations

import re

from support.core.scenario import ValueText

GOALS = ("conversion", "expansion", "retention", "stability", "trust")
SEGMENTS = {
    "free": "Free",
    "early": "Early",
    "mid": "Mid",
    "enterprise": "Enterprise",
    "platform": "Every plan",
}
_ENTRY = re.compile(r"^\s*(Segment|Goal|Impact|Value):\s*(.*)$")


def read_entries(description: str) -> dict[str, str]:
    """The `Name: text` entries of a description; a text may go on over the following lines up to a blank one."""
    entries: dict[str, str] = {}
    current: str | None = None
    for line in description.splitlines():
        if match := _ENTRY.match(line):
            current = str(match[1]).lower()
            entries[current] = str(match[2]).strip()
        elif not line.strip():
            current = None
        elif current:
            entries[current] = f"{entries[current]} {line.strip()}".strip()
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
