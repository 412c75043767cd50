"""What PostgreSQL has read, as the suite counts it, in a database of which every reading is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest

from support.core.failure import EnvironmentFailed
from support.probes.postgres_reads import TableReads, reads_by_table, refresh_statistics
from support.services import Services, database, ports

pytest_plugins = ["support.tests.backend.backend_fixture"]

SCHEMA = """
    CREATE TABLE parcels (id integer, weight integer);
    CREATE INDEX parcels_by_id ON parcels (id);
    CREATE TABLE letters (id integer);
    INSERT INTO parcels SELECT n, 0 FROM generate_series(1, 1000) AS n;
"""
BY_INDEX = "SELECT * FROM parcels ORDER BY id LIMIT 10"
ONE_BY_ONE = "SELECT * FROM parcels WHERE weight = 0"


@pytest.fixture
def url(backend_services: Services) -> Iterator[str]:
    """The address of a separate database."""
    server, name = backend_services.description.postgres_url, f"reads_{uuid4().hex[:8]}"
    database.create(server, name)
    yield database.in_database(server, name)
    database.drop(server, name)


async def readings(url: str) -> list[TableReads]:
    """The counts at first, after three readings by index, and after two of the whole table at the same moment."""
    connection = await asyncpg.connect(url)
    await connection.execute(SCHEMA)
    await refresh_statistics(url)
    counted = [await reads_by_table(url)]
    assert connection.is_closed()

    connections = [await asyncpg.connect(url) for _ in range(2)]
    for _ in range(3):
        await connections[0].fetch(BY_INDEX)
    counted.append(await reads_by_table(url))

    connections = [await asyncpg.connect(url) for _ in range(2)]
    await asyncio.gather(*(connection.fetch(ONE_BY_ONE) for connection in connections))
    counted.append(await reads_by_table(url))
    assert all(reads["letters"] == counted[0]["letters"] for reads in counted)
    return [reads["parcels"] for reads in counted]


def test_every_reading_by_any_connection_is_counted_at_once(url: str) -> None:
    first, by_index, whole = asyncio.run(readings(url))
    assert (by_index.lookups - first.lookups, by_index.rows - first.rows) == (3, 30)
    assert (whole.lookups - by_index.lookups, whole.rows - by_index.rows) == (2, 2000)


def test_a_server_that_is_away_is_no_broken_promise() -> None:
    url = f"postgresql://postgres@{ports.LOOPBACK}:{ports.free_port()}/postgres"
    for ask in (reads_by_table, refresh_statistics):
        with pytest.raises(EnvironmentFailed, match="PostgreSQL does not"):
            asyncio.run(ask(url))
