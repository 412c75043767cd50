"""A broken server comes back on its port with its data; a paused one answers nothing until it is resumed."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

import asyncpg
import psutil
import pytest

from support.core.failure import EnvironmentFailed
from support.core.settings import Settings
from support.faults import BACKEND_PROGRAM
from support.services import ManagedProcess, Services, Stack, binaries, http_calls, open_stack, redis_keys
from support.services.keeper import wait_ended
from support.services.postgres import Postgres
from support.services.run_folder import Keeper, RunFolder
from support.services.valkey import Valkey

Server = TypeVar("Server", Postgres, Valkey)


class Make(Protocol):
    """Makes a server that is not started."""

    def __call__(self, kind: type[Server]) -> Server: ...


BREAK: dict[str, Callable[[ManagedProcess], None]] = {
    "stop": ManagedProcess.stop,
    "kill": ManagedProcess.kill,
    "kill while paused": lambda process: (process.pause(), process.kill())[1],
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with (
        Services.start(Settings.model_construct(), BACKEND_PROGRAM) as services,
        open_stack(services.description, "disrupted", processes=2, own_services=True) as opened,
    ):
        yield opened


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes servers outside any stack, and removes them."""
    folder = RunFolder.create()
    with ExitStack() as clean_up:
        clean_up.callback(Keeper(folder).release)

        def make(kind: type[Server]) -> Server:
            server = kind(folder, folder.path)
            clean_up.callback(server.kill)
            return server

        yield make


def sql(url: str, statement: str, *, timeout: float = 5) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url, timeout=timeout)
        try:
            return await connection.fetch(statement, timeout=timeout)
        finally:
            connection.terminate()

    return asyncio.run(ask())


def own(stack: Stack) -> tuple[Postgres, Valkey]:
    assert stack.postgres is not None
    assert stack.redis is not None
    return stack.postgres, stack.redis


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("way", BREAK)
def test_postgres_comes_back_with_its_data(stack: Stack, way: str) -> None:
    postgres, _ = own(stack)
    sql(stack.database_url, "CREATE TABLE IF NOT EXISTS kept (word text)")
    sql(stack.database_url, f"INSERT INTO kept VALUES ('{way}')")
    port = postgres.port

    BREAK[way](postgres)
    assert refuses(port)
    assert not postgres.running
    postgres.heal()

    assert postgres.port == port
    assert [row["word"] for row in sql(stack.database_url, f"SELECT word FROM kept WHERE word = '{way}'")] == [way]


@pytest.mark.parametrize("way", BREAK)
def test_redis_comes_back_with_its_data(stack: Stack, way: str) -> None:
    _, valkey = own(stack)
    with redis_keys.connect(stack.redis_url) as client:
        client.set("kept", way)
    port = valkey.port

    BREAK[way](valkey)
    assert refuses(port)
    valkey.heal()

    assert valkey.port == port
    with redis_keys.connect(stack.redis_url) as client:
        assert client.get("kept") == way.encode()


@pytest.mark.parametrize("way", BREAK)
def test_the_model_service_and_a_backend_come_back_on_their_port(stack: Stack, way: str) -> None:
    assert stack.model is not None
    for process, path in ((stack.model, "/health"), (stack.processes[0], "/health/ready")):
        url, pid = process.url, process.pid

        BREAK[way](process)
        assert refuses(process.port)
        process.heal()

        assert (process.url, process.pid == pid) == (url, False)
        assert http_calls.call("GET", f"{url}{path}")[0] == 200


def test_a_backend_goes_while_its_twin_serves_on(stack: Stack) -> None:
    one, twin = stack.processes
    one.kill()
    try:
        assert refuses(one.port)
        assert http_calls.call("GET", f"{twin.url}/health/ready")[0] == 200
    finally:
        one.heal()


