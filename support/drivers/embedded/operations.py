"""Figures for an operator of the embedded backend, outages that the suite can make, and its model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg

from support.core.failure import EnvironmentFailed
from support.drivers.contract.types import Account, Write
from support.drivers.embedded.api import Clients, marker
from support.probes.metrics import read_metrics
from support.probes.postgres import PROBE

WRITES = {
    Write.THREADS: ("threads", "customer_id", "INSERT OR UPDATE"),
    Write.MESSAGES: ("messages", "customer_id", "INSERT"),
    Write.RUNS: ("runs", "customer_id", "INSERT OR UPDATE OF status"),
    Write.EVENTS: ("outbox", "customer_id", "INSERT"),
    Write.KEYS: ("idempotency_keys", "owner_id", "INSERT"),
}
"""The table of each write, the column with the owner of its rows, and the statements; leases of runs go on."""


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
    async def refusing(self, accounts: Sequence[Account], write: Write, *, once: bool = False) -> AsyncGenerator[None]:
        """While open, a trigger makes PostgreSQL refuse to insert or change rows of these customers, all or the first.

        The count of refusals is a sequence, because that stays when the transaction is rolled back.
        """
        name, (table, owner, statements) = f"refuse_{uuid4().hex}", WRITES[write]
        owners = ", ".join(f"'{account.id}'" for account in accounts)
        condition = f"nextval('{name}') = 1" if once else f"nextval('{name}') > 0"
        await self._execute(
            f"CREATE SEQUENCE {name}",
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
            f"$$BEGIN IF {condition} THEN RAISE EXCEPTION 'no space left for {write}: {marker()}' "
            "USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END$$",
            f"CREATE TRIGGER {name} BEFORE {statements} ON {table} FOR EACH ROW "
            f"WHEN (NEW.{owner}::text IN ({owners})) EXECUTE FUNCTION {name}()",
        )
        yield
        refused = await self._execute(f"DROP FUNCTION {name}() CASCADE", f"SELECT is_called FROM {name}")
        await self._execute(f"DROP SEQUENCE {name}")
        if not refused:
            raise EnvironmentFailed(
                f"expected the backend to write {write} while the database refused it, got no write"
            )

    async def _execute(self, *statements: str) -> Any:
        """The first value of the last statement, on a connection that an outage cannot have dropped."""
        connection = await asyncpg.connect(self._database_url)
        try:
            value: Any = None
            for statement in statements:
                value = await connection.fetchval(statement)
            return value
        finally:
            await connection.close()
