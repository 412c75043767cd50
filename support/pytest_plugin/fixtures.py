"""The fixtures of steps: the people of a scenario, the assistant, and the environment."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from support.actors.assistant import Assistant
from support.actors.people import People
from support.core.failure import PromiseBroken
from support.core.settings import settings
from support.frame.frame import told
from support.gherkin.sentences import background_loop
from support.observation.wire import WireLog
from support.pytest_plugin.environment import Environment, Environments
from support.pytest_plugin.phases import step_text
from support.pytest_plugin.state import FailedStep, ScenarioState, find_state, state_of
from support.services import ServicesDescription
from support.snapshots.snapshot import Snapshot

NOBODY_ELSE = "And nothing has reached the bystander"
NOTHING_ELSE = "And nothing else has changed"
EVERYTHING_ELSE = "And everything is as their acts have made it"
NOTHING_OF_SAME_NAME = "And nothing has happened to the same conversations of a colleague and a stranger"


@pytest.fixture(scope="session")
def environments(request: pytest.FixtureRequest, services: ServicesDescription) -> Iterator[Environments]:
    """Opens environments in this process."""
    worker = getattr(request.config, "workerinput", {"workerid": "main"})["workerid"]
    environments = Environments(services, worker)
    yield environments
    environments.close()


@pytest.fixture
def environment(request: pytest.FixtureRequest, environments: Environments) -> Iterator[Environment]:
    """The environment of this scenario; a disruptive scenario shares it with no other."""
    state = state_of(request.node)
    if state.scenario.disruptive:
        state.environment = environments.open(state.fault, own_services=True)
        yield state.environment
        state.environment.close()
        return
    state.environment = environments.shared(state.fault)
    yield state.environment


@pytest.fixture
def people(request: pytest.FixtureRequest, environment: Environment, wire: WireLog) -> Iterator[People]:
    """Everybody who takes part; afterwards they close their devices, and outages made for them end."""
    state = state_of(request.node)
    loop = background_loop()
    restart = environment.restart if environment.alone else None
    driver, title = environment.connections.driver(wire), state.scenario.title
    people = People(driver, title, settings().wait_seconds, restart, crowded=environment.alone)
    state.people = people
    if environment.alone:
        snapshot = Snapshot.take(people.driver.durable, people.accounts, settings().wait_seconds)
        state.snapshot = loop.run(snapshot, settings().step_seconds)
    yield people
    loop.run(people.leave(), settings().step_seconds)


@pytest.fixture
def assistant(environment: Environment) -> Iterator[Assistant]:
    """The AI model behind the product; afterwards it gives every answer that it still holds."""
    assistant = Assistant(environment.model)
    yield assistant
    background_loop().run(assistant.answer_everybody(), settings().step_seconds)


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    """Record which step is played. Before the first When, remember everybody's conversations, to compare with them."""
    state = find_state(request.node)
    if state is not None and state.people is not None:
        state.people.tape.place = (step_text(step), step.line_number)
    if step.type == "when" and "people" in request.fixturenames:
        people: People = request.getfixturevalue("people")
        background_loop().run(people.remember(), settings().step_seconds)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After the last step of a scenario that was kept so far, check the customers who took no part in it."""
    state = find_state(pyfuncitem)
    if state is None:
        return (yield)
    try:
        result = yield
        _check_frame(state)
        _check_others(state)
    except BaseException:
        if state.environment is not None:
            state.environment.spoilt = True
        raise
    return result


def _check_frame(state: ScenarioState) -> None:
    """Everything that the people of the scenario can see is as their acts have made it.

    Raises:
        PromiseBroken: something is not; the step that is told is the one of the act after which it was not.
    """
    if state.people is None:
        return
    state.failed_step = FailedStep(EVERYTHING_ELSE, state.scenario.line, "frame")
    if found := background_loop().run(state.people.find_differences(), settings().step_seconds):
        text, line = found[0].call.place
        state.failed_step = FailedStep(text, line, "frame")
        raise PromiseBroken(found[0].code, told(found))


def _check_others(state: ScenarioState) -> None:
    """Nothing has reached the bystander, or the surroundings, and nothing else has changed in the database and Redis.

    Raises:
        PromiseBroken: something has.
    """
    loop, seconds = background_loop(), settings().step_seconds
    if state.environment is not None and state.environment.bystander is not None:
        state.failed_step = FailedStep(NOBODY_ELSE, state.scenario.line, "bystander")
        loop.run(state.environment.bystander.expect_undisturbed(), seconds)
    if state.people is not None:
        state.failed_step = FailedStep(NOTHING_OF_SAME_NAME, state.scenario.line, "surroundings")
        loop.run(state.people.expect_surroundings_untouched(), seconds)
    if state.snapshot is not None:
        state.failed_step = FailedStep(NOTHING_ELSE, state.scenario.line, "snapshot")
        loop.run(state.snapshot.expect_unchanged(), seconds)