def test_paused_postgres_hangs_open_connections_until_it_is_resumed(stack: Stack) -> None:
    postgres, _ = own(stack)

    async def scenario() -> int:
        connection = await asyncpg.connect(stack.database_url)
        try:
            await asyncio.to_thread(postgres.pause)
            answer = asyncio.ensure_future(connection.fetchval("SELECT 42"))
            done, _ = await asyncio.wait([answer], timeout=0.4)
            assert not done, "it answered while it was paused"
            await asyncio.to_thread(postgres.resume)
            return await asyncio.wait_for(answer, 5)
        finally:
            postgres.resume()
            await connection.close()

    assert asyncio.run(scenario()) == 42


def test_paused_redis_hangs_an_open_connection_until_it_is_resumed(stack: Stack) -> None:
    _, valkey = own(stack)
    with socket.create_connection(("127.0.0.1", valkey.port), timeout=0.4) as connection:
        valkey.pause()
        try:
            connection.sendall(b"PING\r\n")
            with pytest.raises(TimeoutError):
                connection.recv(16)
        finally:
            valkey.resume()
        connection.settimeout(5)
        assert connection.recv(16) == b"+PONG\r\n"


def test_a_paused_backend_answers_nothing_until_it_is_healed(stack: Stack) -> None:
    backend = stack.processes[1]
    backend.pause()
    try:
        with pytest.raises(TimeoutError):
            http_calls.call("GET", f"{backend.url}/health/ready", timeout=0.4)
    finally:
        backend.heal()
    assert http_calls.call("GET", f"{backend.url}/health/ready")[0] == 200


def test_healing_a_running_server_changes_nothing(stack: Stack) -> None:
    processes = [*own(stack), *stack.processes]
    before = [process.pid for process in processes]
    for process in processes:
        process.heal()
        process.start()
    assert [process.pid for process in processes] == before


def test_a_stopped_server_cannot_be_paused(make: Make) -> None:
    with pytest.raises(EnvironmentFailed, match="does not run"):
        make(Valkey).pause()


def test_a_port_taken_meanwhile_is_named(make: Make) -> None:
    valkey = make(Valkey)
    valkey.start()
    valkey.stop()
    taken = pytest.raises(EnvironmentFailed, match=f"port {valkey.port} is taken")
    with socket.create_server(("127.0.0.1", valkey.port)), taken:
        valkey.start()
    valkey.start()
    assert valkey.running


def test_a_server_that_cannot_start_shows_the_end_of_its_log(make: Make) -> None:
    postgres = make(Postgres)
    postgres.data.mkdir(mode=0o700)  # empty: it looks as if it had been filled before
    with pytest.raises(EnvironmentFailed, match=r"PostgreSQL ended before it served\n.*postgresql\.conf"):
        postgres.start()


def test_a_server_that_serves_too_late_is_given_up(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    valkey, elsewhere = make(Valkey), make(Valkey)
    monkeypatch.setattr(valkey, "start_seconds", 0.2)
    monkeypatch.setattr(valkey, "_check", elsewhere._check)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(EnvironmentFailed, match=r"did not serve within 0\.2 s \(.*refused"):
        valkey.start()
    valkey.kill()
    assert not valkey.running


def test_a_server_that_ignores_the_request_to_stop_is_killed_and_reported(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey = make(Valkey)
    valkey.start()
    process = psutil.Process(valkey.pid)
    monkeypatch.setattr(valkey, "stop_seconds", 0.2)
    monkeypatch.setattr(valkey, "stop_signal", 0)
    with pytest.raises(EnvironmentFailed, match=r"did not end within 0\.2 s"):
        valkey.stop()
    assert wait_ended([process], 5) == []


def test_postgres_starts_for_root_without_user_namespaces(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs another user for PostgreSQL")
    other = binaries.Disguise(("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), 65534)
    monkeypatch.setattr(binaries, "disguise", lambda: other)
    postgres = make(Postgres)
    postgres.start()
    assert sql(postgres.url, "SELECT 1")[0][0] == 1
    assert Path(f"/proc/{postgres.pid}").stat().st_uid == 65534
