"""The prover, as a pytest plugin: plays each scenario without a fault, and once with each fault that names it.

Under pytest-xdist one worker plays all trials of a fault, on one stack. With `--rebind` a fault may name a scenario
that no longer exists: it is played with all likely scenarios, and the result is a list of what breaks, not a proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from support.core.failure import BadInput
from support.core.settings import settings
from support.faults import rebind
from support.faults.fault import Fault, catalogue, fault_named, unknown_names
from support.faults.mutants.choice import Draw
from support.faults.proof import Proof, conclude, read_record
from support.faults.rebind import widened
from support.gherkin.sentences import DEFINITIONS
from support.pytest_plugin.changes import all_scenarios, change, digests
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
        self.left_out = 0
        """With `--changed`: how many faults are not played, since nothing has changed for them."""
        self.rebinds = bool(config.getoption("rebind"))
        self.only_changed = bool(config.getoption("changed"))
        self.reasons: dict[str, str] = {}
        """With `--changed`: why a fault is played, by its name, or a scenario without one, by its id."""
        self._faults = [fault_named(name) for name in names] or list(catalogue().values())
        self._only_named = bool(names)
        self._compared = False
        self.everything = False
        """Whether all faults are played against all scenarios; known once the session has started."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse faults with an unknown scenario or step, and leave out those whose scenarios are not selected."""
        expected = run_state(session.config).expected
        if expected is None:
            return
        scenarios = all_scenario_ids()
        self.everything = not self._only_named and not self.only_changed and len(expected) == len(scenarios)
        try:
            if not self.rebinds:
                check_names(self._faults, scenarios)
        except BadInput as error:
            raise pytest.UsageError(str(error)) from None
        if self.only_changed:
            self._find_changes([one.id for one in expected])

    def _find_changes(self, selected: Collection[str]) -> None:
        """Keep the faults for which something has changed since the last proof, and say why."""
        self._compared = True
        record = read_record(settings().reports / "proof.json")
        faults = {one["name"]: one for one in record.get("faults", ())}
        sound = {one["scenario"]: one for one in record.get("sound", ())}
        for fault in self._faults:
            named = self.scenarios_of(fault, selected)
            if named and (reason := change(fault, [one.scenario for one in fault.expected], faults.get(fault.name))):
                self.reasons[fault.name] = reason
        for id_ in selected:
            if reason := change(None, [id_], sound.get(id_)):
                self.reasons[id_] = reason
        self.left_out = len([one for one in self._faults if self.scenarios_of(one, selected)])
        self._faults = [fault for fault in self._faults if fault.name in self.reasons]
        self.left_out -= len(self._faults)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the trials in the place of the scenarios.

        Sound backends come first, on one stack; then each fault, on its own.
        """
        scenarios = scenario_items(items)
        if self.only_changed and not self._compared:  # in a worker
            self._find_changes(list(scenarios))
        played = {fault.name: self.scenarios_of(fault, list(scenarios)) for fault in self._faults}
        named = {id_ for ids in played.values() for id_ in ids}
        trials = [
            trial_item(item, None, SOUND)
            for id_, item in scenarios.items()
            if id_ in named or not (self._only_named or self.only_changed) or id_ in self.reasons
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
        if self.only_changed and expected is not None and not self.reasons:
            session.exitstatus = pytest.ExitCode.OK  # there was nothing to play
        if expected is None or not self.trials:
            return
        partial = self._only_named or self.only_changed
        ids = {trial.scenario for trial in self.trials} if partial else {one.id for one in expected}
        played = {trial.fault for trial in self.trials}
        faults = [fault for fault in self._faults if fault.name in played or self.everything]
        if not self.rebinds:
            faults = [fault.limited_to(ids) for fault in faults]
        self.proof = conclude(
            faults, {one.id: one for one in expected if one.id in ids}, self.trials, then_steps(), whole=self.everything
        )
        if self.rebinds:
            write_json(settings().reports / rebind.FILE, rebind.record(self.proof.faults, all_scenario_ids()))
            holds = all(rebind.bindings(one) and not rebind.unbroken(one) for one in self.proof.faults)
        else:
            path = settings().reports / "proof.json"
            earlier = read_record(path)
            if self.everything:
                earlier = {name: value for name, value in earlier.items() if name == "mutants"}
            write_json(path, self.proof.to_json(earlier, digests))
            holds = self.proof.holds
        if not holds and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def all_scenario_ids() -> list[str]:
    """The ids of all scenarios, selected or not."""
    return list(all_scenarios())


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
    group.addoption("--changed", action="store_true", help="with --prove: only what has changed since the last proof")
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
            wanted = Draw(int(config.getoption("seed") or 0), int(config.getoption("mutants") or 0))
            config.pluginmanager.register(Mutation(wanted), "threadproof_mutation")
        else:
            config.pluginmanager.register(Prover(config), "threadproof_prover")
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
