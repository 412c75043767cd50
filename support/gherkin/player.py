"""Plays a scenario as it was read: each step once, in order, by the definition that the guards found for it.

pytest-bdd parses the arguments, finds fixtures, calls the function and its hooks. It parses no feature file, fills in
no example and looks up no definition, so it cannot play anything but the scenarios that were collected and judged.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from pytest_bdd import gherkin_parser, parser, parsers
from pytest_bdd.scenario import _execute_step_function as execute_step  # pyright: ignore[reportPrivateUsage]
from pytest_bdd.steps import StepFunctionContext

from support.core.failure import EnvironmentFailed
from support.core.scenario import StepText, Table
from support.gherkin.features import FeatureFile, ScenarioSource
from support.gherkin.sentences import DEFINITIONS, StepDefinition


class ReadStep(parser.Step):
    """A step as pytest-bdd and its hooks take it. Its `name` is the text as written, which reports show."""

    def __init__(self, read: StepText) -> None:
        super().__init__(
            name=read.text,
            type=read.kind,
            indent=0,
            line_number=read.line,
            keyword=read.keyword,
            datatable=None if read.table is None else _data_table(read.table, read.line),
            docstring=read.docstring,
        )
        self.read = read


class _PlayedText(parsers.StepParser):
    """Takes the arguments from the text to play, not from the text that reports show."""

    def __init__(self, definition: StepDefinition, played: str) -> None:
        super().__init__(definition.pattern)
        self._definition = definition
        self._played = played

    def parse_arguments(self, name: str) -> dict[str, object] | None:  # noqa: ARG002 - the text as shown
        return self._definition.parser.parse_arguments(self._played)

    def is_matching(self, name: str) -> bool:  # noqa: ARG002 - the text as shown
        return self._definition.parser.is_matching(self._played)


def play(request: pytest.FixtureRequest, feature: FeatureFile, source: ScenarioSource) -> None:
    """Play every step of a scenario, and call the hooks of pytest-bdd for each.

    Raises:
        EnvironmentFailed: not exactly one definition matches a step.
        Exception: any exception of a step.
    """
    __tracebackhide__ = True
    hook = request.config.hook
    scenario = read_scenario(feature, source)
    about: dict[str, Any] = {"request": request, "feature": scenario.feature, "scenario": scenario}
    hook.pytest_bdd_before_scenario(**about)
    try:
        for step in scenario.steps:
            try:
                context = context_of(step.read)
            except EnvironmentFailed as error:
                hook.pytest_bdd_step_func_lookup_error(**about, step=step, exception=error)
                raise
            execute_step(request, scenario, step, context)
    finally:
        hook.pytest_bdd_after_scenario(**about)


def context_of(step: StepText) -> StepFunctionContext:
    """The one definition that a step uses, in pytest-bdd's form.

    Raises:
        EnvironmentFailed: not exactly one definition matches the step.
    """
    found = [definition for definition in DEFINITIONS if definition.matches(step)]
    if len(found) != 1:
        raise EnvironmentFailed(f"expected one definition for {step.shown!r}, got {len(found)}; see steps/")
    [definition] = found
    return StepFunctionContext(
        type=definition.kind,  # pyright: ignore[reportArgumentType]
        step_func=definition.wrapped,
        parser=_PlayedText(definition, step.played),
        target_fixture=definition.target_fixture,
    )


class ReadScenario(parser.Scenario):
    """A scenario as pytest-bdd and its hooks take it."""

    steps: list[ReadStep]  # pyright: ignore[reportIncompatibleVariableOverride]


def read_scenario(feature: FeatureFile, source: ScenarioSource) -> ReadScenario:
    """The scenario, with its feature and its rule, as pytest-bdd and its hooks take it."""
    node = feature.node
    description, rule_description, own_description = source.descriptions
    of_feature = parser.Feature(
        scenarios=OrderedDict(),
        filename=str(feature.path),
        rel_filename=feature.shown,
        language=node["language"],
        keyword=node["keyword"],
        name=feature.name,
        tags={tag["name"].lstrip("@") for tag in node["tags"]},
        background=None,
        line_number=node["location"]["line"],
        description=description,
    )
    rule = None if source.rule is None else parser.Rule("Rule", source.rule, rule_description, set())
    return ReadScenario(
        feature=of_feature,
        keyword=source.keyword,
        name=source.title,
        line_number=source.line,
        steps=[ReadStep(step) for step in source.steps],
        description=own_description,
        tags=set(source.tags),
        rule=rule,
    )


def _data_table(table: Table, line: int) -> gherkin_parser.DataTable:
    place = gherkin_parser.Location(column=1, line=line)
    rows = [
        gherkin_parser.Row(id="", location=place, cells=[gherkin_parser.Cell(place, value) for value in row])
        for row in table
    ]
    return gherkin_parser.DataTable(place, rows)
