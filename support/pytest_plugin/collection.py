"""Collects feature files directly: one pytest item for each scenario, and for each example of an outline."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from support.core.catalogue import known_tags
from support.core.failure import BadInput, EnvironmentFailed
from support.core.settings import settings
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import FeatureFile, ScenarioSource, read_feature
from support.gherkin.player import play
from support.pytest_plugin.state import begin, state_of

Play = Callable[[pytest.FixtureRequest], None]


class FeatureModule(pytest.Module):
    """A feature file as pytest sees it; its items are named by their titles."""

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path) -> Self:
        """The module of a feature file."""
        return cls.from_parent(parent, path=path)  # pyright: ignore[reportUnknownMemberType]

    def _getobj(self) -> types.ModuleType:
        return types.ModuleType(self.path.stem)

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each scenario, marked with its tags."""
        feature = read_feature(self.path, settings().features)
        for source in feature.scenarios:
            scenario = build_scenario(feature, source)
            item = ScenarioItem.of(self, source.title, runner(feature, source))
            begin(item, scenario)
            for tag in {scenario.row, *source.tags} & known_tags().keys():
                item.add_marker(tag)
            yield item


class ScenarioItem(pytest.Function):
    """A scenario as pytest sees it: failures point to its feature file."""

    @classmethod
    def of(cls, parent: pytest.Collector, name: str, run: Play) -> Self:
        """An item that runs `run`, under the name that its node id shows."""
        return cls.from_parent(parent, name=name, callobj=run)  # pyright: ignore[reportUnknownMemberType]

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the scenario stands, for pytest's own reports."""
        scenario = state_of(self).scenario
        return self.path, scenario.line - 1, scenario.title

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """What was seen, in words and masked; a traceback only for what the suite did not foresee."""
        state = state_of(self)
        if isinstance(excinfo.value, AssertionError | EnvironmentFailed | BadInput):
            return state.secrets.text(f"{state.scenario.place}\n{excinfo.value}")
        return state.secrets.text(str(super().repr_failure(excinfo)))


def runner(feature: FeatureFile, source: ScenarioSource) -> Play:
    """The function that plays a scenario's steps."""

    def run(request: pytest.FixtureRequest) -> None:
        __tracebackhide__ = True
        play(request, feature, source)

    return run
