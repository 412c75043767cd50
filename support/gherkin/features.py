"""Reads feature files with the Gherkin project's own parser and compiler.

What is read here is what guards judge, what pytest collects, what the player plays and what reports show: no other
parser reads a feature file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from support.core.failure import BadInput
from support.core.scenario import StepText, Table
from support.core.text import hidden_characters
from support.gherkin.pronouns import AmbiguousPronoun, resolve
from support.gherkin.sentences import DEFINITIONS

Node = dict[str, Any]
"""A node of a syntax tree, as gherkin-official gives it."""

_TOKENS = {
    "EOF": "the end",
    "Empty": "a blank line",
    "Comment": "a comment",
    "Language": "a language",
    "TagLine": "tags",
    "FeatureLine": "a Feature",
    "RuleLine": "a Rule",
    "BackgroundLine": "a Background",
    "ScenarioLine": "a Scenario",
    "ExamplesLine": "Examples",
    "StepLine": "a step",
    "DocStringSeparator": "a doc string",
    "TableRow": "a table row",
    "Other": "text",
}
"""What the parser's names for lines mean."""

KIND_OF_KEYWORD_TYPE = {"Context": "given", "Action": "when", "Outcome": "then"}


@dataclass(frozen=True)
class ScenarioSource:
    """One scenario, or one example of an outline, before its tags and value text are judged.

    `template` is the title as written and `template_line` its line, `example` the values that filled its
    placeholders, `descriptions` the free text of feature, rule and scenario in that order.
    """

    title: str
    template: str
    template_line: int
    example: dict[str, str]
    keyword: str
    rule: str | None
    line: int
    tags: tuple[str, ...]
    steps: tuple[StepText, ...]
    descriptions: tuple[str, str, str]


@dataclass(frozen=True)
class FeatureFile:
    """A feature file as parsed. `node` is the syntax tree of its feature, `lines` the text that it was read from."""

    path: Path
    shown: str
    lines: tuple[str, ...]
    node: Node
    scenarios: tuple[ScenarioSource, ...]

    @property
    def name(self) -> str:
        """The feature's title."""
        return self.node["name"]

    @property
    def tier(self) -> str:
        """The folder that the file lies in."""
        return self.path.parent.name


def read_feature(path: Path, root: Path) -> FeatureFile:
    """Parse one feature file; `root` is the features folder, and files are shown relative to its parent.

    A byte order mark at the beginning is left out; line ends may be LF, CRLF or CR.

    Raises:
        BadInput: the file is not Gherkin, or a pronoun in it is ambiguous; the message names file and line.
    """
    shown = path.relative_to(root.parent).as_posix()
    try:
        text = path.read_text("utf-8-sig")
        document: Node = Parser().parse(text)  # pyright: ignore[reportAssignmentType]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{shown}:{line}: expected UTF-8, got {error.reason}; save the file as UTF-8") from None
    except ParserError as error:
        raise BadInput(f"{shown}:{_malformed(error)}") from None
    if not document.get("feature"):
        raise BadInput(f"{shown}:1: there is no Feature in this file; begin it with 'Feature: ' and a name")
    document["uri"] = shown
    feature: Node = document["feature"]
    scenarios = {node["id"]: (rule, node) for rule, node in scenario_nodes(feature)}
    steps = {step["id"]: step for _, steps in step_lists(feature) for step in steps}
    pickles: list[Any] = _LiteralCompiler().compile(document)  # pyright: ignore[reportArgumentType]
    sources: list[ScenarioSource] = []
    for pickle in pickles:
        rule, node = scenarios[pickle["astNodeIds"][0]]
        sources.append(_scenario(pickle, feature, rule, node, steps))
    return FeatureFile(path, shown, tuple(text.split("\n")), feature, tuple(sources))


def read_features(root: Path) -> list[FeatureFile]:
    """Every feature file below `root`, in the order of their paths.

    Raises:
        BadInput: the folder does not exist, or a file in it is malformed or looks like a feature file but is not read.
    """
    if not root.is_dir():
        raise BadInput(f"{root} is not a folder of feature files; set THREADPROOF_FEATURES to one")
    for path in sorted(root.rglob("*")):
        if path.suffix != ".feature" and re.search(r"\.feature(\.md)?$", path.name, re.IGNORECASE):
            shown = path.relative_to(root.parent).as_posix()
            raise BadInput(f"{shown}:1: expected a name that ends in .feature; rename the file, or it is never played")
    return [read_feature(path, root) for path in sorted(root.rglob("*.feature"))]


def scenario_nodes(feature: Node) -> Iterator[tuple[Node | None, Node]]:
    """Each scenario node of a feature's syntax tree, with the rule that it stands under."""
    for rule, child in _children(feature):
        if "scenario" in child:
            yield rule, child["scenario"]


def rule_nodes(feature: Node) -> Iterator[Node]:
    """Each rule node of a feature's syntax tree."""
    for child in feature["children"]:
        if "rule" in child:
            yield child["rule"]


