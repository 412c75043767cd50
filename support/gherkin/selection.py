"""Which scenarios a run plays: by tier, row, tag, file or words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest

from support.core.catalogue import known_tags, rows
from support.core.failure import BadInput
from support.core.hints import nearest
from support.core.scenario import TIERS, Scenario

PLURALS = {"tier": "tiers", "row": "rows", "tag": "tags", "words": "words"}


@dataclass(frozen=True)
class Selection:
    """The user's selection. Several values of one kind widen it, several kinds narrow it."""

    tiers: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    files: tuple[Path, ...] = field(default=())

    def check(self) -> None:
        """Refuse names that do not exist.

        Raises:
            BadInput: a tier, row or tag is unknown; the message has the nearest one.
        """
        for kind, asked, known in (
            ("tier", self.tiers, TIERS),
            ("row", self.rows, rows()),
            ("tag", self.tags, known_tags()),
        ):
            for name in asked:
                if name not in known:
                    raise BadInput(f"there is no {kind} {name!r}{nearest(name, known)}")

    def takes(self, scenario: Scenario, path: Path, tags: Iterable[str]) -> bool:
        """Whether a scenario of the file `path` with `tags` is selected."""
        title = scenario.title.lower()
        return (
            (not self.tiers or scenario.tier in self.tiers)
            and (not self.rows or scenario.row in self.rows)
            and (not self.tags or not {scenario.row, *tags}.isdisjoint(self.tags))
            and (not self.words or any(word.lower() in title for word in self.words))
            and (not self.files or any(path == file or file in path.parents for file in self.files))
        )

    def to_args(self) -> list[str]:
        """The same selection as options of pytest."""
        return [f"--{option}={value}" for option, plural in PLURALS.items() for value in getattr(self, plural)]

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


def add_options(parser: pytest.Parser) -> None:
    """The options of pytest that select scenarios."""
    group = parser.getgroup("threadproof")
    group.addoption("--tier", action="append", default=[], help="only scenarios of this tier")
    group.addoption("--row", action="append", default=[], help="only scenarios of this row, such as TL-01")
    group.addoption("--tag", action="append", default=[], help="only scenarios with this tag")
    group.addoption("--words", action="append", default=[], help="only scenarios with these words in the title")


def selection_of(config: pytest.Config) -> Selection:
    """The selection on pytest's command line; its files are the positional arguments that are features."""

    def asked(option: str) -> tuple[str, ...]:
        return tuple(config.getoption(option) or ())

    return Selection(tiers=asked("tier"), rows=asked("row"), tags=asked("tag"), words=asked("words"))
