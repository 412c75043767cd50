"""Figures for an operator of the embedded backend, outages that the suite can make, and its model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from support.drivers.contract.types import Account
from support.drivers.embedded.api import Clients
from support.probes.metrics import read_metrics
from support.probes.postgres import PROBE


class EmbeddedModel:
    """The backend names the customer to the model as its end user."""

    def markers(self, account: Account) -> tuple[str, ...]:
        """The customer's id."""
        return (account.id,)


class EmbeddedOperator:
    """`/health/ready` and `/metrics`."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    async def ready(self) -> bool:
        """Whether the backend says that it can serve."""
        return (await self._clients.of("operator").get(f"{self._url}/health/ready")).status_code == 200

    async def figures(self) -> dict[str, float]:
        """The backend's own figures, by name and labels."""
        return await read_metrics(self._clients.of("operator"), f"{self._url}/metrics")


class EmbeddedOutages:
    """Connections that PostgreSQL ends, and a trigger in the database under test."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

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
