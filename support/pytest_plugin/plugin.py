"""The pytest plugin: `pytest -p support.pytest_plugin.plugin features` runs every scenario.

Everything that is wrong with features or steps is found at the start of the session, before any service is started,
and ends it with one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.core.catalogue import known_tags
from support.core.failure import BadInput
from support.core.scenario import Scenario
from support.core.settings import settings
from support.drivers.profile import profile
from support.gherkin.feature_guards import build_scenario, feature_violations
from support.gherkin.features import FeatureFile, read_features
from support.gherkin.selection import Selection, add_options, selection_of
from support.gherkin.sentence_guards import sentence_violations
from support.gherkin.sentences import DEFINITIONS, import_steps, stop_background_loop
from support.gherkin.step_guards import expectation_violations, step_violations
from support.gherkin.unread_text import unread_text
from support.pytest_plugin.collection import FeatureModule
from support.pytest_plugin.machine import now
from support.pytest_plugin.state import ScenarioState, find_state, run_state

pytest_plugins = (
    "support.pytest_plugin.machine_lock",
    "support.pytest_plugin.reporting",
    "support.pytest_plugin.services",
    "support.pytest_plugin.fixtures",
    "support.pytest_plugin.surface",
    "support.pytest_plugin.prover",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select scenarios."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the tags known to pytest, and load the step modules as plugins, so that their assertions explain."""
    for tag, meaning in known_tags().items():
        config.addinivalue_line("markers", f"{tag}: {meaning}")
    try:
        run_state(config).selection = selection_of(config)
        if features_of(config):
            load_steps(config, settings().steps)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def load_steps(config: pytest.Config, folder: Path) -> None:
    """Make every module of the steps folder a plugin.

    Raises:
        BadInput: the folder is not a package, or a module of it cannot be imported.
    """
    pytest.register_assert_rewrite(folder.name)
    for module in import_steps(folder):
        config.pluginmanager.register(module, module.__name__)


def features_of(config: pytest.Config) -> list[Path]:
    """The features folder, or the files and folders below it, that the command line asks for."""
    root = settings().features.resolve()
    asked = [Path(arg.partition("::")[0]) for arg in config.args]
    paths = [(config.invocation_params.dir / path).resolve() for path in asked]
    if any(path == root or path in root.parents for path in paths):
        return [root]
    return [path for path in paths if root in path.parents]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Judge features and steps; only the process that the user started does so.

    Raises:
        pytest.UsageError: a guard found something; the message lists all that was found.
    """
    config = session.config
    if hasattr(config, "workerinput") or not features_of(config):
        return
    try:
        run_state(config).selection.check()
        features = read_features(settings().features.resolve())
        violations = judge(features)
        if violations:
            raise BadInput("\n".join(violations))  # noqa: TRY301
        profile().check_deviations(
            [build_scenario(feature, source).id for feature in features for source in feature.scenarios]
        )
        run_state(config).expected = expected(config, features)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def judge(features: Sequence[FeatureFile]) -> list[str]:
    """Everything that is wrong with features and steps, a sentence each."""
    found = [
        *feature_violations(features),
        *(violation for feature in features for violation in unread_text(feature, DEFINITIONS)),
        *sentence_violations(features, DEFINITIONS),
        *step_violations(DEFINITIONS),
        *expectation_violations(),
    ]
    return list(dict.fromkeys(found))


def expected(config: pytest.Config, features: Sequence[FeatureFile]) -> list[Scenario]:
    """The scenarios that this run must account for.

    Raises:
        BadInput: nothing is selected.
    """
    asked = features_of(config)
    files = [feature for feature in features if any(p == feature.path or p in feature.path.parents for p in asked)]
    selection = run_state(config).selection
    found = [
        scenario
        for feature in files
        for source in feature.scenarios
        if selection.takes(scenario := build_scenario(feature, source), feature.path, source.tags)
    ]
    if not found:
        raise BadInput("no scenario is selected; `threadproof list` shows what there is")
    return found


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take feature files below the features folder."""
    if file_path.suffix == ".feature":
        return FeatureModule.of(parent, file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not selected, and put measurements under load last."""
    selection = run_state(config).selection
    left_out = [item for item in items if not _selected(selection, item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=_under_load)


def _compare_with_profile(state: ScenarioState) -> None:
    if reason := profile().not_offered(state.scenario):
        state.not_offered = reason
    if state.scenario.disruptive and settings().backend_urls:
        state.not_offered = "the backend was not started by the suite, which therefore does not break it"
    if reason := profile().deviation(state.scenario.id):
        state.deviation = reason


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a scenario unplayed if the target does not offer what its tags name."""
    state = find_state(item)
    if state is None:
        return
    state.begun = now()
    _compare_with_profile(state)
    if state.not_offered is not None:
        pytest.skip(state.not_offered)


def _selected(selection: Selection, item: pytest.Item) -> bool:
    state = find_state(item)
    if state is None:
        return not selection
    return selection.takes(state.scenario, item.path, [mark.name for mark in item.iter_markers()])


def _under_load(item: pytest.Item) -> bool:
    state = find_state(item)
    return state is not None and state.scenario.load


def pytest_unconfigure() -> None:
    """End the background loop."""
    stop_background_loop()
