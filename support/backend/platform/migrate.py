"""Bring a database to the current schema: `migrations/*.sql`, in the order of their names, each once."""

from __future__ import annotations

from pathlib import Path

import asyncpg

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_419_300_221  # any number, the same in every process: two migrations of one database take turns


async def migrate(database_url: str) -> None:
    """Apply every migration that the database has not seen, all of them or none.

    The login needs the right to create tables and roles. Several databases of one cluster, and one database from
    several processes, may be migrated at the same time.

    Raises:
        OSError: the server cannot be reached.
        asyncpg.PostgresError: the server refused the login or a migration.
    """
    connection = await asyncpg.connect(database_url, timeout=5)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations"
                " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            applied = {row["name"] for row in await connection.fetch("SELECT name FROM schema_migrations")}
            for path in sorted(_MIGRATIONS.glob("*.sql")):
                if path.stem not in applied:
                    await connection.execute(path.read_text("utf-8"))
                    await connection.execute("INSERT INTO schema_migrations (name) VALUES ($1)", path.stem)
    finally:
        await connection.close()
