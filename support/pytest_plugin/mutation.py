"""Plays mutants of the backend: with each, the scenarios that run the changed line, until one shows it.

Every process draws the same mutants, from the records of lines and the seed. One worker plays all trials of a mutant on
one stack, and leaves out the rest once the mutant is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from support.core.settings import settings
from support.drivers.profile import profile
from support.faults import seams
from support.faults.mutants import build, coverage
from support.faults.mutants.choice import Draw, draw, equivalents
from support.faults.mutants.mutant import all_mutants
from support.faults.mutants.score import Judgment, MutationScore
from support.faults.proof import Trial, read_record
from support.pytest_plugin.collection import ScenarioItem
from support.pytest_plugin.state import ScenarioState, run_state, state_of
from support.pytest_plugin.trials import Trials, scenario_items, trial_item
from support.reporting.ledger_file import write_json

MOST_TRIALS = 24
"""With no mutant are more scenarios played; the score tells of each survivor how many there would be."""


class Mutation(Trials):
    """`score` is there once the session is over."""

    def __init__(self, wanted: Draw) -> None:
        super().__init__()
        self.score: MutationScore | None = None
        self.judgments: dict[str, Judgment] = {}
        """By the id of the mutant, all that were drawn."""
        self.recorded: set[str] = set()
        """The ids of the mutants whose line some scenario runs: the draw is from these."""
        self._draw = wanted
        self._here: dict[str, list[Trial]] = {}

    def prepare(self, scenarios: Iterable[str]) -> dict[str, list[str]]:
        """Draw the mutants; returns the scenarios to be played with each, out of those given, in order.

        Raises:
            BadInput: the list of equivalent mutants is wrong, or the record of lines cannot be read.
        """
        folder = seams.backend_folder()
        records = coverage.read(settings().reports / coverage.FILE)
        selected = set(scenarios)
        usable = {id_: record for id_, record in records.items() if record.kept and id_ in selected}
        known = coverage.Coverage(folder, usable)
        mutants = all_mutants(folder)
        runs_in = {id_: found for id_, mutant in mutants.items() if (found := known.scenarios_for(mutant))}
        self.recorded = set(runs_in)
        reasons = equivalents(mutants)
        drawn = draw([mutants[id_] for id_ in runs_in], self._draw)
        self.judgments = {
            one.id: Judgment(one, runs_in=len(runs_in[one.id]), reason=reasons.get(one.id)) for one in drawn
        }
        return {one.id: [] if one.id in reasons else runs_in[one.id][:MOST_TRIALS] for one in drawn}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the trials in the place of the scenarios."""
        scenarios = scenario_items(items)
        offered = [id_ for id_, item in scenarios.items() if profile().not_offered(state_of(item).scenario) is None]
        plan = self.prepare(offered)
        items[:] = [
            trial_item(scenarios[scenario], f"{build.PREFIX}{id_}", f"mutant {number}", f"mutant {number}")
            for number, (id_, played) in enumerate(plan.items(), 1)
            for scenario in played
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out a trial of a mutant that is judged already."""
        if not isinstance(item, ScenarioItem):
            return
        state = state_of(item)
        id_ = mutant_of(state.fault)
        if Judgment(self.judgments[id_].mutant, self._here.get(id_, ())).settled:
            state.left_out = True
            pytest.skip("the mutant is judged already")

    def played(self, item: pytest.Item, state: ScenarioState, trial: Trial) -> dict[str, Any]:  # noqa: ARG002
        """Remember the trial, to know when the mutant is judged."""
        self._here.setdefault(mutant_of(trial.fault), []).append(trial)
        return {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Draw the conclusion and write it into the record of the proof."""
        expected = run_state(session.config).expected
        if expected is None or session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        if not self.judgments:  # under pytest-xdist this process has collected nothing
            self.prepare(one.id for one in expected)
        by_mutant: dict[str, list[Trial]] = {}
        for trial in self.trials:
            by_mutant.setdefault(mutant_of(trial.fault), []).append(trial)
        self.score = MutationScore(
            self._draw,
            [
                Judgment(one.mutant, by_mutant.get(id_, ()), one.runs_in, one.reason)
                for id_, one in self.judgments.items()
            ],
        )
        path = settings().reports / "proof.json"
        nothing: dict[str, Any] = {"faults": [], "sound": [], "unproven": [], "broken_at": {}}
        write_json(path, nothing | read_record(path) | {"mutants": self.score.to_json()})


def mutant_of(fault: str | None) -> str:
    """The id of the mutant that a trial is about."""
    return (fault or "").removeprefix(build.PREFIX)
