"""The prover, as a pytest plugin: plays each scenario without a fault, and once with each fault that names it.

Under pytest-xdist all trials of a fault are played by one worker, on one stack.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict
from typing import Any

import pytest

from support.core.failure import BadInput
from support.core.hints import nearest
from support.core.outcome import Outcome
from support.core.scenario import SCENARIO, Scenario
from support.core.settings import settings
from support.faults.fault import Fault, catalogue, fault_named
from support.faults.proof import Proof, Trial, conclude, read_record
from support.gherkin.features import read_features
from support.pytest_plugin.collection import FeatureModule, ScenarioItem
from support.pytest_plugin.items import add_phase, result_of
from support.pytest_plugin.ledger import EXPECTED, PROVING
from support.pytest_plugin.state import FAULT, STAGE
from support.reporting.ledger_file import write_json

SOUND = "none"
ACTIVATIONS = pytest.StashKey[int]()


class Prover:
    """Registered in every process of a proving run; the one that the user started draws the conclusion."""

    def __init__(self, config: pytest.Config) -> None:
        self.trials: list[Trial] = []
        self.proof: Proof | None = None
        names: list[str] = config.getoption("fault") or []
        self._faults = [fault_named(name) for name in names] or list(catalogue().values())
        self._only_named = bool(names)
        self._everything = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse faults that name a scenario which does not exist, and leave out those that are not selected."""
        expected = session.config.stash.get(EXPECTED, None)
        if expected is None:
            return
        self._everything = not self._only_named and len(expected) == _scenarios_in_all()
        try:
            check_names(expected, everything=self._everything)
        except BadInput as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the trials in the place of the scenarios."""
        scenarios = {item.stash[SCENARIO].title: item for item in items if isinstance(item, ScenarioItem)}
        named = {red.scenario for fault in self._faults for red in fault.reds}
        trials = [trial_of(item, None) for title, item in scenarios.items() if not self._only_named or title in named]
        for fault in self._faults:
            trials += [trial_of(scenarios[red.scenario], fault) for red in fault.reds if red.scenario in scenarios]
        items[:] = trials

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the trial ended; a red scenario is what a fault is for, so it does not count as a failed test."""
        report = yield
        add_phase(item, call, report)
        stage = item.stash.get(STAGE, None)
        if report.when == "call" and stage is not None:
            item.stash[ACTIVATIONS] = stage.stack.activations()
        if report.when == "teardown":
            report.trial = asdict(_trial(item))  # pyright: ignore[reportAttributeAccessIssue]
        report.outcome = "passed"
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a trial that has ended, in whichever process."""
        data: dict[str, Any] | None = getattr(report, "trial", None)
        if data is not None:
            self.trials.append(Trial(**data))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Draw the conclusion and write it down."""
        expected = session.config.stash.get(EXPECTED, None)
        if expected is None or not self.trials:
            return
        titles = {trial.title for trial in self.trials} if self._only_named else {one.title for one in expected}
        played = {trial.fault for trial in self.trials}
        faults = [fault.within(titles) for fault in self._faults if fault.name in played or self._everything]
        self.proof = conclude(faults, {one.title: one for one in expected if one.title in titles}, self.trials)
        path = settings().reports / "proof.json"
        write_json(path, self.proof.to_json(earlier={} if self._everything else read_record(path)))
        if not self.proof.holds and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _scenarios_in_all() -> int:
    return sum(len(feature.scenarios) for feature in read_features(settings().features.resolve()))


def check_names(scenarios: list[Scenario], *, everything: bool) -> None:
    """Refuse a catalogue that names scenarios which no feature has; only to be asked with all of them at hand.

    Raises:
        BadInput: the message has the fault and the nearest title.
    """
    titles = [scenario.title for scenario in scenarios]
    for fault in catalogue().values() if everything else ():
        for red in fault.reds:
            if red.scenario not in titles:
                raise BadInput(
                    f"the fault {fault.name} names a scenario that does not exist: "
                    f"{red.scenario!r}{nearest(red.scenario, titles)}"
                )


def trial_of(item: ScenarioItem, fault: Fault | None) -> pytest.Item:
    """The scenario of an item, to be played with a fault, or with none."""
    name = fault.name if fault else SOUND
    trial = ScenarioItem.of(item.getparent(FeatureModule) or item.session, f"{item.name} [{name}]", item.obj)
    trial.stash[SCENARIO] = item.stash[SCENARIO]
    trial.stash[FAULT] = fault.name if fault else None
    trial.add_marker(pytest.mark.xdist_group(name if fault else f"{SOUND}: {item.name}"))
    return trial


def _trial(item: pytest.Item) -> Trial:
    scenario, result = item.stash[SCENARIO], result_of(item)
    return Trial(
        fault=item.stash[FAULT],
        row=scenario.row,
        title=scenario.title,
        outcome=Outcome(result.outcome).value,
        step=result.step,
        reason=result.reason,
        activations=item.stash.get(ACTIVATIONS, 0),
        seconds=result.seconds,
        code=result.code,
        step_function=result.step_function,
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the prover."""
    group = parser.getgroup("threadproof")
    group.addoption("--prove", action="store_true", help="play every scenario with each fault that names it")
    group.addoption("--fault", action="append", default=[], help="with --prove: only this fault")


def pytest_configure(config: pytest.Config) -> None:
    """Register the prover where it is asked for.

    Raises:
        pytest.UsageError: a fault is unknown.
    """
    if not config.getoption("prove"):
        return
    config.stash[PROVING] = True
    try:
        config.pluginmanager.register(Prover(config), "threadproof_prover")
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
