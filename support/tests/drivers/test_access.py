"""That every act is tried, that tokens are wrong in one thing only, and that refusals are compared word for word."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest

from support.actors.people import People
from support.core.failure import EnvironmentFailed, NotOffered
from support.drivers.contract.access import Access, AccessAct, Subject, TokenState
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Target
from support.drivers.embedded import EmbeddedConnections
from support.drivers.embedded.requests import REQUESTS
from support.observation.wire import WireLog
from support.pytest_plugin.environment import target_of
from support.services import Stack

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]

Parts = tuple[dict[str, Any], dict[str, Any], str]
"""Header, claims and signature of a token."""


@asynccontextmanager
async def driver_of(target: Target) -> AsyncGenerator[tuple[Driver, Access]]:
    """A driver on separate connections, and its group that tries every act."""
    connections = EmbeddedConnections(target)
    driver = connections.driver(WireLog())
    assert driver.access is not None
    yield driver, driver.access
    await driver.close()
    await connections.close()


async def test_every_route_of_conversations_and_of_agents_at_work_is_tried(stack: Stack) -> None:
    async with httpx.AsyncClient() as client:
        paths = (await client.get(f"{stack.backend_urls[0]}/openapi.json")).json()["paths"]
    routes = {
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path.startswith(("/api/threads", "/api/runs"))
    }
    tried = {(request.method, request.path) for request in REQUESTS.values()}
    assert {(method, path) for method, path in tried if method != "HEAD"} == routes
    on_devices = [AccessAct.OPEN_DEVICE, AccessAct.OPEN_BROWSER, AccessAct.CATCH_UP, AccessAct.FOLLOW]
    assert [act for act in AccessAct if act not in REQUESTS] == on_devices
    assert list(AccessAct)[-1] is AccessAct.ERASE


async def test_a_bad_token_is_wrong_in_one_thing_only(stack: Stack) -> None:
    made: dict[TokenState, Parts] = {}
    async with driver_of(target_of(stack)) as (driver, access):
        session = (await People(driver, "bad tokens", 5).enrol_newcomer("Sam", None)).session
        for state in (TokenState.OTHER_KEY, TokenState.UNSIGNED, TokenState.EXPIRED, TokenState.OTHER_AUDIENCE):
            bad = await access.with_token(session, state)
            assert bad is not None
            made[state] = parts_of(bad.token)
        assert await access.with_token(session, TokenState.NONE) is None
    good = parts_of(session.token)
    assert made[TokenState.OTHER_KEY][:2] == good[:2]
    assert made[TokenState.OTHER_KEY][2] != good[2]
    assert made[TokenState.UNSIGNED] == ({"alg": "none", "typ": "JWT"}, good[1], "")
    header, claims, _ = made[TokenState.EXPIRED]
    assert (header, {name for name, value in claims.items() if good[1][name] != value}) == (good[0], {"iat", "exp"})
    header, claims, _ = made[TokenState.OTHER_AUDIENCE]
    assert (header, {name for name, value in claims.items() if good[1][name] != value}) == (good[0], {"aud"})


def parts_of(token: str) -> Parts:
    unchecked: Any = {"verify_signature": False}
    claims = jwt.decode(token, options=unchecked)  # pyright: ignore[reportUnknownMemberType]
    return jwt.get_unverified_header(token), claims, token.rpartition(".")[2]


@pytest.mark.parametrize(
    ("key", "raised", "message"),
    [
        (None, NotOffered, "set THREADPROOF_SIGNING_KEY"),
        ("another key" * 3, EnvironmentFailed, "check THREADPROOF_SIGNING_KEY"),
    ],
)
async def test_without_the_key_of_the_backend_no_token_expires(
    stack: Stack, key: str | None, raised: type[Exception], message: str
) -> None:
    async with driver_of(replace(target_of(stack), signing_key=key)) as (driver, access):
        session = (await People(driver, "no key", 5).enrol_newcomer("Sam", None)).session
        with pytest.raises(raised, match=message):
            await access.with_token(session, TokenState.EXPIRED)


async def test_a_refusal_is_shown_word_for_word_but_for_date_and_reference(stack: Stack) -> None:
    async with driver_of(target_of(stack)) as (_driver, access):
        refusal = await access.attempt(AccessAct.OPEN, None, Subject("unknown", "unknown"))
    assert refusal is not None
    lines = refusal.shown.splitlines()
    assert lines[0] == "401"
    assert f"x-correlation-id: {'#' * 32}" in [line.lower() for line in lines]
    assert f'"correlation_id":"{"#" * 32}"' in refusal.shown
    assert f"content-length: {len(lines[-1])}" in lines
    assert not [line for line in lines if line.lower().startswith("date")]
    assert refusal.leaks == ()
