"""The services of a run are started once, described to others, and shared by stacks that do not see each other."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import asyncpg
import psutil
import pytest

from support.core.failure import EnvironmentFailed
from support.core.settings import Settings
from support.faults import BACKEND_PROGRAM
from support.services import (
    Services,
    ServicesDescription,
    Stack,
    binaries,
    database,
    http_calls,
    open_stack,
    redis_keys,
    run_folder,
)
from support.services.backend_process import BackendProcess, BackendRequest

PROGRESS: list[str] = []


@pytest.fixture(scope="module")
def running() -> Iterator[Services]:
    with Services.start(Settings.model_construct(), BACKEND_PROGRAM, PROGRESS.append) as services:
        yield services


@pytest.fixture(scope="module")
def described(running: Services) -> ServicesDescription:
    """What an xdist worker gets: the description after its journey as JSON."""
    return ServicesDescription.from_json(json.loads(json.dumps(running.description.to_json())))


def keys(stack_or_services: Stack | ServicesDescription, pattern: str) -> list[bytes]:
    with redis_keys.connect(stack_or_services.redis_url) as client:
        return cast("list[bytes]", client.keys(pattern))  # pyright: ignore[reportUnknownMemberType]


def query(url: str, statement: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_each_service_answers_and_is_reported_when_ready(running: Services) -> None:
    here = running.description

    assert query(here.postgres_url, "SHOW server_version")[0][0].startswith("18")
    with redis_keys.connect(here.redis_url) as client:
        assert client.info("server")["valkey_version"].startswith("9.")  # pyright: ignore[reportUnknownMemberType]
    assert http_calls.call("GET", f"{here.model_url}/health")[0] == 200
    servers = {"PostgreSQL", "Valkey", "model service", "schema"}
    assert set(running.ready_seconds) == servers | {"total"}
    assert {line.rpartition(" ready in ")[0] for line in PROGRESS} == servers


def test_the_run_folder_is_closed_to_others(running: Services) -> None:
    assert stat.S_IMODE(running.description.folder.stat().st_mode) == 0o700


def test_the_description_travels_and_shows_no_secret(running: Services, described: ServicesDescription) -> None:
    assert described == running.description
    assert described.program
    for secret in (described.operator_token, described.jwt_secret, described.program.launcher.key):
        assert secret
        assert secret not in repr(described)


def test_stacks_have_a_database_keys_and_a_model_space_of_their_own(described: ServicesDescription) -> None:
    with open_stack(described, "gw0") as one, open_stack(described, "gw1") as other:
        query(one.database_url, "CREATE TABLE only_here ()")
        assert query(one.database_url, "SELECT to_regclass('only_here') IS NOT NULL")[0][0]
        assert not query(other.database_url, "SELECT to_regclass('only_here') IS NOT NULL")[0][0]
        assert one.key_prefix != other.key_prefix
        assert one.model_space != other.model_space
        assert one.backend_urls != other.backend_urls


def test_a_stack_may_have_several_processes(described: ServicesDescription) -> None:
    with open_stack(described, "pair", processes=2) as stack:
        assert len(set(stack.backend_urls)) == 2
        assert len({process.pid for process in stack.processes}) == 2
        assert [http_calls.call("GET", f"{url}/health/ready")[0] for url in stack.backend_urls] == [200, 200]


def test_twenty_stacks_leave_no_database_key_or_process(described: ServicesDescription) -> None:
    def use(number: int) -> list[psutil.Process]:
        with open_stack(described, f"passing-{number}") as stack:
            with redis_keys.connect(stack.redis_url) as client:
                client.set(f"{stack.key_prefix}kept", number)
            assert database.named(described.postgres_url, f"{described.prefix}passing-{number}")
            return [psutil.Process(process.pid) for process in stack.processes]

    entered = set((described.folder / "processes").iterdir())
    with ThreadPoolExecutor(2) as pool:
        processes = [process for used in pool.map(use, range(20)) for process in used]

    assert len(processes) == 2 * 20
    assert database.named(described.postgres_url, described.prefix) == [described.template]
    assert keys(described, f"{described.prefix}*") == []
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
    assert set((described.folder / "processes").iterdir()) == entered


def test_a_closed_stack_leaves_the_keys_of_others(described: ServicesDescription) -> None:
    with open_stack(described, "stays") as stays:
        with redis_keys.connect(stays.redis_url) as client:
            client.set(f"{stays.key_prefix}kept", 1)
        open_stack(described, "stay").close()
        assert keys(stays, f"{stays.key_prefix}kept")


def test_a_name_that_would_not_be_a_database_is_refused(described: ServicesDescription) -> None:
    with pytest.raises(ValueError, match="cannot name a stack"):
        open_stack(described, 'x"; DROP DATABASE postgres')


def test_an_unknown_fault_is_refused_and_leaves_nothing(described: ServicesDescription) -> None:
    with pytest.raises(EnvironmentFailed, match="fault 'no-such-fault' could not be applied"):
        open_stack(described, "faulty", fault="no-such-fault")

    assert database.named(described.postgres_url, f"{described.prefix}faulty") == []


def test_a_backend_that_does_not_get_ready_is_named_with_its_reason(
    described: ServicesDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder.RunFolder(described.folder)
    request = BackendRequest({"DATABASE_URL": "nonsense"}, folder.log("hopeless"), None, folder.path / "activations")
    assert described.program
    hopeless = BackendProcess("hopeless", folder, described.program, request)
    monkeypatch.setattr(hopeless, "start_seconds", 2.0)
    try:
        with pytest.raises(EnvironmentFailed, match=r"(?s)hopeless .*\n    "):
            hopeless.start()
    finally:
        hopeless.kill()


def test_a_service_that_does_not_start_is_named_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\necho this server is broken\nexit 1\n")
    broken.chmod(0o755)
    created: list[run_folder.RunFolder] = []
    create = run_folder.RunFolder.create
    monkeypatch.setattr(run_folder.RunFolder, "create", lambda: created.append(create()) or created[0])
    monkeypatch.setattr(binaries, "valkey_server", lambda: broken)

    with pytest.raises(EnvironmentFailed, match=r"(?s)Valkey ended before it served.*this server is broken"):
        Services.start(Settings.model_construct(), BACKEND_PROGRAM)

    assert not created[0].path.exists()
    assert not [process for process in psutil.process_iter(["cmdline"]) if str(created[0].path) in str(process.info)]
