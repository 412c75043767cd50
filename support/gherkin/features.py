"""Reads feature files with the Gherkin project's own parser and compiler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from support.core.failure import BadInput
from support.core.scenario import StepText

KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


@dataclass(frozen=True)
class ScenarioSource:
    """One scenario, or one example of an outline, before its tags and value text are judged.

    `template` is the title as written, `example` the values that filled its placeholders, `descriptions` the free
    text of feature, rule and scenario in that order.
    """

    title: str
    template: str
    example: dict[str, str]
    rule: str | None
    line: int
    tags: tuple[str, ...]
    steps: tuple[StepText, ...]
    descriptions: tuple[str, str, str]


@dataclass(frozen=True)
class FeatureFile:
    """A feature file as parsed. `node` is the syntax tree of its feature, as gherkin-official gives it."""

    path: Path
    shown: str
    node: dict[str, Any]
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

    Raises:
        BadInput: the file is not Gherkin; the message names file and line.
    """
    shown = path.relative_to(root.parent).as_posix()
    try:
        document: dict[str, Any] = Parser().parse(path.read_text("utf-8"))  # pyright: ignore[reportAssignmentType]
    except (ParserError, UnicodeDecodeError) as error:
        raise BadInput(_malformed(shown, error)) from None
    if not document.get("feature"):
        raise BadInput(f"{shown}:1: there is no Feature in this file; begin it with 'Feature: ' and a name")
    document["uri"] = shown
    pickles: list[Any] = Compiler().compile(document)  # pyright: ignore[reportArgumentType]
    nodes = dict(_nodes(document["feature"]))
    feature = document["feature"]
    scenarios = tuple(_scenario(pickle, nodes, feature) for pickle in pickles)
    return FeatureFile(path, shown, feature, scenarios)


def read_features(root: Path) -> list[FeatureFile]:
    """Every feature file below `root`, in the order of their paths.

    Raises:
        BadInput: the folder does not exist, or a file in it is malformed.
    """
    if not root.is_dir():
        raise BadInput(f"{root} is not a folder of feature files; set THREADPROOF_FEATURES to one")
    return [read_feature(path, root) for path in sorted(root.rglob("*.feature"))]


def scenario_nodes(feature: dict[str, Any]) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Each scenario node of a feature's syntax tree, with the rule that it stands under."""
    for child in feature["children"]:
        if "scenario" in child:
            yield None, child["scenario"]
        for inner in child.get("rule", {}).get("children", ()):
            if "scenario" in inner:
                yield child["rule"], inner["scenario"]


def backgrounds(feature: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each background node of a feature's syntax tree."""
    children = list(feature["children"])
    for child in children:
        children.extend(child.get("rule", {}).get("children", ()))
        if "background" in child:
            yield child["background"]


def _malformed(shown: str, error: Exception) -> str:
    if isinstance(error, CompositeParserException):
        error = error.errors[0]
    if not isinstance(error, ParserException):
        return f"{shown}: not readable as Gherkin: {error}"
    reason = str(error).partition(": ")[2]
    return f"{shown}:{error.location['line']}: not Gherkin: {reason}"


def _nodes(value: Any, parents: tuple[dict[str, Any], ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every node of a syntax tree by its id, each with the rule it lies in as `rule`."""
    if isinstance(value, list):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _nodes(item, parents)
    elif isinstance(value, dict):
        node: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        if "id" in node:
            yield node["id"], (node, parents)
        inner = (*parents, node) if "keyword" in node else parents
        for item in node.values():
            yield from _nodes(item, inner)


def _scenario(pickle: dict[str, Any], nodes: dict[str, Any], feature: dict[str, Any]) -> ScenarioSource:
    node, parents = nodes[pickle["astNodeIds"][0]]
    rule: dict[str, Any] | None = next((p for p in parents if p["keyword"] == "Rule"), None)
    row = nodes[pickle["astNodeIds"][1]][0] if len(pickle["astNodeIds"]) > 1 else None
    descriptions = tuple((n or {}).get("description", "") for n in (feature, rule, node))
    return ScenarioSource(
        title=pickle["name"],
        template=node["name"],
        example=_example(node, row),
        rule=rule["name"] if rule else None,
        line=(row or node)["location"]["line"],
        tags=tuple(dict.fromkeys(tag["name"].lstrip("@") for tag in pickle["tags"])),
        steps=tuple(_step(step, nodes) for step in pickle["steps"]),
        descriptions=(descriptions[0], descriptions[1], descriptions[2]),
    )


def _example(node: dict[str, Any], row: dict[str, Any] | None) -> dict[str, str]:
    for table in node["examples"]:
        if row in table.get("tableBody", ()):
            names = [cell["value"] for cell in table["tableHeader"]["cells"]]
            return dict(zip(names, [cell["value"] for cell in (row or {})["cells"]], strict=True))
    return {}


def _step(step: dict[str, Any], nodes: dict[str, Any]) -> StepText:
    node = nodes[step["astNodeIds"][0]][0]
    return StepText(
        keyword=node["keyword"].strip(),
        kind=KINDS.get(step["type"], "unknown"),
        text=step["text"],
        line=node["location"]["line"],
    )