def background_nodes(feature: Node) -> Iterator[Node]:
    """Each background node of a feature's syntax tree."""
    for _, child in _children(feature):
        if "background" in child:
            yield child["background"]


def step_lists(feature: Node) -> Iterator[tuple[Node, list[Node]]]:
    """Each background and scenario node of a feature's syntax tree, with its own steps."""
    for _, child in _children(feature):
        node: Node = child.get("background") or child["scenario"]
        yield node, node["steps"]


def fill_in(text: str, example: dict[str, str]) -> str:
    """The text with each `<heading>` replaced by the value of that column, literally and in one pass."""
    if not example:
        return text
    headings = sorted((f"<{name}>" for name in example), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, headings)), lambda match: example[match[0][1:-1]], text)


class _LiteralCompiler(Compiler):
    """The compiler, which by itself takes headings for regular expressions, and fills in what it has just filled in."""

    def _interpolate(self, name: Any, variable_cells: Any, value_cells: Any) -> Any:
        if name is None:
            return None
        names, values = ([cell["value"] for cell in cells] for cells in (variable_cells, value_cells))
        return fill_in(name, dict(zip(names, values, strict=True)))


def _children(feature: Node) -> Iterator[tuple[Node | None, Node]]:
    """Backgrounds and scenarios in envelopes that name them, each with its rule."""
    for child in feature["children"]:
        if "rule" in child:
            for inner in child["rule"]["children"]:
                yield child["rule"], inner
        else:
            yield None, child


def _malformed(error: ParserError) -> str:
    """Line and reason of the first thing that is not Gherkin; the others mostly follow from it."""
    first = error.errors[0] if isinstance(error, CompositeParserException) else error
    if not isinstance(first, ParserException):
        raise first
    expected, got, seen = str(first).partition(": ")[2].partition(", got ")
    words = re.sub(r"#(\w+)", lambda token: _TOKENS.get(token[1], token[1]), expected)
    hidden = f", with a {found} in it" if (found := hidden_characters(seen)) else ""
    return f"{first.location['line']}: not Gherkin: {words}{got}{seen}{hidden}"


def _scenario(
    pickle: dict[str, Any], feature: Node, rule: Node | None, node: Node, steps: dict[str, Node]
) -> ScenarioSource:
    example, line = _example(node, pickle["astNodeIds"][1:])
    descriptions = tuple((n or {}).get("description", "") for n in (feature, rule, node))
    return ScenarioSource(
        title=pickle["name"],
        template=node["name"],
        template_line=node["location"]["line"],
        example=example,
        keyword=node["keyword"],
        rule=rule["name"] if rule else None,
        line=line,
        tags=tuple(dict.fromkeys(tag["name"].lstrip("@") for tag in pickle["tags"])),
        steps=_resolved(pickle["uri"], [_step(step, steps[step["astNodeIds"][0]]) for step in pickle["steps"]]),
        descriptions=(descriptions[0], descriptions[1], descriptions[2]),
    )


def _resolved(shown: str, steps: list[StepText]) -> tuple[StepText, ...]:
    """The steps with every pronoun in what is played replaced by the name that it stands for.

    Raises:
        BadInput: a pronoun can be read in two ways.
    """

    def sentences(number: int, text: str) -> set[str]:
        step = steps[number]._replace(played=text)
        return {definition.place for definition in DEFINITIONS if definition.matches(step)}

    try:
        played = resolve([step.text for step in steps], sentences)
    except AmbiguousPronoun as ambiguous:
        raise BadInput(f"{shown}:{steps[ambiguous.number].line}: {ambiguous}") from None
    return tuple(step._replace(played=text) for step, text in zip(steps, played, strict=True))


def _example(node: Node, row_ids: list[str]) -> tuple[dict[str, str], int]:
    """The values of the row that makes a scenario of an outline, by heading, and the line that stands for it."""
    for table in node["examples"] if row_ids else ():
        for row in table["tableBody"]:
            if row["id"] == row_ids[0]:
                names = [cell["value"] for cell in table["tableHeader"]["cells"]]
                values = [cell["value"] for cell in row["cells"]]
                return dict(zip(names, values, strict=True)), row["location"]["line"]
    return {}, node["location"]["line"]


def _step(step: dict[str, Any], node: Node) -> StepText:
    argument: dict[str, Any] = step.get("argument") or {}
    table: Table | None = None
    if "dataTable" in argument:
        table = tuple(tuple(cell["value"] for cell in row["cells"]) for row in argument["dataTable"]["rows"])
    return StepText(
        keyword=node["keyword"].strip(),
        kind=KIND_OF_KEYWORD_TYPE.get(step["type"], "unknown"),
        text=step["text"],
        line=node["location"]["line"],
        played=step["text"],
        table=table,
        docstring=argument["docString"]["content"] if "docString" in argument else None,
    )
