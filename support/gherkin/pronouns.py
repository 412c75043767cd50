"""Resolves `she`, `he`, `her` and `his` when a scenario is read: each means the person named last before it.

English does not tell "her phone" (Mia's) from "answers her" (Mia) by the word alone. Both readings are tried, and the
one for which there is a sentence is taken; a step that fits as it stands is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product

from support.core.people import PLANS

TOKEN = re.compile(rf'"[^"]*"|\b(?:{"|".join(PLANS)})\b|\b(?:she|he|her|his)\b')


def resolve(texts: Iterable[str], fits: Callable[[int, str], bool]) -> list[str]:
    """The texts of a scenario's steps with every pronoun replaced by the name that it stands for.

    `fits` says whether there is a sentence for the step of this number (from 0) with this text.
    """
    resolved: list[str] = []
    last: str | None = None
    for number, text in enumerate(texts):
        readings, last = _readings(text, last)
        candidates = ["".join(parts) for parts in product(*readings)]
        fitting = [one for one in candidates if fits(number, one)]
        resolved.append(fitting[0] if fitting else text if fits(number, text) else candidates[0])
    return resolved


def _readings(text: str, last: str | None) -> tuple[list[list[str]], str | None]:
    """What each part of a text may stand for, and the person named last in it."""
    parts: list[list[str]] = []
    for word, is_token in _split(text):
        if not is_token or word.startswith('"'):
            parts.append([word])
        elif word in PLANS:
            parts.append([word])
            last = word
        elif last is None:
            parts.append([word])
        else:
            parts.append({"she": [last], "he": [last], "his": [f"{last}'s"], "her": [f"{last}'s", last]}[word])
    return parts, last


def _split(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for match in TOKEN.finditer(text):
        yield text[end : match.start()], False
        yield match[0], True
        end = match.end()
    yield text[end:], False
