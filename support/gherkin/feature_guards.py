"""What a feature file must be, judged from its text before anything runs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from gherkin.dialect import Dialect

from support.core.catalogue import SCENARIO_ID, known_tags, rows
from support.core.hints import nearest
from support.core.scenario import TIERS, Scenario
from support.core.value_text import read_value
from support.gherkin.features import (
    FeatureFile,
    Node,
    ScenarioSource,
    background_nodes,
    rule_nodes,
    scenario_nodes,
    step_lists,
)

JARGON = re.compile(
    r"\b(HTTP|JSON|SQL|API|REST|URL|JWT|UUID|Redis|Postgres\w*|[Ww]eb ?[Ss]ocket|endpoint|payload|header|"
    r"status code|row in the|foreign key|primary key|\d+ ?ms)\b"
)


def build_scenario(feature: FeatureFile, source: ScenarioSource) -> Scenario:
    """The scenario as it will run; what its text lacks is left empty here and reported by `feature_violations`."""
    ids = [tag for tag in source.tags if SCENARIO_ID.match(tag)]
    id_ = ids[0] if ids else ""
    named = ", ".join(value for name, value in source.example.items() if f"<{name}>" in source.template)
    severities = [tag.removeprefix("severity.") for tag in source.tags if tag.startswith("severity.")]
    return Scenario(
        id=f"{id_}[{named}]" if named else id_,
        row=id_.partition(".")[0],
        title=source.title,
        feature=feature.name,
        rule=source.rule,
        file=feature.shown,
        line=source.line,
        tier=feature.tier,
        severity=severities[-1] if severities else "normal",
        needs=_tags(source, "needs."),
        policies=_tags(source, "policy."),
        disruptive="disruptive" in source.tags,
        load="load" in source.tags,
        value=read_value(feature.tier, source.descriptions)[0],
        steps=source.steps,
    )


def _tags(source: ScenarioSource, prefix: str) -> frozenset[str]:
    return frozenset(tag.removeprefix(prefix) for tag in source.tags if tag.startswith(prefix))


def feature_violations(features: Sequence[FeatureFile]) -> Iterator[str]:
    """One sentence for each thing that is wrong with the texts, beginning with file and line."""
    for feature in features:
        if feature.tier not in TIERS:
            yield f"{feature.shown}:1: {feature.tier!r} is not a tier; the folder must be one of {', '.join(TIERS)}"
        if not feature.scenarios:
            yield f"{feature.shown}:1: there is no scenario in this file"
        yield from (f"{feature.shown}:{line}: {fault}" for line, fault in _structure_faults(feature))
        for source in feature.scenarios:
            place = f"{feature.shown}:{source.line}"
            yield from (f"{place}: {fault}" for fault in _scenario_faults(feature.tier, source))
            yield from (f"{feature.shown}:{fault}" for fault in _wording_faults(source))
    yield from _repeated(features)


def _repeated(features: Sequence[FeatureFile]) -> Iterator[str]:
    """Titles, as written and as filled in, and ids that two scenarios share."""
    templates, titles, ids = dict[str, str](), dict[str, str](), dict[str, str]()
    for feature in features:
        for _, node in scenario_nodes(feature.node):
            place = f"{feature.shown}:{node['location']['line']}"
            yield from _claim(templates, node["name"], place, "titles are unique in the whole suite")
        for source in feature.scenarios:
            place = f"{feature.shown}:{source.line}"
            yield from _claim(titles, source.title, place, "titles are unique in the whole suite")
            id_ = build_scenario(feature, source).id
            yield from _claim(ids, id_, place, "give each scenario a number of its own")


def _claim(taken: dict[str, str], name: str, place: str, hint: str) -> Iterator[str]:
    first = taken.setdefault(name, place)
    if name and first != place:
        yield f"{place}: {name!r} is taken by {first}; {hint}"


def _scenario_faults(tier: str, source: ScenarioSource) -> Iterator[str]:
    yield from _tag_faults(tier, source)
    yield from read_value(tier, source.descriptions)[1]
    kinds = [step.kind for step in source.steps]
    if "then" not in kinds:
        yield "the scenario has no Then, so that it could not fail"
    elif "when" not in kinds:
        yield "the scenario has no When, so that nothing happens in it"
    order = ("given", "when", "then")
    if "unknown" not in kinds and kinds != sorted(kinds, key=order.index):
        yield "the steps do not go Given, When, Then: split it into two scenarios"


def _tag_faults(tier: str, source: ScenarioSource) -> Iterator[str]:
    ids = [match for tag in source.tags if (match := SCENARIO_ID.match(tag))]
    if len(ids) != 1:
        found = ", ".join(match[0] for match in ids) or "none"
        yield f"a scenario carries one id, its row and a number, such as @TL-01.1; this one has {found}"
    for match in ids:
        if match[1] not in rows():
            yield f"@{match[0]}: {match[1]} is not a known row{nearest(match[1], rows())}"
        elif tier not in rows()[match[1]].tiers:
            yield f"{match[1]} is a row of {' or '.join(rows()[match[1]].tiers)}, but this file lies in {tier}/"
    for tag in source.tags:
        if not SCENARIO_ID.match(tag) and tag not in known_tags():
            yield f"@{tag} is not a known tag{nearest(tag, known_tags())}"


def _wording_faults(source: ScenarioSource) -> Iterator[str]:
    if any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in source.title):
        yield f"{source.line}: expected a title of one line without control characters, got {source.title!r}"
    if source.template and not source.title.strip():
        yield f"{source.line}: this example leaves the title {source.template!r} empty: fill its cell"
    for step in source.steps:
        if found := JARGON.search(step.text):
            yield f"{step.line}: {found[0]!r} is a word of the implementation: say what the customer sees"


def _structure_faults(feature: FeatureFile) -> Iterator[tuple[int, str]]:
    """Line and fault of what the syntax tree has, or lacks."""
    named = [feature.node, *rule_nodes(feature.node), *(node for _, node in scenario_nodes(feature.node))]
    for node in named:
        if not node["name"]:
            keyword = node["keyword"]
            yield node["location"]["line"], f"this {keyword} has no name: write what it promises after '{keyword}: '"
    yield from _outline_faults(feature)
    yield from _background_faults(feature)
    for _, steps in step_lists(feature.node):
        yield from _keyword_faults(steps)


def _keyword_faults(steps: list[Node]) -> Iterator[tuple[int, str]]:
    for number, step in enumerate(steps):
        line, keyword = step["location"]["line"], step["keyword"].strip()
        if step["keywordType"] == "Unknown":
            yield line, f"{keyword!r} does not say what kind of step this is: write Given, When, Then or And"
        elif step["keywordType"] == "Conjunction" and number == 0:
            why = "has no step before it to go on from, and a Background does not count"
            yield line, f"{keyword!r} {why}: begin with Given, When or Then"


def _outline_faults(feature: FeatureFile) -> Iterator[tuple[int, str]]:
    dialect: Any = Dialect.for_name(feature.node["language"])
    for _rule, node in scenario_nodes(feature.node):
        line = node["location"]["line"]
        if node["keyword"] in dialect.scenario_outline_keywords and not node["examples"]:
            yield line, "this outline has no Examples, so that it would never run"
        for table in node["examples"]:
            if not table.get("tableBody"):
                yield table["location"]["line"], "these Examples have no rows"
        if repeated := _repeated_names(node):
            yield line, f"the Examples name {repeated!r} twice"


def _repeated_names(node: Node) -> str | None:
    for table in node["examples"]:
        names = Counter(cell["value"] for cell in table.get("tableHeader", {}).get("cells", ()))
        for name, count in names.items():
            if count > 1:
                return name
    return None


def _background_faults(feature: FeatureFile) -> Iterator[tuple[int, str]]:
    for node in background_nodes(feature.node):
        line = node["location"]["line"]
        if not node["steps"]:
            yield line, "this Background has no steps: write them, or take it out"
        if len(node["steps"]) > 3:
            yield line, "a Background has at most three lines"
        if any(step["keywordType"] in ("Action", "Outcome") for step in node["steps"]):
            yield line, "a Background has only Given"
