"""What a feature file must be, judged from its text before anything runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from support.core.catalogue import SCENARIO_ID, known_tags, rows
from support.core.hints import nearest
from support.core.scenario import TIERS, Scenario, StepText
from support.core.value_text import read_value
from support.gherkin.features import FeatureFile, ScenarioSource, background_nodes, scenario_nodes
from support.gherkin.sentences import StepDefinition

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
        needs=frozenset(tag.removeprefix("needs.") for tag in source.tags if tag.startswith("needs.")),
        disruptive="disruptive" in source.tags,
        load="load" in source.tags,
        value=read_value(feature.tier, source.descriptions)[0],
        steps=source.steps,
    )


def feature_violations(features: Iterable[FeatureFile]) -> Iterator[str]:
    """One sentence for each thing that is wrong with the texts, beginning with file and line."""
    titles: dict[str, str] = {}
    ids: dict[str, str] = {}
    for feature in features:
        if feature.tier not in TIERS:
            yield f"{feature.shown}:1: {feature.tier!r} is not a tier; the folder must be one of {', '.join(TIERS)}"
        yield from _outline_faults(feature)
        yield from _background_faults(feature)
        if not feature.scenarios:
            yield f"{feature.shown}:1: there is no scenario in this file"
        for source in feature.scenarios:
            place = f"{feature.shown}:{source.line}"
            if first := titles.get(source.title):
                yield f"{place}: the title {source.title!r} is taken by {first}; titles are unique in the whole suite"
            titles.setdefault(source.title, place)
            id_ = build_scenario(feature, source).id
            if id_ and (first := ids.get(id_)):
                yield f"{place}: the id {id_} is taken by {first}; give each scenario a number of its own"
            ids.setdefault(id_, place)
            yield from (f"{place}: {fault}" for fault in _scenario_faults(feature.tier, source))
            yield from (f"{feature.shown}:{fault}" for fault in _wording_faults(source))


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
    for step in source.steps:
        if step.kind == "unknown":
            yield f"{step.line}: {step.keyword!r} has no step before it to go on from: begin with Given, When or Then"
        if found := JARGON.search(step.text):
            yield f"{step.line}: {found[0]!r} is a word of the implementation: say what the customer sees"


def _outline_faults(feature: FeatureFile) -> Iterator[str]:
    for _rule, node in scenario_nodes(feature.node):
        line = node["location"]["line"]
        if node["keyword"] in ("Scenario Outline", "Scenario Template") and not node["examples"]:
            yield f"{feature.shown}:{line}: this outline has no Examples, so that it would never run"
        for table in node["examples"]:
            if not table.get("tableBody"):
                yield f"{feature.shown}:{table['location']['line']}: these Examples have no rows"
        if repeated := _repeated_names(node):
            yield f"{feature.shown}:{line}: the Examples name {repeated!r} twice"


def _repeated_names(node: dict[str, Any]) -> str | None:
    for table in node["examples"]:
        names = Counter(cell["value"] for cell in table.get("tableHeader", {}).get("cells", ()))
        for name, count in names.items():
            if count > 1:
                return name
    return None


def _background_faults(feature: FeatureFile) -> Iterator[str]:
    for node in background_nodes(feature.node):
        place = f"{feature.shown}:{node['location']['line']}"
        if len(node["steps"]) > 3:
            yield f"{place}: a Background has at most three lines"
        if any(step["keywordType"] in ("Action", "Outcome") for step in node["steps"]):
            yield f"{place}: a Background has only Given"


def sentence_violations(features: Iterable[FeatureFile], definitions: Iterable[StepDefinition]) -> Iterator[str]:
    """Undefined, ambiguous and unused sentences, each beginning with file and line."""
    definitions = list(definitions)
    used: set[int] = set()
    for feature in features:
        for step in sorted({step for source in feature.scenarios for step in source.steps}, key=lambda s: s.line):
            if step.kind == "unknown":
                continue
            matching = [definition for definition in definitions if definition.matches(step)]
            used.update(id(definition) for definition in matching)
            place = f"{feature.shown}:{step.line}"
            if not matching:
                yield f"{place}: no sentence for '{step.keyword} {step.text}'{_near(step, definitions)}"
            if len(matching) > 1:
                places = " and ".join(definition.place for definition in matching)
                yield f"{place}: '{step.keyword} {step.text}' could be any of {places}"
    for definition in definitions:
        if id(definition) not in used:
            yield f'{definition.place}: no feature uses the sentence "{definition.kind} {definition.pattern}"'


def _near(step: StepText, definitions: list[StepDefinition]) -> str:
    patterns = [definition.pattern for definition in definitions if definition.kind == step.kind]
    return nearest(step.text, patterns) or f"; define it in steps/ with @{step.kind}"
