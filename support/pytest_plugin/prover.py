"""The prover, as a pytest plugin: plays each scenario without a fault, and once with each fault that names it.

Under pytest-xdist one worker plays all trials of a fault, on one stack. With `--rebind` a fault may name a scenario
that no longer exists: it is played with all likely scenarios, and the result is a list of what breaks, not a proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

import pytest

from support.core.failure import BadInput
from support.core.settings import settings
from support.faults import rebind
from support.faults.fault import Fault, catalogue, fault_named, unknown_names
from support.faults.mutants.choice import Draw
from support.faults.proof import Proof, conclude, read_record
from support.faults.rebind import widened
from support.gherkin.feature_guards import build_scenario
from support.gherkin.features import read_features
from support.gherkin.sentences import DEFINITIONS
from support.pytest_plugin.line_recorder import LineRecorder
from support.pytest_plugin.mutation import Mutation
from support.pytest_plugin.phases import function_name
from support.pytest_plugin.state import run_state
from support.pytest_plugin.trials import Trials, scenario_items, trial_item
from support.reporting.ledger_file import write_json

SOUND = "none"


class Prover(Trials):
    """Registered in every process of a proving run; the one that the user started draws the conclusion."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__()
        self.proof: Proof | None = None
        names: list[str] = config.getoption("fault") or []
        self.rebinds = bool(config.getoption("rebind"))
        self._faults = [fault_named(name) for name in names] or list(catalogue().values())
        self._only_named = bool(names)
        self.everything = False
        """Whether all faults are played against all scenarios; known once the session has started."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse faults with an unknown scenario or step, and leave out those whose scenarios are not selected."""
        expected = run_state(session.config).expected
        if expected is None:
            return
        scenarios = all_scenario_ids()
        self.everything = not self._only_named and len(expected) == len(scenarios)
        try:
            if not self.rebinds:
                check_names(self._faults, scenarios)
        except BadInput as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the trials in the place of the scenarios.

        Sound backends come first, on one stack; then each fault, on its own.
        """
        scenarios = scenario_items(items)
        played = {fault.name: self.scenarios_of(fault, list(scenarios)) for fault in self._faults}
        named = {id_ for ids in played.values() for id_ in ids}
        trials = [
            trial_item(item, None, SOUND)
            for id_, item in scenarios.items()
            if not self._only_named or id_ in named
        ]
        for fault in self._faults:
            trials += [trial_item(scenarios[id_], fault.name, fault.name, fault.name) for id_ in played[fault.name]]
        items[:] = trials

    def scenarios_of(self, fault: Fault, selected: Collection[str]) -> list[str]:
        """The ids of the scenarios, among those selected, that are played with a fault."""
        if self.rebinds:
            return [id_ for id_ in widened(fault, all_scenario_ids()) if id_ in selected]
        return [one.scenario for one in fault.expected if one.scenario in selected]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Draw the conclusion and write the files."""
        expected = run_state(session.config).expected
        if expected is None or not self.trials:
            return
        ids = {trial.scenario for trial in self.trials} if self._only_named else {one.id for one in expected}
        played = {trial.fault for trial in self.trials}
        faults = [fault for fault in self._faults if fault.name in played or self.everything]
        if not self.rebinds:
            faults = [fault.limited_to(ids) for fault in faults]
        self.proof = conclude(faults, {one.id: one for one in expected if one.id in ids}, self.trials, then_steps())
        if self.rebinds:
            write_json(settings().reports / rebind.FILE, rebind.record(self.proof.faults, all_scenario_ids()))
            holds = all(rebind.bindings(one) and not rebind.unbroken(one) for one in self.proof.faults)
        else:
            path = settings().reports / "proof.json"
            write_json(path, self.proof.to_json(earlier={} if self.everything else read_record(path)))
            holds = self.proof.holds
        if not holds and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@cache
def all_scenario_ids() -> list[str]:
    """The ids of all scenarios, selected or not."""
    return [
        build_scenario(feature, source).id
        for feature in read_features(settings().features.resolve())
        for source in feature.scenarios
    ]


def then_steps() -> list[str]:
    """The functions of all Then sentences, each once."""
    return list(dict.fromkeys(function_name(one.function) for one in DEFINITIONS if one.kind == "then"))


def check_names(faults: Iterable[Fault], scenarios: Collection[str]) -> None:
    """Refuse faults that name a scenario or a step function that does not exist.

    Raises:
        BadInput: the message has each of them, with the fault and the nearest name.
    """
    functions = {function_name(one.function) for one in DEFINITIONS}
    if wrong := list(unknown_names(faults, scenarios, functions)):
        raise BadInput("\n".join([*wrong, "bind them again: see `threadproof prove --rebind`"]))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the prover."""
    group = parser.getgroup("threadproof")
    group.addoption("--prove", action="store_true", help="play every scenario with each fault that names it")
    group.addoption("--fault", action="append", default=[], help="with --prove: only this fault")
    group.addoption("--rebind", action="store_true", help="with --prove: list the failures of each fault now")
    group.addoption("--mutants", type=int, default=0, help="with --prove: play so many mutants in place of the faults")
    group.addoption("--seed", type=int, default=1, help="with --mutants: which of all mutants are drawn")
    group.addoption("--record-lines", action="store_true", help="with --prove: record which lines scenarios run")


def pytest_configure(config: pytest.Config) -> None:
    """Register the prover where it is asked for.

    Raises:
        pytest.UsageError: a fault is unknown.
    """
    if not config.getoption("prove"):
        return
    run_state(config).proving = True
    try:
        if config.getoption("record_lines"):
            config.pluginmanager.register(LineRecorder(), "threadproof_line_recorder")
        elif config.getoption("mutants"):
            wanted = Draw(config.getoption("seed"), config.getoption("mutants"))
            config.pluginmanager.register(Mutation(wanted), "threadproof_mutation")
        else:
            config.pluginmanager.register(Prover(config), "threadproof_prover")
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
