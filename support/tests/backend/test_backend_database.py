"""PostgreSQL beneath the backend: migrations, row security, idempotency keys, and connections that break."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from support.backend.platform.migrate import migrate
from support.services import Services, Stack
from support.services.database import in_database
from support.tests.backend.backend_people import PASSWORD, create, person, postgres

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]

OWNED = ("threads", "messages", "runs", "outbox", "idempotency_keys", "customers")


async def test_databases_of_one_cluster_migrated_at_once_and_twice_each(backend_services: Services) -> None:
    admin = await asyncpg.connect(backend_services.description.postgres_url)
    names = [f"migrated_{uuid4().hex[:8]}" for _ in range(3)]
    urls = [in_database(backend_services.description.postgres_url, name) for name in names]
    try:
        for name in names:
            await admin.execute(f"CREATE DATABASE {name}")
        await asyncio.gather(*(migrate(url) for url in urls * 3))
        for url in urls:
            connection = await asyncpg.connect(url)
            assert [row["name"] for row in await connection.fetch("SELECT name FROM schema_migrations")] == [
                "0001_initial",
                "0002_runs",
            ]
            await connection.close()
    finally:
        for name in names:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


async def test_every_table_of_customers_forces_row_security(stack: Stack) -> None:
    async with postgres(stack) as database:
        rows = await database.fetch(
            "SELECT relname, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        forced = {row["relname"]: row["forced"] for row in rows}
        roles = await database.fetch(
            "SELECT rolsuper OR rolbypassrls OR rolcanlogin AS free FROM pg_roles"
            " WHERE rolname IN ('threadproof_app', 'threadproof_service')"
        )

    assert forced.pop("schema_migrations") is False
    assert all(forced.values()), forced
    assert [role["free"] for role in roles] == [False, False]


async def test_a_query_without_an_owner_sees_and_changes_nothing_of_anybody(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        for somebody in (who, other):
            headers = {"Idempotency-Key": "key"}
            await somebody.http.post("/api/threads", json={"first_message": "Hello"}, headers=headers)
        async with postgres(stack, "threadproof_app") as database:
            for table in OWNED:
                if table != "outbox":  # which the application may only add to
                    assert await database.fetch(f"SELECT * FROM {table}") == []
            assert await database.execute("UPDATE threads SET title = 'taken over'") == "UPDATE 0"
            assert await database.execute("DELETE FROM messages") == "DELETE 0"

            await database.execute("SELECT set_config('app.customer_id', $1, false)", who.id)
            owners = {row["customer_id"] for row in await database.fetch("SELECT customer_id FROM threads")}
            assert owners == {UUID(who.id)}
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await database.execute(
                    "INSERT INTO threads (id, customer_id, title, created_at, updated_at, last_activity_at)"
                    " VALUES (gen_random_uuid(), $1, 'planted', now(), now(), now())",
                    other.id,
                )
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await database.execute("UPDATE customers SET plan = 'enterprise'")
        async with postgres(stack, "threadproof_service") as database:
            for table in ("threads", "messages", "runs"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                    await database.fetch(f"SELECT * FROM {table}")


async def test_one_of_many_twins_has_the_effect_and_all_get_its_answer(stack: Stack) -> None:
    async with person(stack) as who, who.device() as device:
        headers = {"Idempotency-Key": "one thread, please"}
        body = {"first_message": "Hello", "metadata": {"a": [1, 2]}}
        answers = await asyncio.gather(
            *(who.processes[n % 2].post("/api/threads", json=body, headers=headers) for n in range(12))
        )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count("true") == 11
        assert len((await who.http.get("/api/threads")).json()["items"]) == 1
        assert [event["type"] for event in await device.frames(2)] == ["thread_created", "message_created"]
        assert await device.silent()

        other = await who.http.post("/api/threads", json={**body, "title": "x"}, headers=headers)
        assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")


async def test_keys_belong_to_their_owner_and_are_free_again_after_a_refusal(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        headers = {"Idempotency-Key": "the same"}
        path = f"/api/threads/{(await create(who.http))['id']}/messages"
        assert (await who.http.post(path, json={"content": ""}, headers=headers)).status_code == 422
        first = await who.http.post(path, json={"content": "Hello"}, headers=headers)
        again = await who.processes[1].post(path, json={"content": "Hello"}, headers=headers)
        assert first.content == again.content
        assert (await other.http.post("/api/threads", json={}, headers=headers)).status_code == 201
        for bad in (b"", b"x" * 256, "ü".encode()):
            answer = await who.http.post(path, json={"content": "Hello"}, headers=[(b"Idempotency-Key", bad)])
            assert answer.status_code == 422
        assert len((await who.http.get(path)).json()["items"]) == 1


async def test_an_enrolment_repeated_under_its_key_is_one(stack: Stack) -> None:
    customer = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD, "plan": "free", "organisation": "Acme"}
    headers = {"Authorization": f"Bearer {stack.operator_token}", "Idempotency-Key": uuid4().hex}
    async with httpx.AsyncClient(base_url=stack.backend_urls[0], headers=headers) as operator:
        answers = await asyncio.gather(*(operator.post("/operator/customers", json=customer) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_a_thread_and_its_message_are_stored_together_or_not_at_all(stack: Stack) -> None:
    async with person(stack) as who, who.device() as device, postgres(stack) as database:
        await database.execute("ALTER TABLE messages ADD CONSTRAINT broken CHECK (content <> 'Hello') NOT VALID")
        failed = await who.http.post("/api/threads", json={"first_message": "Hello"})
        await database.execute("ALTER TABLE messages DROP CONSTRAINT broken")

        assert (failed.status_code, failed.json()["type"]) == (500, "/problems/internal-error")
        assert "messages" not in failed.text
        assert (await who.http.get("/api/threads")).json()["items"] == []
        assert await database.fetchval("SELECT last_event FROM customers WHERE id = $1", who.id) == 0
        assert await device.silent()
        assert (await create(who.http, first_message="Hello"))["message_count"] == 1
        assert [event["sequence"] for event in await device.frames(2)] == [1, 2]


async def test_a_delete_among_writers_leaves_nothing_and_nothing_comes_back(stack: Stack) -> None:
    async with person(stack) as who, postgres(stack) as database:
        path = f"/api/threads/{(await create(who.http))['id']}"
        sent = asyncio.Event()

        async def write(process: int) -> list[int]:
            statuses: list[int] = []
            while 404 not in statuses:
                answer = await who.processes[process].post(f"{path}/messages", json={"content": "Hello"})
                statuses.append(answer.status_code)
                sent.set()
            return statuses

        writers = [asyncio.create_task(write(n % 2)) for n in range(6)]
        await sent.wait()
        assert (await who.http.delete(path)).status_code == 204
        for statuses in await asyncio.gather(*writers):
            assert set(statuses[:-1]) <= {201}
        assert (await who.http.delete(path)).status_code == 404
        assert await database.fetchval("SELECT count(*) FROM messages WHERE customer_id = $1", who.id) == 0


async def test_connections_dropped_by_the_server_do_not_show(own_stack: Stack) -> None:
    async with person(own_stack) as who, postgres(own_stack) as database:
        thread = await create(who.http)
        for number in range(5):
            await asyncio.gather(*(who.http.get("/api/threads") for _ in range(10)))
            await database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
            answer = await who.http.patch(f"/api/threads/{thread['id']}", json={"title": f"title {number}"})
            assert (answer.status_code, answer.json().get("title")) == (200, f"title {number}")


async def test_a_killed_postgresql_is_a_clear_refusal_until_it_is_back(own_stack: Stack) -> None:
    assert own_stack.postgres
    async with person(own_stack) as who:
        thread = await create(who.http)
        own_stack.postgres.kill()
        answers = await asyncio.gather(*(who.http.get("/api/threads") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
        ready = await who.http.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]) == (503, {"postgresql": "unreachable", "redis": "ok"})
        assert (await who.http.get("/health/live")).status_code == 200
        await asyncio.to_thread(own_stack.postgres.start)

        answers = await asyncio.gather(*(who.http.get(f"/api/threads/{thread['id']}") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}


async def test_a_paused_postgresql_is_a_refusal_and_leaves_no_connection_stuck(own_stack: Stack) -> None:
    assert own_stack.postgres
    async with person(own_stack) as who:
        await create(who.http)
        own_stack.postgres.pause()
        answers: list[Any] = await asyncio.gather(*(who.http.post("/api/threads", json={}) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {503}
        own_stack.postgres.resume()
        await asyncio.to_thread(own_stack.postgres.await_ready)

        answers = await asyncio.gather(*(who.http.get("/api/threads") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
