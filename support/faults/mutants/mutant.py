"""Every mutant of a file of the backend, but those that are left out by rule."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from support.core.failure import BadInput
from support.core.hints import nearest
from support.faults.mutants.operators import OPERATORS, dropped_await, sql

_NO_PRODUCT = ("__main__.py", "platform/logs.py", "platform/metrics.py", "live/asyncapi.py")
"""Files of the backend that log, measure, document or begin; all others are part of the product."""

_OBSERVERS = {"_log", "metrics", "logs", "logging"}
_DOCUMENTATION = {"json_schema_extra", "openapi_extra", "description", "responses", "summary", "tags", "examples"}


class Place(NamedTuple):
    """A part of a file: lines from 1, offsets in bytes of UTF-8 within the first and last line."""

    line: int
    start: int
    end_line: int
    end: int


@dataclass(frozen=True)
class Mutant:
    """One small change of one file.

    Attributes:
        file: relative to the backend's folder, such as `threads/search.py`.
        within: the function or class around it, such as `Query.where`; `module` outside of any.
        operator: the kind of change.
        before, after: the changed lines, with single spaces.
        number: counts, from 1, mutants of this file for which all of the above is the same.
        place: the text that is replaced, and `text` what replaces it.
        statement: the first line of the statement around it.
        names: what the statement defines where it stands outside of any function.
    """

    file: str
    within: str
    operator: str
    before: str
    after: str
    number: int
    place: Place
    text: str
    statement: int
    names: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Stable as long as the changed lines are; it names no line number."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.file} in {self.within}: {self.before} -> {self.after}{again}"


def mutants_of(file: str, source: str) -> list[Mutant]:
    """The mutants of a file, in the order of its text."""
    counts: Counter[str] = Counter()
    found: list[Mutant] = []
    for mutant in _Finder(file, source).module():
        counts[mutant.id] += 1
        found.append(replace(mutant, number=counts[mutant.id]))
    return found


@cache
def all_mutants(folder: Path) -> dict[str, Mutant]:
    """The mutants of every file below a folder, by id."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    found = (
        mutant
        for file in files
        if file not in _NO_PRODUCT
        for mutant in mutants_of(file, (folder / file).read_text("utf-8"))
    )
    return {mutant.id: mutant for mutant in found}


def mutant_named(folder: Path, id_: str) -> Mutant:
    """The mutant with an id.

    Raises:
        BadInput: there is none; the message has the nearest.
    """
    path = folder / id_.partition(" in ")[0]
    if not path.is_file():
        raise BadInput(f"there is no mutant {id_!r}: the backend has no such file")
    known = {mutant.id: mutant for mutant in mutants_of(path.relative_to(folder).as_posix(), path.read_text("utf-8"))}
    if id_ not in known:
        raise BadInput(f"there is no mutant {id_!r}{nearest(id_, known)}")
    return known[id_]


def mutated(source: str, mutant: Mutant) -> str:
    """The text of the file with the change."""
    lines = source.encode().splitlines(keepends=True)
    place = mutant.place
    first, last = lines[place.line - 1], lines[place.end_line - 1]
    changed = first[: place.start] + mutant.text.encode() + last[place.end :]
    return b"".join([*lines[: place.line - 1], changed, *lines[place.end_line :]]).decode()


