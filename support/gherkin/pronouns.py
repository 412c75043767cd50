"""Resolves `she`, `he`, `her` and `his` when a scenario is read: each means the person named last before it.

English does not tell "her phone" (Mia's) from "answers her" (Mia) by the word alone. Both readings are tried, and the
one that has a sentence is taken. A step stays as it is where no reading has a sentence and the original has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import product

from support.core.people import PLAN_OF

QUOTE_NAME_OR_PRONOUN = re.compile(rf'"[^"]*"|\b(?:{"|".join(PLAN_OF)})\b|\b(?:she|he|her|his)\b')


class AmbiguousPronoun(Exception):
    """Two readings of a step (its number, from 0) fit different sentences. `readings` has these by reading."""

    def __init__(self, number: int, readings: dict[str, Collection[str]]) -> None:
        self.number = number
        self.readings = readings
        found = " or ".join(f"'{reading}' ({', '.join(sorted(places))})" for reading, places in readings.items())
        super().__init__(f"the pronoun could be read as {found}: write the name")


def resolve(texts: Iterable[str], sentences: Callable[[int, str], Collection[str]]) -> list[str]:
    """The texts of a scenario's steps with every pronoun replaced by the name that it stands for.

    `sentences` returns the places of the sentences that match this text for the step of this number (from 0).

    Raises:
        AmbiguousPronoun: a step can be read in two ways that fit different sentences.
    """
    resolved: list[str] = []
    last: str | None = None
    for number, text in enumerate(texts):
        parts, last = _readings(text, last)
        candidates = ["".join(choice) for choice in product(*parts)]
        fitting = {one: found for one in candidates if (found := sentences(number, one))}
        if len({frozenset(found) for found in fitting.values()}) > 1:
            raise AmbiguousPronoun(number, fitting)
        resolved.append(next(iter(fitting), text if sentences(number, text) else candidates[0]))
    return resolved


def _readings(text: str, last: str | None) -> tuple[list[list[str]], str | None]:
    """The readings of each part of a text, and the person named last in it."""
    parts: list[list[str]] = []
    for word, is_token in _split(text):
        if not is_token or word.startswith('"'):
            parts.append([word])
        elif word in PLAN_OF:
            parts.append([word])
            last = word
        elif last is None:
            parts.append([word])
        else:
            parts.append({"she": [last], "he": [last], "his": [f"{last}'s"], "her": [f"{last}'s", last]}[word])
    return parts, last


def _split(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for match in QUOTE_NAME_OR_PRONOUN.finditer(text):
        yield text[end : match.start()], False
        yield match[0], True
        end = match.end()
    yield text[end:], False
