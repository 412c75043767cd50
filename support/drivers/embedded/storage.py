"""How much PostgreSQL does for the embedded backend."""

from __future__ import annotations

from support.drivers.contract.storage import Effort
from support.probes.postgres import PostgresProbe
from support.probes.postgres_reads import DEADLOCKS, end_connections, reads_by_table, refresh_statistics


class EmbeddedStorage:
    """PostgreSQL's counts of all tables; conversations are the rows of `threads`."""

    def __init__(self, postgres: PostgresProbe, database_url: str) -> None:
        self._postgres = postgres
        self._database_url = database_url

    async def take_stock(self) -> None:
        """Refresh the planner's statistics."""
        await refresh_statistics(self._database_url)

    async def deadlocks(self, *, complete: bool) -> int:
        """PostgreSQL's count; complete once all connections have ended, the suite's own as well."""
        if complete:
            await self._postgres.close()
            await end_connections(self._database_url)
        [row] = await self._postgres.rows(DEADLOCKS)
        return int(row["deadlocks"])

    async def effort(self) -> Effort:
        """Read the counts. The suite's own connections are ended too, and opened again when they are needed."""
        await self._postgres.close()
        reads = await reads_by_table(self._database_url)
        return Effort(sum(table.lookups for table in reads.values()), reads["threads"].rows)
