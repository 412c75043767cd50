"""That a trial is played as its scenario is."""

from __future__ import annotations

import pytest

from support.core.settings import settings
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.pytest_plugin.collection import ScenarioItem
from support.pytest_plugin.state import begin, state_of
from support.pytest_plugin.trials import trial_item


def nothing(_request: pytest.FixtureRequest) -> None:
    """No steps."""


def test_a_trial_has_the_scenario_and_the_tags_of_its_item(request: pytest.FixtureRequest) -> None:
    feature = next(one for one in read_features(settings().features) if one.scenarios)
    item = ScenarioItem.of(request.session, "a scenario", nothing)
    begin(item, build_scenario(feature, feature.scenarios[0]))
    item.add_marker("random")
    trial = trial_item(item, "a_fault", "a_fault")
    assert trial.get_closest_marker("random") is not None
    assert (state_of(trial).scenario, state_of(trial).fault) == (state_of(item).scenario, "a_fault")
