"""Starts the services of a run for pytest: once, in the process that the user started, and only if a scenario runs."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from support.errors import BadInput, EnvironmentFailed
from support.reporting.ledger import EXPECTED
from support.services import Services, ServicesDescription
from support.settings import settings

RUNNING = pytest.StashKey[Services]()
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
        pytest.UsageError: a server that the settings name cannot be used.
    """
    if RUNNING not in config.stash:
        try:
            config.stash[RUNNING] = Services.start(settings())
        except (BadInput, EnvironmentFailed) as error:
            raise pytest.UsageError(str(error)) from None
        output = config.pluginmanager.get_plugin("threadproof_output")
        if output is not None:
            output.services_ready(config.stash[RUNNING].ready_seconds["total"])
    return config.stash[RUNNING]


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services before anything runs, so that an unusable one ends the run at once."""
    if session.config.stash.get(EXPECTED, None) and not session.config.option.collectonly:
        running_services(session.config)


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
