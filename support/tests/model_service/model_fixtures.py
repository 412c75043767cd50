"""A running model service, a separate space for each test, and the official OpenAI client in that space."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from openai import AsyncOpenAI

from support.model_service.control import ModelControl
from support.tests.model_service.model_process import API_KEY, running


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """The address of the service that the tests share."""
    with running() as (url, _):
        yield url


@pytest.fixture
async def model(model_url: str) -> AsyncIterator[ModelControl]:
    """The control of a new space."""
    async with ModelControl(model_url, f"space-{uuid4().hex}") as control:
        yield control


@pytest.fixture
async def openai_client(model: ModelControl) -> AsyncIterator[AsyncOpenAI]:
    """A client of that space that does not retry."""
    async with AsyncOpenAI(base_url=model.openai_url, api_key=API_KEY, max_retries=0, timeout=5) as client:
        yield client
