"""Writes `docs/specification.md`: acts, what each does, and the policies of a target, each a sentence.

`uv run python -m support.specification.document` writes the file again.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from support.drivers.contract.policy import Policy
from support.specification.acts import EFFECTS
from support.specification.refusals import refusal_due

DOCUMENT = Path(__file__).parents[2] / "docs" / "specification.md"
OPENING = """# The specification

What should be true after an act is computed by a small model, `support/specification/`, and compared with everything
that people can see: the answer, events on devices, lists, a second reading, messages, the database. A scenario says
what matters to readers; what its acts do not name must stay as it was. The same model judges acts done at the same
moment (`history.py`) and random stories (`support/stories`).

This page is made from the model: `uv run python -m support.specification.document`.
"""
POLICIES = """## Policies: how honest products differ

A profile gives a target's policies under `[policy]`; the defaults are marked. A policy is never accused; breaking one's
own is.
"""


def document() -> str:
    """The page as Markdown."""
    return "\n".join([OPENING, *_acts(), "", *_refusals(), "", POLICIES, *_policies(), ""])


def _acts() -> Iterator[str]:
    yield "## What each act does\n"
    yield "| act | what is promised |"
    yield "|---|---|"
    for act, does in EFFECTS.items():
        yield f"| {_words(act.__doc__)} | {_words(does.__doc__)} |"


def _refusals() -> Iterator[str]:
    yield "## What is refused\n"
    yield inspect.cleandoc(refusal_due.__doc__ or "")


def _policies() -> Iterator[str]:
    yield "| policy | value | what is promised |"
    yield "|---|---|---|"
    default = Policy()
    for one in fields(Policy):
        said = one.metadata["sentences"]
        chosen = getattr(default, one.name)
        if isinstance(said, str):
            yield f"| {one.name} | a number or table | {dict(default.sentences())[one.name]} (default) |"
            continue
        for value, sentence in said.items():
            yield f"| {one.name} | {value} | {sentence}{' (default)' if value == chosen else ''} |"


def _words(docstring: str | None) -> str:
    return " ".join(inspect.cleandoc(docstring or "").split())


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
