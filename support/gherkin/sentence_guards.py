"""How the steps of features and the definitions behind them must fit, judged before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from support.core.hints import nearest
from support.core.scenario import StepText
from support.gherkin.acts import ACTS, acts_in
from support.gherkin.features import FeatureFile
from support.gherkin.sentences import StepDefinition


def sentence_violations(features: Iterable[FeatureFile], definitions: Iterable[StepDefinition]) -> Iterator[str]:
    """Undefined, ambiguous and unused sentences, tables and doc strings, each beginning with file and line."""
    definitions = list(definitions)
    used: set[tuple[str, str]] = set()
    for feature in features:
        for step in sorted({step for source in feature.scenarios for step in source.steps}, key=lambda s: s.line):
            if step.kind == "unknown":
                continue
            matching = [definition for definition in definitions if definition.matches(step)]
            used.update(definition.declaration for definition in matching)
            used.update((act.function.__module__, act.pattern) for _text, acts in acts_in(step) for act in acts)
            place = f"{feature.shown}:{step.line}"
            if not matching:
                yield f"{place}: no sentence for '{step.shown}'{_near(step, definitions)}"
            elif len(matching) > 1:
                places = " and ".join(definition.place for definition in matching)
                yield f"{place}: '{step.shown}' could be any of {places}"
            else:
                yield from (f"{place}: {fault}" for fault in _faults(step, matching[0]))
    for definition in definitions:
        if definition.declaration not in used:
            used.add(definition.declaration)
            yield f'{definition.place}: no feature uses the sentence "{definition.declared}"'


def _faults(step: StepText, definition: StepDefinition) -> Iterator[str]:
    yield from _argument_faults(step, definition)
    for text, acts in acts_in(step):
        if len(acts) != 1:
            known = nearest(text, [act.present.name for act in ACTS])
            yield f"expected one act for the row '{text}', got {len(acts)}{known}"


def _argument_faults(step: StepText, definition: StepDefinition) -> Iterator[str]:
    parameters = inspect.signature(definition.function).parameters
    for name, words, given in (("datatable", "data table", step.table), ("docstring", "doc string", step.docstring)):
        parameter = parameters.get(name)
        if given is not None and parameter is None:
            yield (
                f"{step.shown!r} has a {words} that {definition.place} does not take, so that nobody would read it: "
                f"take it out, or give the function a parameter {name!r}"
            )
        if given is None and parameter is not None and parameter.default is inspect.Parameter.empty:
            yield f"{step.shown!r} has no {words}, which {definition.place} takes: write it under the step"


def _near(step: StepText, definitions: list[StepDefinition]) -> str:
    patterns = [definition.pattern for definition in definitions if definition.kind == step.kind]
    return nearest(step.text, patterns) or f"; define it in steps/ with @{step.kind}"
