"""Stacks of two backend processes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from support.core.settings import Settings
from support.faults import BACKEND_PROGRAM
from support.services import Services, Stack, open_stack


@pytest.fixture(scope="session")
def backend_services() -> Iterator[Services]:
    """The services that the stacks of these tests share."""
    with Services.start(Settings.model_construct(), BACKEND_PROGRAM) as services:
        yield services


@pytest.fixture(scope="session")
def stack(backend_services: Services) -> Iterator[Stack]:
    """Two processes, on services shared with other stacks."""
    with open_stack(backend_services.description, f"tests-{uuid4().hex[:8]}", processes=2) as opened:
        yield opened


@pytest.fixture
def own_stack(backend_services: Services) -> Iterator[Stack]:
    """Two processes, on services that may be broken."""
    name = f"own-{uuid4().hex[:8]}"
    with open_stack(backend_services.description, name, processes=2, own_services=True) as opened:
        yield opened


@pytest.fixture
def anyio_backend() -> str:
    """Tests run on asyncio, as the backend does."""
    return "asyncio"
