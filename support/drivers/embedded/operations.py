"""Figures for an operator of the embedded backend, and outages that the suite can make."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from support.drivers.contract.types import Account
from support.drivers.embedded.api import Clients
from support.probes.metrics import read_metrics
from support.probes.postgres import PROBE


class EmbeddedOperations:
    """`/health/ready`, `/metrics`, and a trigger in the database under test."""

    def __init__(self, clients: Clients, url: str, database_url: str) -> None:
        self._clients = clients
        self._url = url
        self._database_url = database_url

    async def ready(self) -> bool:
        """Whether the backend says that it can serve."""
        return (await self._clients.of("operator").get(f"{self._url}/health/ready")).status_code == 200

    async def figures(self) -> dict[str, float]:
        """The backend's own figures, by name and labels."""
        return await read_metrics(self._clients.of("operator"), f"{self._url}/metrics")

    async def drop_connections(self) -> None:
        """End every connection to the database except this one and those of the suite's probes."""
        connection = await asyncpg.connect(self._database_url)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                f"AND pid <> pg_backend_pid() AND application_name <> '{PROBE}'"
            )
        finally:
            await connection.close()

    @asynccontextmanager
    async def refusing_messages(self, account: Account) -> AsyncGenerator[None]:
        """While open, a trigger makes PostgreSQL refuse to insert this customer's messages."""
        name = f"refuse_{uuid4().hex}"
        connection = await asyncpg.connect(self._database_url)
        try:
            await connection.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'no space left for messages' USING ERRCODE = 'disk_full'; END$$"
            )
            await connection.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON messages FOR EACH ROW "
                f"WHEN (NEW.customer_id::text = '{account.id}') EXECUTE FUNCTION {name}()"
            )
            yield
            await connection.execute(f"DROP FUNCTION {name}() CASCADE")
        finally:
            await connection.close()
