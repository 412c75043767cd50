"""The state that the parts of the plugin share: `ScenarioState` and `RunState`.

Only this room reads them. Other rooms get the parts that they need. Services are named but not imported, so that this
is quick to load.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from support.core.outcome import Phase, PlayedStep, ScenarioResult, judge_phases
from support.core.scenario import Scenario
from support.drivers.contract.sight import Sight
from support.gherkin.selection import Selection
from support.observation.evidence import Evidence
from support.observation.masking import Secrets
from support.observation.wire import WireLog

if TYPE_CHECKING:
    from rich.console import Console

    from support.actors.people import People
    from support.pytest_plugin.environment import Environment
    from support.pytest_plugin.machine import Moment
    from support.services import Services
    from support.snapshots.snapshot import Snapshot


class FailedStep(NamedTuple):
    """The step that raised, with its keyword, its line in the feature file, and its function where there is one."""

    text: str
    line: int
    function: str | None


@dataclass
class ScenarioState:
    """The state of one scenario while it is played.

    Attributes:
        scenario: as its feature file has it.
        fault: the name of the fault to build into the backend; the prover sets it.
        not_offered: why the target's profile does not offer what the scenario needs.
        deviation: the reason given where the target's profile lists the scenario as a known deviation.
        begun: the figures of the machine when it began.
        environment: the one that it is played in, once a step has used it.
        snapshot: everything that was stored before, where nobody else uses the backend.
        people: the people of the scenario, once a step has used them.
        wire: the wire log; drivers append entries, the report takes them.
        evidence: the evidence for verdicts; verdicts add exhibits, the report takes them.
        played: text and line of each step that was executed to its end, in order.
        failed_step: the step, or the check after the last one, that raised.
        phases: how each phase of its test ended, so far.
        sight: the capabilities that its steps use, and the checks that the target does not allow.
        expectations: how many Then steps were executed to their end.
        seen_expectations: how many of these could look at something that they promise.
        recorded: what the fault has written, up to the end of the last step: a byte each time it acted.
        died: whether a process of the backend had ended by then.
        left_out: whether the trial need not be played, since others have shown enough.
    """

    scenario: Scenario
    fault: str | None = None
    not_offered: str | None = None
    deviation: str | None = None
    begun: Moment | None = None
    environment: Environment | None = None
    snapshot: Snapshot | None = None
    people: People | None = None
    wire: WireLog = field(default_factory=WireLog)
    evidence: Evidence = field(default_factory=Evidence)
    played: list[PlayedStep] = field(default_factory=list[PlayedStep])
    failed_step: FailedStep | None = None
    phases: list[Phase] = field(default_factory=list[Phase])
    sight: Sight = field(default_factory=Sight)
    expectations: int = 0
    seen_expectations: int = 0
    recorded: bytes = b""
    died: bool = False
    left_out: bool = False

    @property
    def result(self) -> ScenarioResult:
        """The verdict, from the phases so far."""
        verdict = judge_phases(
            self.phases, id_=self.scenario.id, not_offered=self.not_offered, deviation=self.deviation
        )
        return replace(verdict, played=tuple(self.played), not_looked_at=tuple(self.sight.missed))

    @property
    def secrets(self) -> Secrets:
        """The secrets met so far; they are masked in every file."""
        return self.wire.secrets


@dataclass
class RunState:
    """The state of a run in one of its processes.

    Attributes:
        selection: the scenarios that the command line asks for.
        expected: the scenarios parsed from the selected feature files; None in a process that the user did not start.
        proving: whether the prover runs, which plays a scenario several times; it keeps no ledger and no results.
        console: where to print for a person, in place of pytest's own output; None to leave pytest's as it is.
        services: PostgreSQL, Redis and the rest, once they are started in this process.
        versions: names and versions of what the services run, to show beside the results.
    """

    selection: Selection = field(default_factory=Selection)
    expected: list[Scenario] | None = None
    proving: bool = False
    console: Console | None = None
    services: Services | None = None
    versions: dict[str, str] = field(default_factory=dict[str, str])


_SCENARIO = pytest.StashKey[ScenarioState]()
_RUN = pytest.StashKey[RunState]()


def begin(item: pytest.Item, scenario: Scenario, fault: str | None = None) -> ScenarioState:
    """Make an item the test of a scenario."""
    state = item.stash[_SCENARIO] = ScenarioState(scenario, fault)
    return state


def find_state(item: pytest.Item) -> ScenarioState | None:
    """The state of an item's scenario; None for a test that is no scenario."""
    return item.stash.get(_SCENARIO, None)


def state_of(item: pytest.Item) -> ScenarioState:
    """The state of an item's scenario.

    Raises:
        KeyError: the test is no scenario.
    """
    return item.stash[_SCENARIO]


def run_state(config: pytest.Config) -> RunState:
    """The state of this run."""
    return config.stash.setdefault(_RUN, RunState())
