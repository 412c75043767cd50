"""Reads PostgreSQL over a connection that the server itself holds to reading."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import asyncpg

from support.errors import EnvironmentFailed

PROBE = "threadproof-probe"
"""What PostgreSQL knows the suite's own connections by."""


class PostgresProbe:
    """A read-only view of one database, opened at first use and used by one caller at a time."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What a query finds; JSON columns come as Python values.

        Raises:
            EnvironmentFailed: PostgreSQL cannot be reached.
        """
        pool = await self._open()
        try:
            return [dict(record) for record in await pool.fetch(query, *arguments)]
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as error:
            raise EnvironmentFailed(f"the suite's own connection to PostgreSQL broke: {error}") from error

    async def tables_with(self, column: str) -> list[str]:
        """Every table of the schema `public` that has this column, found from the catalogue."""
        found = await self.rows(
            "SELECT quote_ident(c.table_name) AS name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = $1 ORDER BY 1",
            column,
        )
        return [row["name"] for row in found]

    async def digest(self, column: str, value: str) -> str:
        """A fingerprint of every row, in any table, that has `value` in `column`."""
        digest = hashlib.sha256()
        for table in await self.tables_with(column):
            rows = await self.rows(f"SELECT t::text AS row FROM {table} t WHERE {column}::text = $1 ORDER BY 1", value)
            digest.update(json.dumps([table, [row["row"] for row in rows]]).encode())
        return digest.hexdigest()

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def _open(self) -> asyncpg.Pool[asyncpg.Record]:
        if self._pool is None:
            try:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=2,
                    init=_read_json,
                    server_settings={"default_transaction_read_only": "on", "application_name": PROBE},
                )
            except (OSError, asyncpg.PostgresError) as error:
                raise EnvironmentFailed(f"the suite's own connection to PostgreSQL failed: {error}") from error
        return self._pool


async def _read_json(connection: Any) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
