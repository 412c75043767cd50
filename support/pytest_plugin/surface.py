"""Records which parts of the target's surface each scenario exercises, and lets a whole run fail if a part is left.

Workers send what a scenario has used with the report of its call, and the first one with it what the target describes.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from support.core.failure import NotOffered
from support.core.outcome import Outcome
from support.core.settings import settings
from support.drivers.contract.types import Refused
from support.gherkin.sentences import background_loop
from support.observation.wire import WireLog
from support.pytest_plugin.ledger import Ledger
from support.pytest_plugin.reporting import LEDGER
from support.pytest_plugin.state import find_state, run_state, state_of
from support.reporting.ledger_file import write_json
from support.surface.described import described_parts
from support.surface.gate import SurfaceRecord
from support.surface.uses import Uses

if TYPE_CHECKING:
    from support.pytest_plugin.environment import Environment

FILE = "surface.json"
_USES = pytest.StashKey[Uses]()
_DESCRIBED = pytest.StashKey[Mapping[str, Any]]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep the record in the process that the user started, unless the prover runs."""
    ledger = config.pluginmanager.get_plugin(LEDGER)
    if ledger is not None:
        config.pluginmanager.register(SurfaceGate(config, ledger), "threadproof_surface")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Listen to the wire of a scenario."""
    if find_state(item) is not None and not run_state(item.config).proving:
        uses = item.stash[_USES] = Uses()
        state_of(item).wire.listeners.append(uses.add)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the scenario has used to the report of its call."""
    report = yield
    uses = item.stash.get(_USES, None)
    if uses is not None and call.when == "call":
        environment = state_of(item).environment
        report.threadproof_surface = {  # pyright: ignore[reportAttributeAccessIssue]
            "used": sorted(uses.names),
            "described": _described_once(item.config, environment) if environment else None,
        }
    return report


def _described_once(config: pytest.Config, environment: Environment) -> Mapping[str, Any] | None:
    """What the target describes, the first time that this process asks, and None from then on."""
    if _DESCRIBED in config.stash:
        return None
    described = config.stash[_DESCRIBED] = background_loop().run(_described(environment), settings().step_seconds)
    return described


async def _described(environment: Environment) -> Mapping[str, Any]:
    driver = environment.driver(WireLog())
    try:
        if driver.described is None:
            return {}
        found = await driver.described.description()
    except (Refused, NotOffered):
        return {}  # the target keeps its description to itself
    finally:
        await driver.close()
    return {"parts": sorted(described_parts(found.openapi, found.asyncapi)), "exempt": dict(found.exempt)}


class SurfaceGate:
    """The pytest plugin of the process that the user started."""

    def __init__(self, config: pytest.Config, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger
        self._uses: dict[str, set[str]] = {}
        self._described: Mapping[str, Any] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record what a scenario has used."""
        data: dict[str, Any] | None = getattr(report, "threadproof_surface", None)
        record = self._ledger.records.get(report.nodeid)
        if data is None or record is None:
            return
        self._uses[record.scenario.id] = set(data["used"])
        self._described = data["described"] or self._described

    def pytest_sessionfinish(self) -> None:
        """After a whole run that shows no other failure, write the record, and tell the ledger what is left."""
        if not self._described or not self._is_whole():
            return
        record = SurfaceRecord(frozenset(self._described["parts"]), self._uses, self._described["exempt"])
        write_json(self._ledger.path.with_name(FILE), record.to_json())
        self._ledger.mismatches += record.violations()

    def _is_whole(self) -> bool:
        run = run_state(self._config)
        outcomes = [record.result.outcome for record in self._ledger.records.values()]
        all_played = run.expected is not None and len(run.expected) == len(outcomes)
        return all_played and not run.selection and set(outcomes) == {Outcome.KEPT} and self._asks_for_all()

    def _asks_for_all(self) -> bool:
        root = settings().features.resolve()
        asked = [self._config.invocation_params.dir / arg for arg in self._config.args]
        return any(path.resolve() == root or path.resolve() in root.parents for path in asked)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print what is left, where pytest's own output is kept."""
        for line in self._ledger.mismatches:
            if line.startswith("surface: "):
                terminalreporter.write_line(line, red=True)
