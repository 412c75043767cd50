"""Starts the services of a run for pytest: once, in the process that the user started, if a scenario needs them."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from support.core.failure import BadInput, EnvironmentFailed
from support.core.scenario import Scenario
from support.core.settings import settings
from support.drivers.profile import profile
from support.faults import BACKEND_PROGRAM
from support.gherkin.sentences import DEFINITIONS
from support.pytest_plugin.state import run_state
from support.services import GivenBackend, Services, ServicesDescription
from support.services.versions import versions

SERVED = {"services", "environments", "environment", "people", "assistant"}
FROM_CONTROLLER = "threadproof_services"


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> ServicesDescription:
    """The description of this run's services."""
    workerinput: dict[str, Any] | None = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        return ServicesDescription.from_json(workerinput[FROM_CONTROLLER])
    return running_services(request.config).description


def running_services(config: pytest.Config) -> Services:
    """The services of this run, started at first use.

    Raises:
        pytest.UsageError: a server that the settings name cannot be used, or not in the way asked for.
    """
    run = run_state(config)
    if run.services is None:
        if settings().backend_urls and (getattr(config.option, "numprocesses", None) or 0) > 1:
            raise pytest.UsageError(
                "-n: THREADPROOF_BACKEND_URLS names one backend for all scenarios, and some of them look at everything "
                "that it stores: play them one after the other, with -n 0 or without -n"
            )
        try:
            run.services = Services.start(settings(), BACKEND_PROGRAM, given=given_backend())
        except (BadInput, EnvironmentFailed) as error:
            raise pytest.UsageError(str(error)) from None
        output = config.pluginmanager.get_plugin("threadproof_output")
        if output is not None:
            output.services_ready(run.services.ready_seconds["total"])
    return run.services


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services before anything runs, so that an unusable one ends the run at once."""
    config = session.config
    if needs_services(run_state(config).expected or ()) and not config.option.collectonly:
        run_state(config).versions = versions(running_services(config).description)


def given_backend() -> GivenBackend:
    """What the profile says of a backend that the suite does not start."""
    target = profile()
    if not settings().backend_urls:
        return GivenBackend()
    used = {
        "postgres": {"durable", "storage", "outages"},
        "redis": {"durable"},
        "model": {"model"},
    }
    needs = frozenset(service for service, groups in used.items() if groups & target.capabilities)
    return GivenBackend(target.ready_path, target.key_prefix, target.model_space, needs)


def needs_services(scenarios: Sequence[Scenario]) -> bool:
    """Whether any step of these scenarios needs a fixture that uses the services."""
    served = [one for one in DEFINITIONS if SERVED & set(inspect.signature(one.function).parameters)]
    return any(definition.matches(step) for scenario in scenarios for step in scenario.steps for definition in served)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker how to use the services."""
    running = run_state(node.config).services
    if running is not None:
        node.workerinput[FROM_CONTROLLER] = running.description.to_json()


@pytest.hookimpl(wrapper=True)
def pytest_unconfigure(config: pytest.Config) -> Generator[None]:
    """Stop the services, even if something else fails."""
    try:
        yield
    finally:
        running = run_state(config).services
        if running is not None:
            running.stop()
