"""Text in a feature file that looks as if it were played, and is not: each kind is refused, with file and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gherkin.dialect import Dialect

from support.core.hints import nearest
from support.core.text import hidden_characters, is_hidden
from support.core.value_text import ENTRY_NAMES, entry_lines
from support.gherkin.features import FeatureFile, Node, background_nodes, fill_in, rule_nodes, scenario_nodes
from support.gherkin.sentences import StepDefinition

PLACEHOLDER = re.compile(r"<([^<>\s](?:[^<>]*[^<>\s])?)>")
_WHERE = "under a Scenario or a Background"
NEAR = 0.75
"""How alike two words must be for one to be the other misspelt; 1 is equal."""


def unread_text(feature: FeatureFile, definitions: Sequence[StepDefinition]) -> Iterator[str]:
    """One sentence for each text that nobody would play or read, beginning with file and line."""
    for line, fault in _faults(feature, definitions):
        yield f"{feature.shown}:{line}: {fault}"


def _faults(feature: FeatureFile, definitions: Sequence[StepDefinition]) -> Iterator[tuple[int, str]]:
    yield from _descriptions(feature, definitions)
    for _, node in scenario_nodes(feature.node):
        yield from _placeholders(node)
    for node in background_nodes(feature.node):
        yield from _unfilled(node, {}, "an example does not reach into a Background: write the value itself")
        if node["name"]:
            yield (
                _line(node),
                f"{node['name']!r} is read by nobody: a Background has no name, and its steps lie below",
            )
    for rule in rule_nodes(feature.node):
        if not any("scenario" in child for child in rule["children"]):
            yield _line(rule), f"the rule {rule['name']!r} has no scenario, so that nothing shows it"
    for node in _nodes(feature.node):
        yield from _invisible(feature, node)
        yield from _cut_rows(feature, node)
        if media_type := node.get("mediaType"):
            yield _line(node), f"{media_type!r} is not part of the doc string: begin its text on the next line"


def _descriptions(feature: FeatureFile, definitions: Sequence[StepDefinition]) -> Iterator[tuple[int, str]]:
    meant = _Meaning(feature.node["language"], definitions)
    for node in _nodes(feature.node):
        numbered = _description(feature, node)
        entries = entry_lines(text for _, text in numbered)
        begun: set[str] = set()
        for (line, text), (entry, begins) in zip(numbered, entries, strict=True):
            if begins and "examples" not in node and "children" not in node:
                yield (
                    line,
                    f"{text!r} is not read here: move it to the feature, its rule or a scenario",
                )
            elif begins and entry in begun:
                yield line, f"there is a second '{entry}: ' in one description, and only one is read: make them one"
            elif text and not begins and (fault := meant.fault(text, prose=entry is None and "children" not in node)):
                yield line, f"{text!r} is read as a description{fault}"
            begun |= {entry} if entry and begins else set()


class _Meaning:
    """Finds in free text what its author meant to be a step, a title or an entry."""

    def __init__(self, language: str, definitions: Sequence[StepDefinition]) -> None:
        dialect: Any = Dialect.for_name(language)
        keywords: list[str] = [
            *dialect.given_keywords,
            *dialect.when_keywords,
            *dialect.then_keywords,
            *dialect.and_keywords,
            *dialect.but_keywords,
        ]
        self._keywords = {keyword.strip().casefold(): keyword.strip() for keyword in keywords if keyword != "* "}
        self._without_space = tuple(keyword for keyword in keywords if not keyword.endswith((" ", "'")))
        titles: list[str] = [
            *dialect.feature_keywords,
            *dialect.rule_keywords,
            *dialect.background_keywords,
            *dialect.scenario_keywords,
            *dialect.scenario_outline_keywords,
            *dialect.examples_keywords,
        ]
        self._titles = {name.casefold(): name for name in (*titles, *ENTRY_NAMES)}
        self._sentences = sorted({_outline(definition.pattern) for definition in definitions})

    def fault(self, text: str, *, prose: bool) -> str | None:
        """What is wrong with a line of a description; `prose` says that it stands where no free text is read."""
        words = "".join(" " if is_hidden(one) else one for one in text).split()
        for count in range(len(words), 0, -1):
            if keyword := self._keywords.get(" ".join(words[:count]).rstrip(".,:;").casefold()):
                return f", not as a step: write {keyword!r} and a space {_WHERE}, or break the line elsewhere"
        close = difflib.get_close_matches(words[0].casefold(), self._keywords, n=1, cutoff=NEAR)
        hint = f" (did you mean {self._keywords[close[0]]!r}?)" if close else ""
        if text.startswith(self._without_space) or self._is_sentence(words) or self._is_sentence(words[1:]):
            return f", not as a step: begin it with Given, When, Then or And {_WHERE}{hint}"
        if title := self._title(text):
            return f": expected '{title}: '"
        return f", which nobody reads here: expected a step or an entry such as 'Value: '{hint}" if prose else None

    def _is_sentence(self, words: Sequence[str]) -> bool:
        return bool(difflib.get_close_matches(_outline(" ".join(words)), self._sentences, n=1, cutoff=0.85))

    def _title(self, text: str) -> str | None:
        head, colon, _ = text.partition(":")
        found = difflib.get_close_matches(head.strip().casefold(), self._titles, n=1, cutoff=NEAR) if colon else []
        return self._titles[found[0]] if found else None


def _outline(sentence: str) -> str:
    """A sentence or a pattern with a mark for every value, so that the two can be compared."""
    return re.sub(r'\{[^{}]*\}|"[^"]*"|\d[\d,.]*', "#", sentence).casefold()


def _placeholders(node: Node) -> Iterator[tuple[int, str]]:
    """Placeholders that no column fills, and columns that no placeholder uses."""
    texts = [text for _, text in _texts(node)]
    if not node["examples"]:
        missing = "there are no Examples to fill it: write the value, or give Examples with that column"
        yield from _unfilled(node, {}, missing)
    for table in node["examples"]:
        heading: list[Any] = table.get("tableHeader", {}).get("cells", [])
        names: list[str] = [cell["value"] for cell in heading]
        where = f"no column of the Examples in line {_line(table)} fills it"
        yield from _unfilled(node, dict.fromkeys(names, ""), where, names)
        for name in names:
            if not any(f"<{name}>" in text for text in texts):
                what = f"the column {name!r} is used by no title, step, table or doc string of its scenario"
                yield _line(table["tableHeader"]), f"{what}; write '<{name}>' where it belongs, or take it out"


def _unfilled(node: Node, example: dict[str, str], why: str, known: Iterable[str] = ()) -> Iterator[tuple[int, str]]:
    for line, text in _texts(node):
        for match in PLACEHOLDER.finditer(fill_in(text, example)):
            yield line, f"{match[0]!r} would be played as it stands, for {why}{nearest(match[1], known)}"


def _texts(node: Node) -> Iterator[tuple[int, str]]:
    """Line and text of everything in a scenario or a Background that examples fill in."""
    yield _line(node), node["name"]
    for step in node["steps"]:
        yield _line(step), step["text"]
        for row in step.get("dataTable", {}).get("rows", ()):
            yield from ((_line(row), cell["value"]) for cell in row["cells"])
        if "docString" in step:
            first = _line(step["docString"]) + 1
            yield from ((first + number, text) for number, text in enumerate(step["docString"]["content"].split("\n")))


def _invisible(feature: FeatureFile, node: Node) -> Iterator[tuple[int, str]]:
    """Characters that nobody sees, in titles, descriptions and steps; text in double quotes may have them."""
    spoken = [(_line(node), str(node.get("name") or node.get("text") or ""))]
    for line, text in [*spoken, *_description(feature, node)]:
        if found := hidden_characters(re.sub(r'"[^"]*"', "", text)):
            yield line, f"there is a {found} in {text!r}, which nobody sees: put it in double quotes, or take it out"


def _cut_rows(feature: FeatureFile, node: Node) -> Iterator[tuple[int, str]]:
    """Rows of tables whose last cell is not closed, and which the parser therefore leaves out."""
    if "cells" not in node:
        return
    text = feature.lines[_line(node) - 1].strip()
    last = re.split(r"(?<!\\)(?:\\\\)*\|", text)[-1]
    if last:
        yield _line(node), f"{last.strip()!r} is outside of the table: close the cell with '|', or take it out"


def _nodes(value: Any) -> Iterator[Node]:
    """Every node of a syntax tree that stands at a place of its own."""
    if isinstance(value, list):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _nodes(item)
    elif isinstance(value, dict):
        node: Node = value  # pyright: ignore[reportUnknownVariableType]
        if "location" in node:
            yield node
        for item in node.values():
            yield from _nodes(item)


def _line(node: Node) -> int:
    return node["location"]["line"]


def _description(feature: FeatureFile, node: Node) -> list[tuple[int, str]]:
    """Line and text of each line of a node's description; comments between them are no part of it."""
    numbered: list[tuple[int, str]] = []
    line = _line(node)
    for text in node["description"].split("\n") if node.get("description") else ():
        line += 1
        while feature.lines[line - 1].strip() != text.strip():
            line += 1
        numbered.append((line, text.strip()))
    return numbered
