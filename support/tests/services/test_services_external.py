"""Servers that the settings name are used and left as they were, or named when they cannot be used."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from support.core.failure import BadInput, EnvironmentFailed
from support.core.settings import Settings
from support.faults import BACKEND_PROGRAM
from support.services import EXTERNAL, GivenBackend, Services, database, http_calls, open_stack, redis_keys


@pytest.fixture(scope="module")
def theirs() -> Iterator[Services]:
    """Servers that somebody else runs."""
    with Services.start(Settings.model_construct(), BACKEND_PROGRAM) as services:
        yield services


def settings(**named: Any) -> Settings:
    """The settings of somebody who names these servers and no others."""
    return Settings.model_construct(**named)


def urls(theirs: Services) -> dict[str, str]:
    there = theirs.description
    return {"postgres_url": there.postgres_url, "redis_url": there.redis_url, "model_url": there.model_url}


def test_named_servers_are_used_and_none_is_started(theirs: Services) -> None:
    there = theirs.description
    with Services.start(settings(**urls(theirs)), BACKEND_PROGRAM) as ours:
        here = ours.description
        assert (ours.postgres, ours.redis, ours.model) == (None, None, None)
        assert set(ours.ready_seconds) == {"schema", "total"}
        with open_stack(here, "gw0") as stack:
            assert http_calls.call("GET", f"{stack.backend_urls[0]}/health/ready")[0] == 200
            assert database.named(there.postgres_url, here.prefix) == [f"{here.prefix}gw0", here.template]


def test_named_servers_are_left_as_they_were_even_by_stacks_that_nobody_closed(theirs: Services) -> None:
    there = theirs.description
    before = database.named(there.postgres_url, "")
    with redis_keys.connect(there.redis_url) as client:
        client.set("theirs", 1)
        with Services.start(settings(**urls(theirs)), BACKEND_PROGRAM) as ours:
            stack = open_stack(ours.description, "left-open")
            client.set(f"{stack.key_prefix}ours", 1)
            assert set(database.named(there.postgres_url, "")) - set(before)
        assert client.exists(f"{stack.key_prefix}ours") == 0
        assert client.get("theirs") == b"1"
    assert database.named(there.postgres_url, "") == before


def test_a_disruptive_stack_breaks_its_own_servers_and_not_those_named(theirs: Services) -> None:
    with (
        Services.start(settings(**urls(theirs)), BACKEND_PROGRAM) as ours,
        open_stack(ours.description, "disrupted", own_services=True) as stack,
    ):
        assert stack.postgres is not None
        stack.postgres.kill()
        assert stack.database_url != theirs.description.postgres_url
        assert theirs.postgres is not None
        assert theirs.postgres.running


def test_a_running_backend_is_used_as_the_one_stack(theirs: Services) -> None:
    with open_stack(theirs.description, "somebody-elses", processes=2) as backend:
        named = {**urls(theirs), "postgres_url": backend.database_url, "backend_urls": tuple(backend.backend_urls)}
        given = GivenBackend("/health/ready", "keys:", "scripts")
        with Services.start(settings(**named), BACKEND_PROGRAM, given=given) as ours:
            stack = open_stack(ours.description, "gw0")
            assert (stack.name, stack.key_prefix, stack.model_space) == (EXTERNAL, "keys:", "scripts")
            assert (stack.signing_key, backend.signing_key is None) == (None, False)
            with Services.start(settings(**named, signing_key=SecretStr("the same for all")), BACKEND_PROGRAM) as told:
                assert open_stack(told.description, "gw0").signing_key == "the same for all"
            assert stack.backend_urls == backend.backend_urls
            assert stack.database_url == backend.database_url
            assert not ours.description.embedded
            with pytest.raises(EnvironmentFailed, match="not started by the suite"):
                open_stack(ours.description, "gw0", own_services=True)
            with pytest.raises(EnvironmentFailed, match="not started by the suite"):
                open_stack(ours.description, "gw0", fault="any")
            stack.close()
        assert [http_calls.call("GET", f"{url}/health/ready")[0] for url in backend.backend_urls] == [200, 200]
        asyncio.run(expect_database(backend.database_url))


async def expect_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.close()


def test_a_running_backend_needs_all_that_it_uses_to_be_named(theirs: Services) -> None:
    with pytest.raises(BadInput, match="THREADPROOF_POSTGRES_URL and THREADPROOF_MODEL_URL must name"):
        Services.start(
            settings(redis_url=theirs.description.redis_url, backend_urls=("http://127.0.0.1:1",)), BACKEND_PROGRAM
        )


def test_a_running_backend_of_which_only_the_address_is_given_needs_no_service(theirs: Services) -> None:
    with open_stack(theirs.description, "black-box") as backend:
        named = settings(backend_urls=tuple(backend.backend_urls))
        with Services.start(named, BACKEND_PROGRAM, given=GivenBackend(needs=frozenset())) as ours:
            stack = open_stack(ours.description, "gw0")
            assert (ours.postgres, ours.redis, ours.model) == (None, None, None)
            assert (stack.database_url, stack.redis_url, stack.model_url) == ("", "", "")
        unready = GivenBackend("/nowhere", needs=frozenset())
        with pytest.raises(BadInput, match="/nowhere answered 404"):
            Services.start(named, BACKEND_PROGRAM, given=unready)


NOBODY = 1  # the same in every worker, and nothing listens there


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        (
            "postgres_url",
            f"postgresql://user:hidden@127.0.0.1:{NOBODY}/db",
            f"postgresql://user:***@127.0.0.1:{NOBODY}",
        ),
        ("postgres_url", "postgresql://user:hidden@no-such-host.invalid/db", "no-such-host.invalid"),
        ("redis_url", f"redis://:hidden@127.0.0.1:{NOBODY}/0", f"redis://:***@127.0.0.1:{NOBODY}/0"),
        ("model_url", f"http://127.0.0.1:{NOBODY}", f"http://127.0.0.1:{NOBODY}"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named(name: str, value: str, shown: str) -> None:
    with pytest.raises(BadInput) as refused:
        Services.start(settings(**{name: value}), BACKEND_PROGRAM)

    message = str(refused.value)
    assert message.startswith(f"THREADPROOF_{name.upper()}: ")
    assert shown in message
    assert "cannot be used: " in message
    assert "unset the variable" in message
    assert "hidden" not in message
    assert "\n" not in message


def test_every_server_that_cannot_be_reached_is_named_at_once(theirs: Services) -> None:
    named = {
        "postgres_url": f"postgresql://127.0.0.1:{NOBODY}/db",
        "redis_url": f"redis://127.0.0.1:{NOBODY}",
        "model_url": theirs.description.model_url,
        "backend_urls": (f"http://127.0.0.1:{NOBODY}",),
    }
    with pytest.raises(BadInput) as refused:
        Services.start(settings(**named), BACKEND_PROGRAM)
    variables = {line.partition(":")[0] for line in str(refused.value).splitlines()}
    assert variables == {"THREADPROOF_POSTGRES_URL", "THREADPROOF_REDIS_URL", "THREADPROOF_BACKEND_URLS"}


@pytest.mark.parametrize(
    ("name", "scheme"), [("postgres_url", "postgresql"), ("redis_url", "redis"), ("model_url", "http")]
)
def test_a_server_that_never_answers_is_given_up_soon(name: str, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(BadInput, match=f"THREADPROOF_{name.upper()}: .*cannot be used: "):
            Services.start(settings(**{name: f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"}), BACKEND_PROGRAM)
        assert time.monotonic() - began < 6  # it gives up after three seconds; the machine may be busy


def test_a_server_of_another_kind_is_refused(theirs: Services) -> None:
    assert theirs.redis is not None
    with pytest.raises(BadInput, match=r"THREADPROOF_POSTGRES_URL: .*cannot be used: "):
        Services.start(settings(postgres_url=f"postgresql://127.0.0.1:{theirs.redis.port}/db"), BACKEND_PROGRAM)


def test_a_user_without_the_right_to_create_databases_is_reported(theirs: Services) -> None:
    async def create_user() -> None:
        connection = await asyncpg.connect(theirs.description.postgres_url)
        await connection.execute("CREATE ROLE guest LOGIN PASSWORD 'hidden'")
        await connection.close()

    asyncio.run(create_user())
    url = theirs.description.postgres_url.replace("postgres@", "guest:hidden@")
    with pytest.raises(BadInput, match=r"(?s)THREADPROOF_POSTGRES_URL: .*guest:\*\*\*@.*permission denied") as refused:
        Services.start(settings(postgres_url=url), BACKEND_PROGRAM)
    assert "hidden" not in str(refused.value)
