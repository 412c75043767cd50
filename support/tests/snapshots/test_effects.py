"""Snapshots in real databases: every change of rows and keys is seen, and every trace of what was erased."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from redis import asyncio as redis

from support.actors.customer import Conversation
from support.actors.people import People
from support.core.failure import EnvironmentFailed, PromiseBroken
from support.drivers.contract.durable import DurableState
from support.drivers.contract.types import Kept, NewThread
from support.drivers.embedded import EmbeddedConnections
from support.observation.wire import WireLog
from support.probes.postgres import PostgresProbe
from support.probes.postgres_scan import rows_of_others, tables_of
from support.pytest_plugin.environment import target_of
from support.services import Services, Stack, open_stack
from support.snapshots.diff import differences, expect_no_traces, expect_same
from support.snapshots.snapshot import Snapshot

pytest_plugins = ["support.tests.backend.backend_fixture"]

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
BARE = ID.replace("-", "")


@dataclass
class Scene:
    """A backend with two customers: Mia of an earlier scenario, Fay of this one; and hands that do what nobody may."""

    people: People
    snapshot: Snapshot
    earlier: Conversation
    current: Conversation
    database: asyncpg.Connection[Any]
    redis: Any
    prefix: str

    @property
    def durable(self) -> DurableState:
        assert self.people.driver.durable is not None
        return self.people.driver.durable


Play = Callable[[Scene], Awaitable[None]]


@pytest.fixture(scope="module")
def backend(backend_services: Services) -> Iterator[Stack]:
    with open_stack(backend_services.description, f"effects-{uuid4().hex[:8]}") as stack:
        yield stack


@pytest.fixture
def play(backend: Stack) -> Callable[[Play], None]:
    """Runs a scene, and closes every connection after it."""

    async def run(scene: Play) -> None:
        connections = EmbeddedConnections(target_of(backend))
        earlier = People(connections.driver(WireLog()), "earlier", 5)
        people = People(connections.driver(WireLog()), "this", 5)
        database = await asyncpg.connect(backend.database_url)
        keys: Any = redis.Redis.from_url(backend.redis_url)  # pyright: ignore[reportUnknownMemberType]
        try:
            old = await (await earlier.enrol("Mia", "mid")).start(NewThread(title="Old"))
            snapshot = await Snapshot.take(people.driver, people.accounts, 5)
            new = await (await people.enrol("Fay", "free")).start(NewThread(title="New"))
            await scene(Scene(people, snapshot, old, new, database, keys, backend.key_prefix))
        finally:
            await earlier.leave()
            await people.leave()
            await database.close()
            await keys.aclose()
            await connections.close()

    return lambda scene: asyncio.run(run(scene))


def test_what_the_people_of_a_scenario_do_is_their_own(play: Callable[[Play], None]) -> None:
    async def scene(at: Scene) -> None:
        await at.durable.settle(5)
        await at.snapshot.expect_unchanged()

    play(scene)


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ("UPDATE threads SET title = 'Other' WHERE id = $1::uuid", "table public.threads, customer .* has changed"),
        ("DELETE FROM threads WHERE id = $1::uuid", r"table public.threads, customer .* is gone \(1 rows\)"),
        (
            "UPDATE customers SET plan = 'free' WHERE id = (SELECT customer_id FROM threads WHERE id = $1::uuid)",
            "table public.customers, customer .* has changed",
        ),
        (
            "INSERT INTO organisations (id, name) VALUES ($1::uuid, 'A company without customers')",
            r"table public.organisations, of no customer is new \(1 rows\)",
        ),
        (
            "INSERT INTO idempotency_keys (owner_id, key, request_hash) VALUES (gen_random_uuid(), $1::text, '')",
            "table public.idempotency_keys, customer .* is new",
        ),
    ],
)
def test_a_change_of_somebody_elses_rows_is_seen(play: Callable[[Play], None], statement: str, seen: str) -> None:
    async def scene(at: Scene) -> None:
        await at.database.execute(statement, at.earlier.id)
        with pytest.raises(PromiseBroken, match=seen):
            await at.snapshot.expect_unchanged()
        await at.database.execute("DELETE FROM organisations WHERE name = 'A company without customers'")

    play(scene)


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "loose", "text"),
        ("RPUSH", "loose", "item"),
        ("SADD", "loose", b"\xff\x00"),
        ("ZADD", "loose", "1", "member"),
        ("HSET", "loose", "field", "value"),
        ("XADD", "loose", "*", "field", "value"),
    ],
)
def test_a_key_of_nobody_is_seen_to_come_change_and_go(
    play: Callable[[Play], None], command: tuple[str | bytes, ...]
) -> None:
    async def scene(at: Scene) -> None:
        name = f"{at.prefix}loose"
        first = (command[0], name, *command[2:])
        other = (command[0], name, *command[2:-1], "different")
        before = await at.durable.others(at.people.accounts)
        await at.redis.execute_command(*first)
        come = await at.durable.others(at.people.accounts)
        await at.redis.execute_command(*other)
        changed = await at.durable.others(at.people.accounts)
        await at.redis.delete(name)
        assert [what.split(" (")[0] for what in differences(before, come, 0)] == ["Redis key loose is new"]
        assert [what.split(" (")[0] for what in differences(come, changed, 0)] == ["Redis key loose has changed"]
        assert await at.durable.others(at.people.accounts) == before

    play(scene)


def test_tables_are_found_with_their_owners_over_any_number_of_others(play: Callable[[Play], None]) -> None:
    async def scene(at: Scene) -> None:
        await at.database.execute("""
            CREATE SCHEMA extra;
            CREATE TABLE extra."Odd name" (id int PRIMARY KEY, thread uuid REFERENCES threads (id) ON DELETE CASCADE);
            CREATE TABLE extra.grandchild (id int, odd int REFERENCES extra."Odd name" ON DELETE CASCADE);
            CREATE TABLE extra.loose (note text);
            INSERT INTO extra.loose VALUES ('nobody''s')
        """)
        for number, one in enumerate((at.earlier, at.current)):
            await at.database.execute('INSERT INTO extra."Odd name" VALUES ($1, $2::uuid)', number, one.id)
            await at.database.execute("INSERT INTO extra.grandchild VALUES (1, $1), (2, $1)", number)
        found = await at.durable.others(at.people.accounts)
        await at.database.execute("DROP SCHEMA extra CASCADE")
        owner = at.earlier.owner.account.id
        assert {place: held.amount for place, held in found.items() if "extra" in place} == {
            f'table extra."Odd name", customer {owner}': "1 rows",
            f"table extra.grandchild, customer {owner}": "2 rows",
            "table extra.loose, of no customer": "1 rows",
        }

    play(scene)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", ID),
        ("uuid[]", [ID]),
        ("text", f"see {ID.upper()}!"),
        ("jsonb", json.dumps({"thread": [BARE]})),
        ("bytea", bytes.fromhex(BARE)),
        ("bytea", ID.encode()),
    ],
)
def test_a_trace_is_found_in_a_column_of_any_type(play: Callable[[Play], None], kind: str, value: object) -> None:
    async def scene(at: Scene) -> None:
        assert await at.durable.traces_of(ID) == []
        await at.database.execute(f"CREATE TABLE forgotten (number int, held {kind})")
        await at.database.execute("INSERT INTO forgotten VALUES (1, $1), (2, NULL)", value)
        traces = await at.durable.traces_of(ID)
        await at.database.execute("DROP TABLE forgotten")
        assert traces == ["1 rows of public.forgotten.held"]

    play(scene)


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        (("SET", f"cache:{ID}", "x"), f"the name of the Redis key cache:{ID}"),
        (("SET", "left", f"a {BARE.upper()} b"), "the string of the Redis key left"),
        (("SET", "left", bytes.fromhex(BARE)), "the string of the Redis key left"),
        (("RPUSH", "left", "x", ID), "the list of the Redis key left"),
        (("SADD", "left", ID), "the set of the Redis key left"),
        (("ZADD", "left", "1", ID), "the zset of the Redis key left"),
        (("HSET", "left", ID, "x"), "the hash of the Redis key left"),
        (("XADD", "left", "*", "thread_id", ID), "the stream of the Redis key left"),
        (("XGROUP", "CREATE", "left", ID, "$", "MKSTREAM"), "the stream of the Redis key left"),
    ],
)
def test_a_trace_is_found_in_any_key(play: Callable[[Play], None], command: tuple[str | bytes, ...], seen: str) -> None:
    async def scene(at: Scene) -> None:
        await at.redis.execute_command(*command)  # without the stack's prefix, as a careless backend might
        traces = await at.durable.traces_of(ID)
        await at.redis.delete(next(part for part in command[1:] if part in ("left", f"cache:{ID}")))
        assert traces == [seen]

    play(scene)


def test_the_traces_of_a_conversation_that_is_there_are_found(play: Callable[[Play], None]) -> None:
    async def scene(at: Scene) -> None:
        await at.durable.settle(5)
        traces = await at.durable.traces_of(at.current.id)
        stream = f"{at.prefix}events:{at.current.owner.account.id}"
        assert traces == ["1 rows of public.threads.id", f"the stream of the Redis key {stream}"]
        with pytest.raises(
            PromiseBroken, match=r"expected nothing of the conversation after it was erased, got '7' in 1 rows"
        ):
            expect_no_traces("the conversation", "7", traces)

    play(scene)


def test_a_user_from_whom_rows_are_hidden_gets_no_verdict(backend: Stack) -> None:
    async def look() -> None:
        probe = PostgresProbe(f"{backend.database_url}?role=threadproof_app")
        try:
            assert await tables_of(probe)
            await rows_of_others(probe, ("customer_id",), [])
        finally:
            await probe.close()

    with pytest.raises(EnvironmentFailed, match="may not see everything"):
        asyncio.run(look())


def test_a_key_may_expire_only_at_its_time() -> None:
    lapsing = {"Redis key a": Kept("hash of 2", "x", until=100.0)}
    assert list(differences(lapsing, {}, now=101.0)) == []
    assert list(differences(lapsing, {}, now=99.0)) == ["Redis key a is gone (hash of 2)"]


def test_many_changes_are_counted() -> None:
    before = {f"table t, customer {n:02}": Kept("1 rows", "x") for n in range(12)}
    expect_same("everything", before, dict(before), 0)
    with pytest.raises(PromiseBroken, match=r"customer 09 is gone \(1 rows\); and 2 more$"):
        expect_same("everything", before, {}, 0)
