"""Which scenario runs which lines of the backend, and so which scenarios can notice a mutant.

`coverage.json` keeps it between runs: `scenarios` has, for each id, its `digest`, `kept`, `seconds` and `lines` by
file. A record is used as long as its digest is that of the scenario, of the suite and of the backend.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from support.core.failure import BadInput
from support.faults.mutants.mutant import Mutant

FILE = "coverage.json"
Lines = Mapping[str, Iterable[int]]


@dataclass(frozen=True)
class Record:
    """One scenario: whether it was kept, how long it took while lines were recorded, and the lines by file."""

    digest: str
    kept: bool
    seconds: float
    lines: Lines


def read(path: Path) -> dict[str, Record]:
    """The records by the id of their scenario; none where there is no file yet.

    Raises:
        BadInput: the file is not such a record.
    """
    if not path.exists():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
        return {id_: Record(**record) for id_, record in data["scenarios"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is not a record of lines ({error!r}); remove it") from None


def to_json(records: Mapping[str, Record]) -> dict[str, object]:
    """The shape of `coverage.json`."""
    return {"scenarios": {id_: asdict(record) for id_, record in sorted(records.items())}}


class Coverage:
    """The records of scenarios, for questions about mutants. `folder` is the backend's."""

    def __init__(self, folder: Path, records: Mapping[str, Record]) -> None:
        self._folder = folder
        self.records = records
        self._lines = {
            id_: {(file, line) for file, lines in record.lines.items() for line in lines}
            for id_, record in records.items()
        }

    def scenarios_for(self, mutant: Mutant) -> list[str]:
        """The ids of the scenarios that run a mutated line, those that have most to do with it first.

        What stands outside of any function, such as a limit or a shape, runs wherever a function names it.
        """
        places = self._users(mutant.names) if mutant.names else set(_lines_of(mutant))
        found = [id_ for id_, lines in self._lines.items() if lines & places]
        return sorted(found, key=lambda id_: (-self._nearness(id_, mutant, places), id_))

    def _nearness(self, id_: str, mutant: Mutant, places: set[tuple[str, int]]) -> float:
        """How much of what a scenario runs here is run by few others, for each second that it takes."""
        own = self._lines[id_]
        here = sum(1 / self._runs[line] for line in own & places)
        around = sum(1 / self._runs[line] for line in own if line[0] == mutant.file)
        return (here * 5 + around) / (self.records[id_].seconds + 0.5)

    @cached_property
    def _runs(self) -> dict[tuple[str, int], int]:
        """How many scenarios run a line."""
        counts: dict[tuple[str, int], int] = {}
        for lines in self._lines.values():
            for line in lines:
                counts[line] = counts.get(line, 0) + 1
        return counts

    def _users(self, names: Iterable[str]) -> set[tuple[str, int]]:
        """The lines of all functions that name one of these, or what is made of it."""
        wanted, found = set(names), set[tuple[str, int]]()
        waiting = list(self._uses)
        while True:
            named = [use for use in waiting if use.mentions & wanted]
            if not named:
                return found
            waiting = [use for use in waiting if use not in named]
            for use in named:
                found |= use.lines
                wanted |= use.defines

    @cached_property
    def _uses(self) -> list[_Use]:
        return [
            use
            for path in sorted(self._folder.rglob("*.py"))
            for use in _uses(path.relative_to(self._folder).as_posix(), path.read_text("utf-8"))
        ]


@dataclass(frozen=True)
class _Use:
    """A function, or a statement outside of one: the names in it, the names that it defines, the lines that run."""

    mentions: frozenset[str]
    defines: frozenset[str]
    lines: frozenset[tuple[str, int]]


def _uses(file: str, source: str) -> Iterator[_Use]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if isinstance(statement, ast.ClassDef):
            # A shape is used wherever it is named; a method runs by itself.
            functions = [one for one in statement.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            rest = [one for one in statement.body if one not in functions]
            names = frozenset(name for part in (*rest, *statement.bases) for name in _names(part))
            yield _Use(names, frozenset({statement.name}), frozenset())
            for function in functions:
                yield _Use(frozenset(_names(function)), frozenset(), _body_lines(file, function))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Use(frozenset(_names(statement)), frozenset(), _body_lines(file, statement))
        else:
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            defines = frozenset(name for target in targets if target for name in _names(target))
            yield _Use(frozenset(_names(statement)) - defines, defines, frozenset())


def _names(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _body_lines(file: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[tuple[str, int]]:
    first, last = function.body[0].lineno, function.end_lineno or function.lineno
    return frozenset((file, line) for line in range(first, last + 1))


def _lines_of(mutant: Mutant) -> Iterator[tuple[str, int]]:
    """The lines that run for a mutated place: its own, or of a statement over several lines also the first."""
    yield from ((mutant.file, line) for line in range(mutant.place.line, mutant.place.end_line + 1))
