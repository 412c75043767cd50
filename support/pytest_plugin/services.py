"""Starts the services of a run for pytest: once, in the process that the user started, and only if a scenario runs."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from support.core.failure import BadInput, EnvironmentFailed
from support.core.scenario import Scenario
from support.core.settings import settings
from support.faults import BACKEND_PROGRAM
from support.gherkin.sentences import DEFINITIONS
from support.pytest_plugin.ledger import ENVIRONMENT, EXPECTED
from support.services import Services, ServicesDescription
from support.services.versions import versions

RUNNING = pytest.StashKey[Services]()
SERVED = {"services", "stages", "stage", "people", "assistant"}
FROM_CONTROLLER = "threadproof_services"


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> ServicesDescription:
    """How to use the services of this run."""
    workerinput: dict[str, Any] | None = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        return ServicesDescription.from_json(workerinput[FROM_CONTROLLER])
    return running_services(request.config).description


def running_services(config: pytest.Config) -> Services:
    """The services of this run, started at first use.

    Raises:
        pytest.UsageError: a server that the settings name cannot be used, or not in the way asked for.
    """
    if RUNNING not in config.stash:
        if settings().backend_urls and (getattr(config.option, "numprocesses", None) or 0) > 1:
            raise pytest.UsageError(
                "-n: THREADPROOF_BACKEND_URLS names one backend for all scenarios, and some of them look at everything "
                "that it keeps: they have to be played one after the other, with -n 0 or without -n"
            )
        try:
            config.stash[RUNNING] = Services.start(settings(), BACKEND_PROGRAM)
        except (BadInput, EnvironmentFailed) as error:
            raise pytest.UsageError(str(error)) from None
        output = config.pluginmanager.get_plugin("threadproof_output")
        if output is not None:
            output.services_ready(config.stash[RUNNING].ready_seconds["total"])
    return config.stash[RUNNING]


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services before anything runs, so that an unusable one ends the run at once."""
    config = session.config
    if needs_services(config.stash.get(EXPECTED, list[Scenario]())) and not config.option.collectonly:
        config.stash[ENVIRONMENT] = versions(running_services(config).description)


def needs_services(scenarios: Sequence[Scenario]) -> bool:
    """Whether any step of these scenarios asks for something that is reached through the services."""
    served = [one for one in DEFINITIONS if SERVED & set(inspect.signature(one.function).parameters)]
    return any(definition.matches(step) for scenario in scenarios for step in scenario.steps for definition in served)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker how to use the services."""
    if RUNNING in node.config.stash:
        node.workerinput[FROM_CONTROLLER] = node.config.stash[RUNNING].description.to_json()


@pytest.hookimpl(wrapper=True)
def pytest_unconfigure(config: pytest.Config) -> Generator[None]:
    """Stop the services, whatever else fails."""
    try:
        yield
    finally:
        if RUNNING in config.stash:
            config.stash[RUNNING].stop()
