"""What steps ask for by name: the people of a scenario, the assistant, and the stage that they meet on."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from support.actors.assistant import Assistant
from support.actors.people import People
from support.core.scenario import SCENARIO, Scenario
from support.core.settings import settings
from support.gherkin.sentences import background_loop
from support.observation.wire import WireLog
from support.pytest_plugin.environment import Stage, Stages, strike
from support.pytest_plugin.items import FAILED_STEP, FailedStep
from support.pytest_plugin.state import FAULT, STAGE
from support.services import ServicesDescription
from support.snapshots.snapshot import Witness

NOBODY_ELSE = "And nothing has reached the bystander"
NOTHING_ELSE = "And nothing else has changed"
WITNESS = pytest.StashKey[Witness]()


@pytest.fixture(scope="session")
def stages(request: pytest.FixtureRequest, services: ServicesDescription) -> Iterator[Stages]:
    """Sets up stages in this process."""
    worker = getattr(request.config, "workerinput", {"workerid": "main"})["workerid"]
    stages = Stages(services, worker)
    yield stages
    stages.close()


@pytest.fixture
def stage(request: pytest.FixtureRequest, stages: Stages) -> Iterator[Stage]:
    """The stage of this scenario: one of its own if it is disruptive."""
    scenario: Scenario = request.node.stash[SCENARIO]
    fault: str | None = request.node.stash.get(FAULT, None)
    if scenario.disruptive:
        stage = request.node.stash[STAGE] = stages.open(fault, own_services=True)
        yield stage
        strike(stage)
        return
    stage = request.node.stash[STAGE] = stages.shared(fault)
    yield stage


@pytest.fixture
def people(request: pytest.FixtureRequest, stage: Stage, wire: WireLog) -> Iterator[People]:
    """Everybody who takes part; afterwards they close their devices, and troubles made for them end."""
    scenario: Scenario = request.node.stash[SCENARIO]
    loop = background_loop()
    people = People(stage.connections.driver(wire), scenario.title, settings().wait_seconds)
    if stage.alone:
        witness = Witness.arrive(people.driver.durable, people.accounts, settings().wait_seconds)
        request.node.stash[WITNESS] = loop.run(witness, settings().step_seconds)
    yield people
    loop.run(people.leave(), settings().step_seconds)


@pytest.fixture
def assistant(stage: Stage) -> Iterator[Assistant]:
    """The AI model behind the product; afterwards nothing keeps it waiting any more."""
    assistant = Assistant(stage.model)
    yield assistant
    background_loop().run(assistant.answer_everybody(), settings().step_seconds)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After the last step of a scenario that was kept so far, ask those who took no part in it what they have seen."""
    try:
        result = yield
        _ask_bystander_and_witness(pyfuncitem)
    except BaseException:
        if STAGE in pyfuncitem.stash:
            pyfuncitem.stash[STAGE].spoilt = True
        raise
    return result


def _ask_bystander_and_witness(item: pytest.Function) -> None:
    stage, witness = item.stash.get(STAGE, None), item.stash.get(WITNESS, None)
    loop, seconds = background_loop(), settings().step_seconds
    if stage is not None and stage.bystander is not None:
        item.stash[FAILED_STEP] = FailedStep(NOBODY_ELSE, item.stash[SCENARIO].line, "bystander")
        loop.run(stage.bystander.expect_undisturbed(), seconds)
    if witness is not None:
        item.stash[FAILED_STEP] = FailedStep(NOTHING_ELSE, item.stash[SCENARIO].line, "snapshot")
        loop.run(witness.expect_nothing_else_changed(), seconds)