class _Finder:
    """Walks a file; knows the function or class, and the statement, in which it is."""

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._source = source
        self._lines = source.splitlines()
        self._tree = ast.parse(source)
        loops = (node for node in ast.walk(self._tree) if isinstance(node, ast.While))
        self._repeated = {id(part) for loop in loops for part in ast.walk(loop)}

    def module(self) -> Iterator[Mutant]:
        for statement in self._tree.body:
            yield from self._statement(statement, "", ())

    def _statement(self, node: ast.stmt, within: str, names: tuple[str, ...]) -> Iterator[Mutant]:
        """The mutants of a statement; `names` are those defined by the statement at the level of the module."""
        if _is_left_out(node):
            return
        names = names if within else _defined(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{within}.{node.name}" if within else node.name
            names = names or (node.name,)
            if not isinstance(node, ast.ClassDef):
                for part in _declared(node):
                    yield from self._expressions(part, inner, node, names)
            for statement in node.body:
                yield from self._statement(statement, inner, names if isinstance(node, ast.ClassDef) else ())
            return
        yield from self._changes(node, within, node, names)
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.While) and child is node.test):  # or else the process would hang
                yield from self._child(child, within, node, names)

    def _child(self, child: ast.AST, within: str, node: ast.stmt, names: tuple[str, ...]) -> Iterator[Mutant]:
        if isinstance(child, ast.stmt):
            yield from self._statement(child, within, names)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            for inner in ast.iter_child_nodes(child):
                yield from self._child(inner, within, node, names)
        else:
            yield from self._expressions(child, within, node, names)

    def _expressions(self, node: ast.AST, within: str, statement: ast.stmt, names: tuple[str, ...]) -> Iterator[Mutant]:
        if isinstance(node, ast.keyword) and node.arg in _DOCUMENTATION:
            return
        yield from self._changes(node, within, statement, names)
        if not isinstance(node, ast.JoinedStr):  # before Python 3.12, positions within one are not those of the file
            for child in ast.iter_child_nodes(node):
                yield from self._expressions(child, within, statement, names)

    def _changes(self, node: ast.AST, within: str, statement: ast.stmt, names: tuple[str, ...]) -> Iterator[Mutant]:
        for operator in OPERATORS:
            if operator is dropped_await and id(node) in self._repeated:
                continue  # nothing would ever pause a loop without an end, and the process would hang
            for changed, text in operator(node):
                yield self._mutant(changed, text, operator.__name__, within, statement, names)
        if isinstance(node, ast.Constant | ast.JoinedStr):
            segment = ast.get_source_segment(self._source, node) or ""
            for changed, text in sql(node, segment):
                yield self._mutant(changed, text, "sql", within, statement, names)

    def _mutant(
        self, node: ast.AST, text: str, operator: str, within: str, statement: ast.stmt, names: tuple[str, ...]
    ) -> Mutant:
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        place = Place(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        draft = Mutant(
            self._file, within or "module", operator, "", "", 1, place, text, statement.lineno, tuple(sorted(names))
        )
        old = self._lines[place.line - 1 : place.end_line]
        removed = len(self._lines) - len(old)
        lines = mutated(self._source, draft).splitlines()
        new = lines[place.line - 1 : len(lines) - removed + place.line - 1]
        return replace(draft, before=_told(old, new), after=_told(new, old))


def _declared(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """What is evaluated when a function is defined: defaults, decorators and annotations."""
    yield from (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.decorator_list)
    for argument in (*node.args.args, *node.args.kwonlyargs):
        if argument.annotation is not None:
            yield argument.annotation


def _told(lines: list[str], others: list[str]) -> str:
    """The lines in which one text differs from another."""
    same = [line for line in lines if line in others] if len(lines) == len(others) else []
    return " ".join(" ".join(line for line in lines if line not in same).split())


def _defined(node: ast.stmt) -> tuple[str, ...]:
    """The names that a statement gives to a module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return tuple(one.id for target in targets if target for one in ast.walk(target) if isinstance(one, ast.Name))


def _is_left_out(node: ast.stmt) -> bool:
    """Whether nobody outside the process can notice a change of a statement: docstring, log, metric, type, assert."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.Global | ast.Nonlocal):
        return True
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if not isinstance(node, ast.Expr):
        return False
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(call, ast.Constant):
        return True
    while isinstance(call, ast.Call | ast.Attribute):
        call = call.func if isinstance(call, ast.Call) else call.value
    return isinstance(call, ast.Name) and call.id in _OBSERVERS
