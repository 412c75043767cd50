"""A backend process starts, or says in one line why not; and it ends on a signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

import httpx
import pytest

from support.backend.platform.config import StartError, read_settings
from support.services import Services, Stack

pytest_plugins = ["support.tests.backend.backend_fixture"]


@pytest.fixture
def environ(stack: Stack, backend_services: Services) -> dict[str, str]:
    """What a further process of the stack needs."""
    return {
        **os.environ,
        "DATABASE_URL": stack.database_url,
        "REDIS_URL": stack.redis_url,
        "KEY_PREFIX": stack.key_prefix,
        "OPERATOR_TOKEN": stack.operator_token,
        "JWT_SECRET": backend_services.description.jwt_secret,
        "PORT": "0",
    }


def backend(environ: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "support.backend", *arguments]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


GOOD = {
    "DATABASE_URL": "postgresql://127.0.0.1/x",
    "REDIS_URL": "redis://127.0.0.1",
    "OPERATOR_TOKEN": "a token of the operator",
    "JWT_SECRET": "a secret of more than thirty-two characters",
}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"JWT_SECRET": "short and hidden"}, "JWT_SECRET"),
        ({"OPERATOR_TOKEN": "hidden"}, "OPERATOR_TOKEN"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"PORT": "many"}, "PORT"),
        ({"PASSWORD_COST": "99"}, "PASSWORD_COST"),
        ({"SESSION_HOURS": "0"}, "SESSION_HOURS"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_is_named_and_not_shown(wrong: dict[str, str], named: str) -> None:
    assert read_settings(GOOD).port == 8000
    with pytest.raises(StartError) as refused:
        read_settings(GOOD | wrong)
    assert str(refused.value).startswith(f"{named}: ")
    assert "hidden" not in str(refused.value)


def test_a_missing_setting_is_named() -> None:
    for name in GOOD:
        with pytest.raises(StartError, match=f"{name}: Field required"):
            read_settings({other: value for other, value in GOOD.items() if other != name})


def test_a_service_that_cannot_be_reached_is_named_in_one_line(environ: dict[str, str]) -> None:
    wrong = {"DATABASE_URL": "postgresql://postgres:hidden@127.0.0.1:1/x", "REDIS_URL": "redis://:hidden@127.0.0.1:1"}
    started = {name: backend(environ | {name: url}) for name, url in wrong.items()}
    for name, process in started.items():
        with process:
            out, errors = process.communicate(timeout=30)
        assert (process.returncode, out, len(errors.splitlines())) == (1, "", 1), errors
        assert errors.startswith(f"backend: {name}: ")
        assert "hidden" not in errors


def test_a_database_without_the_schema_is_refused_with_the_remedy(
    environ: dict[str, str], backend_services: Services
) -> None:
    with backend(environ | {"DATABASE_URL": backend_services.description.postgres_url}) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "--migrate" in errors


def test_a_taken_port_is_named(environ: dict[str, str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with backend(environ | {"PORT": str(port)}) as process:
            _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.startswith(f"backend: cannot listen on 127.0.0.1:{port}: ")


def test_migrating_again_changes_nothing(environ: dict[str, str]) -> None:
    with backend(environ, "--migrate") as process:
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_ends_well_on_a_signal(environ: dict[str, str], number: signal.Signals) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    with backend(environ | {"PORT": str(port)}) as process:
        while True:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=20)
                break
            except httpx.ConnectError:
                assert process.poll() is None
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert answer.json() == {"status": "live"}
    assert (process.returncode, [line for line in errors.splitlines() if '"info"' not in line]) == (0, [])
