"""The surface gate in the real runner: a whole run fails if a part that the target describes is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tests.small_suite import SmallSuite

STEPS = """
from types import SimpleNamespace

from support.drivers.contract.described import Description
from support.gherkin.sentences import given
from support.observation.wire import Exchange
from support.pytest_plugin.state import state_of

OPENAPI = {"paths": {"/counts": {"get": {"responses": {"200": {}}}, "post": {"responses": {"201": {}}}}}}
ASYNCAPI = {"channels": {}, "operations": {}}


class Driver:
    @property
    def described(self):
        return self

    async def description(self):
        return Description(OPENAPI, ASYNCAPI, EXEMPT)

    async def close(self):
        pass


@given("a product that describes itself")
def describes_itself(request):
    state = state_of(request.node)
    state.environment = SimpleNamespace(driver=lambda _wire: Driver(), spoilt=False, bystander=None)
    for method, status in USED:
        state.wire.said(Exchange("Mia", method, "http://localhost/counts", status, 0.01))
"""


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    suite = SmallSuite(tmp_path)
    feature = "features/free/counting.feature"
    suite.change(feature, "Given a count", "Given a product that describes itself\n      And a count")
    return suite


def described(suite: SmallSuite, used: str, exempt: str = "{}") -> None:
    suite.write("steps/products.py", f"EXEMPT, USED = {exempt}, {used}\n{STEPS}")


def test_a_run_that_exercises_everything_is_good(suite: SmallSuite) -> None:
    described(suite, '[("GET", 200), ("POST", 201)]')
    done = suite.pytest()
    assert done.returncode == 0, done.stdout
    assert suite.ledger()["mismatches"] == []
    parts = json.loads((suite.reports / "surface.json").read_text("utf-8"))["parts"]
    assert parts["POST /counts"] == {"scenarios": ["TL-01.1"], "exempt": None}


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_run_that_leaves_a_part_fails_and_names_it(suite: SmallSuite, workers: tuple[str, ...]) -> None:
    described(suite, '[("GET", 200)]')
    done = suite.pytest(*workers)
    assert done.returncode == 1, done.stdout
    for name in ("POST /counts", "POST /counts answer 2xx"):
        assert f"surface: expected a scenario that exercises {name}, got none" in done.stdout
    assert len(suite.ledger()["mismatches"]) == 2


def test_an_exempt_part_may_be_left(suite: SmallSuite) -> None:
    described(suite, '[("GET", 200)]', '{"POST /counts": "it belongs to a later row"}')
    assert suite.pytest().returncode == 0


def test_an_exemption_that_is_no_longer_needed_fails_the_run(suite: SmallSuite) -> None:
    described(suite, '[("GET", 200), ("POST", 201)]', '{"POST /counts": "it belongs to a later row"}')
    done = suite.pytest()
    assert done.returncode == 1
    assert "surface: expected the exempt POST /counts to be unused, got it in a scenario" in done.stdout


def test_a_run_of_some_scenarios_leaves_the_surface_alone(suite: SmallSuite) -> None:
    described(suite, '[("GET", 200)]')
    assert suite.pytest("--row", "TL-01").returncode == 0
    assert not (suite.reports / "surface.json").exists()


def test_a_scenario_that_breaks_is_told_and_not_what_it_left(suite: SmallSuite) -> None:
    described(suite, '[("GET", 200)]')
    suite.change("steps/counts.py", "counter[0] += 1", "counter[0] += 2")
    done = suite.pytest()
    assert done.returncode == 1
    assert "surface: " not in done.stdout
