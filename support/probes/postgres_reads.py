"""How much PostgreSQL has done for the users of a database, by PostgreSQL's own counts.

The counts are of the statements that ran, with the plans that were used, for any text.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import asyncpg

from support.core.failure import EnvironmentFailed

_END = """
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_LEFT = "SELECT pid FROM pg_stat_activity WHERE pid = ANY($1)"
# Of an index it is the entries that count: a row may be passed over there, and never be fetched.
_READS = """
    SELECT relname AS table, seq_scan + coalesce(idx_scan, 0) AS lookups,
        seq_tup_read + coalesce((SELECT sum(idx_tup_read) FROM pg_stat_user_indexes AS i WHERE i.relid = t.relid), 0)
            ::bigint AS rows
    FROM pg_stat_user_tables AS t
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_POLL_SECONDS = 0.002


class TableReads(NamedTuple):
    """How often a table was searched, with or without an index, and how many of its rows were read."""

    lookups: int
    rows: int


async def reads_by_table(database_url: str) -> dict[str, TableReads]:
    """Everything that was ever read, by table. Every other connection to the database is ended first.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached, or a connection did not end in time.
    """
    return {row["table"]: TableReads(row["lookups"], row["rows"]) for row in await _counted(database_url, _READS)}


async def end_connections(database_url: str) -> None:
    """End every other connection to the database, so that all that it did is counted.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached, or a connection did not end in time.
    """
    await _counted(database_url, "SELECT")


async def _counted(database_url: str, query: str, seconds: float = 5) -> list[asyncpg.Record]:
    """What a query finds once every other connection has ended.

    PostgreSQL adds up what a connection has done when it is idle for ten seconds, or at the next transaction once a
    second has passed, or for certain when the connection ends.
    """
    try:
        connection = await asyncpg.connect(database_url)
        try:
            ended = [row["pid"] for row in await connection.fetch(_END)]
            async with asyncio.timeout(seconds):
                # A connection leaves the list after it was added up, and there is no event for that.
                while await connection.fetch(_LEFT, ended):  # noqa: ASYNC110
                    await asyncio.sleep(_POLL_SECONDS)
            return await connection.fetch(query)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        reason = str(error) or type(error).__name__
        raise EnvironmentFailed(f"PostgreSQL does not give the counts of its work: {reason}") from error


async def refresh_statistics(database_url: str) -> None:
    """Let PostgreSQL refresh its statistics of tables, as its autovacuum does in time.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached.
    """
    try:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute("ANALYZE")
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise EnvironmentFailed(f"PostgreSQL does not refresh its statistics: {error}") from error
