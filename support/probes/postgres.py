"""Reads PostgreSQL over a connection that the server keeps read-only."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from support.core.failure import EnvironmentFailed

PROBE = "threadproof-probe"
"""The application name of the suite's own connections in PostgreSQL."""
_SETTINGS = {
    "application_name": PROBE,
    "default_transaction_read_only": "on",
    "row_security": "off",  # a row that a policy would hide is an error, and not a row that is not there
}


class PostgresProbe:
    """A read-only view of one database, opened at first use and used by one caller at a time."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What a query finds; JSON columns come as Python values.

        Raises:
            EnvironmentFailed: PostgreSQL cannot be reached, or would not show every row.
        """
        pool = await self._open()
        try:
            return [dict(record) for record in await pool.fetch(query, *arguments)]
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as error:
            raise EnvironmentFailed(f"the suite's own connection to PostgreSQL broke: {error}") from error
        except asyncpg.InsufficientPrivilegeError as error:
            raise EnvironmentFailed(f"the suite may not see everything in PostgreSQL: {error}") from error

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
                    server_settings=_SETTINGS,
                )
            except (OSError, asyncpg.PostgresError) as error:
                raise EnvironmentFailed(f"the suite's own connection to PostgreSQL failed: {error}") from error
        return self._pool


async def _read_json(connection: Any) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
