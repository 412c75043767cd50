"""The sentences that features may use, by declaration, with their uses."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from support.core.settings import settings
from support.gherkin.acts import ACTS, acts_in
from support.gherkin.features import FeatureFile, read_features
from support.gherkin.sentences import DEFINITIONS, StepDefinition, import_steps

Entry = dict[str, Any]
Declaration = tuple[str, str]


def sentences() -> Entry:
    """Every declaration with its uses, and how many declarations there are for each scenario template.

    An outline is one template, however many examples it has, and its steps count once. An act is one declaration in
    all its forms.

    Raises:
        BadInput: a feature file or a module of steps cannot be read.
    """
    import_steps(settings().steps)
    features = read_features(settings().features.resolve())
    uses: Counter[Declaration] = Counter()
    for feature in features:
        uses.update(_uses(feature))
    declared: dict[Declaration, list[StepDefinition]] = {}
    for definition in DEFINITIONS:
        declared.setdefault(definition.declaration, []).append(definition)
    templates = sum(len({source.template_line for source in feature.scenarios}) for feature in features)
    return {
        "sentences": sorted(
            (
                {"kind": _kind(one), "sentence": one[0].declared, "place": one[0].place, "uses": uses[key]}
                for key, one in declared.items()
            ),
            key=lambda entry: (str(entry["place"]).partition(":")[0], str(entry["kind"])),
        ),
        "definitions": len(declared),
        "templates": templates,
        "definitions_per_template": round(len(declared) / templates, 2) if templates else None,
    }


def sentence_table(data: Entry) -> RenderableType:
    """The sentences for a terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("uses", justify="right")
    table.add_column("sentence", ratio=5)
    table.add_column("place", style="dim", no_wrap=True)
    for entry in data["sentences"]:
        sentence = Text.assemble((f"{entry['kind']} ", "bold"), entry["sentence"])
        table.add_row(str(entry["uses"]), sentence, entry["place"])
    ratio = f"{data['definitions']} definitions for {data['templates']} scenario templates"
    return Group(table, Text(), Text(f"{ratio}: {data['definitions_per_template']} each"))


def _uses(feature: FeatureFile) -> Counter[Declaration]:
    """How often each declaration is used in a file, by the lines of its steps and of its tables of acts."""
    steps = {step.line: step for source in feature.scenarios for step in source.steps}
    uses: Counter[Declaration] = Counter()
    for step in steps.values():
        uses.update({definition.declaration for definition in DEFINITIONS if definition.matches(step)})
        uses.update((act.function.__module__, act.pattern) for _text, acts in acts_in(step) for act in acts)
    return uses


def _kind(definitions: list[StepDefinition]) -> str:
    """The word before a sentence: Act, or the keywords under which it is defined."""
    if any(act.pattern == definitions[0].declared for act in ACTS):
        return "Act"
    return "/".join(sorted({definition.kind.capitalize() for definition in definitions}))
