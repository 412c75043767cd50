"""PostgreSQL: a pool whose every transaction acts for one customer, or for the service itself."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from support.backend.platform import problems
from support.backend.platform.config import Settings, StartError

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Record: TypeAlias = asyncpg.Record
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

OPERATOR = UUID(int=0)
"""Stands where a customer's id stands in what the operator owns."""

_LONG = 24
"""Digits up to which a whole number is read as it is written."""
_QUERY_SECONDS = 5
_ACQUIRE_SECONDS = 3
_SERVICE_CONNECTIONS = 3
_FAILURES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_REFUSALS = (
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Answers of a server that can do no work now, and perhaps later; the connection goes on."""
_MISUSE = (asyncpg.InterfaceError, asyncpg.InternalClientError)  # unless the connection turns out to be closed


class Database:
    """Two pools: connections that serve customers, and a few with the rights of the service."""

    def __init__(self, customers: _Pool, service: _Pool) -> None:
        self._customers = customers
        self._service = service

    def transaction(self, customer_id: UUID) -> AbstractAsyncContextManager[Connection]:
        """A transaction in which row security shows this customer's rows and no others.

        Raises:
            problems.Problem: 503, PostgreSQL cannot be reached, and nothing is known of a commit under way; or it
                refuses to work at the moment.
        """
        return _transaction(self._customers, f"BEGIN; SELECT set_config('app.customer_id', '{customer_id}', true)")

    def service_transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction that sees all customers and events, and no conversation.

        Raises:
            problems.Problem: 503, as for `transaction`.
        """
        return _transaction(self._service, "BEGIN")

    def connections(self) -> tuple[int, int]:
        """How many connections are open, and how many of them idle."""
        pools = (self._customers, self._service)
        return sum(pool.get_size() for pool in pools), sum(pool.get_idle_size() for pool in pools)

    async def close(self) -> None:
        """Close the pools, hard if their users do not let go at once."""
        try:
            async with asyncio.timeout(0.1):
                await asyncio.gather(self._customers.close(), self._service.close())
        except TimeoutError:
            self._customers.terminate()
            self._service.terminate()


async def connect(settings: Settings) -> Database:
    """Open the pools.

    Raises:
        StartError: the server cannot be reached, or the database has not been migrated.
    """
    try:
        service = await _pool(settings, "threadproof_service", _SERVICE_CONNECTIONS)
        customers = await _pool(settings, "threadproof_app", settings.pool_size)
        await service.execute("SELECT FROM outbox LIMIT 0")
    except (asyncpg.UndefinedTableError, asyncpg.InvalidParameterValueError) as error:
        raise StartError(f"DATABASE_URL: {error}; run `python -m support.backend --migrate` first") from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise StartError(f"DATABASE_URL: {error or type(error).__name__}") from None
    return Database(customers, service)


@asynccontextmanager
async def _transaction(pool: _Pool, begin: str) -> AsyncGenerator[Connection]:
    connection = await _begin(pool, begin)
    try:
        yield connection
        await connection.execute("COMMIT")
    except _FAILURES as error:
        if isinstance(error, _MISUSE) and not _is_lost(connection):
            raise
        await _drop(pool, connection)  # with a statement under way, perhaps, that nobody waits for
        raise problems.unavailable("database") from error
    except _REFUSALS as error:
        raise problems.unavailable("database") from error
    finally:
        await _release(pool, connection)


async def _begin(pool: _Pool, begin: str) -> Connection:
    """Begin on a connection that works. Those that died while idle, perhaps all of them, are dropped on the way."""
    for _ in range(pool.get_size() + 1):
        try:
            connection = await pool.acquire(timeout=_ACQUIRE_SECONDS)
        except (*_FAILURES, asyncpg.TooManyConnectionsError) as error:
            raise problems.unavailable("database") from error
        try:
            await connection.execute(begin)
        except (*_FAILURES, asyncio.CancelledError) as error:
            await _drop(pool, connection)
            if isinstance(error, TimeoutError):
                break
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            return connection
    raise problems.unavailable("database")


async def _release(pool: _Pool, connection: Connection) -> None:
    """Give a connection back to the pool, with no transaction open; one that cannot be brought to that is dropped."""
    try:
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
        await pool.release(connection)
    except _FAILURES:
        await _drop(pool, connection)


async def _drop(pool: _Pool, connection: Connection) -> None:
    if not _is_lost(connection):
        connection.terminate()
    await pool.release(connection)


def _is_lost(connection: Connection) -> bool:
    """Whether a connection is closed. One that breaks may have left the pool by itself, and refuses every call then."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def _pool(settings: Settings, role: str, size: int) -> _Pool:
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=size,
        init=_prepare,
        reset=_nothing_to_reset,
        timeout=_ACQUIRE_SECONDS,
        command_timeout=_QUERY_SECONDS,
        server_settings={"role": role, "application_name": settings.process_name, "timezone": "UTC"},
    )


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=dumps, decoder=loads)


async def _nothing_to_reset(_: asyncpg.Connection[asyncpg.Record]) -> None:
    """All that is set on a connection ends with its transaction; asyncpg's own reset would be one more round trip."""


def loads(text: str) -> Any:
    """The value of JSON text from PostgreSQL, which writes a number such as 1e300 with all of its zeros."""
    return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int | float:
    """The number, with an exponent where that says exactly the same: it must not grow beyond its size as given."""
    value = float(digits) if len(digits) > _LONG else math.inf
    return value if math.isfinite(value) and Decimal(repr(value)) == Decimal(digits) else int(digits)


def dumps(value: Any) -> str:
    """JSON text as PostgreSQL's jsonb and a client's parser both take it.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
