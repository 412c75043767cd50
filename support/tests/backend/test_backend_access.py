"""Access to the API: tokens, sessions, and the stored data of both."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from support.backend.plans import plans
from support.services import Services, Stack
from support.tests.backend.backend_people import Person, create, person, pointers, postgres, sign_in

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_every_operation_needs_a_token_that_holds(stack: Stack, backend_services: Services) -> None:
    async with person(stack) as who:
        thread = (await create(who.http))["id"]
        claims = claims_of(who.token)
        secret = backend_services.description.jwt_secret
        bad = {
            "none": "",
            "garbage": "Bearer garbage",
            "not ascii": "Bearer ü",
            "another scheme": f"Basic {who.token}",
            "wrong key": signed(claims, "x" * 40),
            "another algorithm": signed(claims, secret, "HS384"),
            "expired": signed({**claims, "exp": 1}, secret),
            "another audience": signed({**claims, "aud": "x"}, secret),
            "another session": signed({**claims, "sid": str(uuid4())}, secret),
            "another customer": signed({**claims, "sub": str(uuid4())}, secret),
            "no algorithm": f"Bearer {unsigned(claims)}",
            "the operator's": f"Bearer {stack.operator_token}",
        }
        assert signed(claims, secret) == f"Bearer {who.token}", "each of these differs in one thing only"
        async with httpx.AsyncClient(base_url=stack.backend_urls[0]) as client:
            for why, value in bad.items():
                headers = [(b"authorization", value.encode())]
                for method, path in (
                    ("GET", "/api/threads"),
                    ("POST", "/api/threads"),
                    ("GET", f"/api/threads/{thread}"),
                    ("PATCH", f"/api/threads/{thread}"),
                    ("DELETE", f"/api/threads/{thread}"),
                    ("POST", f"/api/threads/{thread}/messages"),
                    ("GET", "/api/sessions"),
                ):
                    answer = await client.request(method, path, headers=headers, content=b"{")
                    assert answer.status_code == 401, why
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await who.http.get("/operator/customers/x")).status_code == 401
        assert len((await who.http.get("/api/threads")).json()["items"]) == 1


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def signed(claims: dict[str, Any], secret: str, algorithm: str = "HS256") -> str:
    return f"Bearer {jwt.encode(claims, secret, algorithm)}"  # pyright: ignore[reportUnknownMemberType]


def unsigned(claims: dict[str, Any]) -> str:
    """A token of algorithm `none`."""
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


async def test_looking_at_an_address_without_reading_it_tells_strangers_nothing(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        thread = await create(who.http, title="Boxes")
        path, nowhere = f"/api/threads/{thread['id']}", f"/api/threads/{uuid4()}"
        own = await who.http.head(path)
        assert (own.status_code, own.content, own.headers["etag"]) == (200, b"", '"1"')
        assert own.headers["content-length"] == (await who.http.get(path)).headers["content-length"]
        foreign, unknown = await other.http.head(path), await other.http.head(nowhere)
        assert (foreign.status_code, foreign.headers["content-length"]) == (404, unknown.headers["content-length"])
        refused = [await client.options(one) for client in (who.http, other.http) for one in (path, nowhere)]
        assert {answer.status_code for answer in refused} == {405}
        assert {answer.headers["allow"] for answer in refused} == {"DELETE, GET, HEAD, PATCH"}
        with_body = await who.http.request("OPTIONS", "/api/threads")
        assert with_body.json()["detail"] == "This address knows GET, HEAD, POST."


async def test_only_the_token_identifies_the_customer(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        await create(other.http)
        for name in ("customer_id", "user_id", "owner"):
            assert pointers(await who.http.get("/api/threads", params={name: other.id})) == [f"/{name}"]
            assert pointers(await who.http.post("/api/threads", json={name: other.id})) == [f"/{name}"]
            assert pointers(await who.http.post("/api/threads", params={name: other.id}, json={})) == [f"/{name}"]
            headers = {f"X-{name.replace('_', '-')}": other.id}
            assert (await who.http.get("/api/threads", headers=headers)).json()["items"] == []


async def test_sessions_are_limited_by_plan_listed_and_revoked(stack: Stack) -> None:
    async with person(stack, "free") as who:
        answers = await asyncio.gather(*(try_sign_in(who, n % 2) for n in range(6)))
        assert sorted(answer.status_code for answer in answers) == [201] * 2 + [429] * 4
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["Retry-After"]) > 3600
        problem = refused.json()
        assert (problem["plan"], problem["limit"], problem["available_from"]) == ("free", "sessions", "early")
        assert problem["maximum"] == plans.PLANS["free"].sessions == 3

        listed = (await who.http.get("/api/sessions")).json()["items"]
        assert [session["current"] for session in listed].count(True) == 1
        other = next(session["id"] for session in listed if not session["current"])
        async with person(stack, "free") as stranger:
            assert (await stranger.http.delete(f"/api/sessions/{other}")).status_code == 404
        assert (await who.http.delete(f"/api/sessions/{other}")).status_code == 204
        assert (await who.http.delete(f"/api/sessions/{other}")).status_code == 404
        assert (await try_sign_in(who, 1)).status_code == 201


async def try_sign_in(who: Person, process: int, **headers: str) -> httpx.Response:
    body = {"email": who.email.upper(), "password": "a password of some length"}
    return await who.processes[process].post("/api/sessions", json=body, headers=headers)


async def test_a_repeated_sign_in_opens_one_session_and_a_revoked_one_stays_revoked(stack: Stack) -> None:
    async with person(stack) as who:
        answers = await asyncio.gather(*(try_sign_in(who, n % 2, **{"Idempotency-Key": "key"}) for n in range(6)))
        assert len({answer.content for answer in answers}) == 1
        assert [a.headers.get("Idempotent-Replayed") for a in answers].count("true") == 5
        opened = answers[0].json()["session_id"]
        assert len((await who.http.get("/api/sessions")).json()["items"]) == 2

        await who.http.delete(f"/api/sessions/{opened}")
        assert (await try_sign_in(who, 0, **{"Idempotency-Key": "key"})).status_code == 409
        headers = {"Authorization": f"Bearer {answers[0].json()['token']}"}
        assert (await who.http.get("/api/threads", headers=headers)).status_code == 401


async def test_neither_a_token_nor_a_password_is_stored_or_logged(stack: Stack) -> None:
    async with person(stack) as who, postgres(stack) as database:
        token = (await sign_in(who.http, who.email, **{"Idempotency-Key": "key"}))["token"]
        await who.http.post("/api/threads", json={"title": 1}, headers={"Authorization": f"Bearer {token}"})
        for table in ("customers", "idempotency_keys", "outbox"):
            text = str(await database.fetch(f"SELECT t::text FROM {table} t"))
            assert token not in text
            assert "a password of some length" not in text
        log = stack.log_text()
        assert '"message": "POST /api/threads 422' in log
        assert token not in log
        assert "a password of some length" not in log
        assert all("correlation_id" in json.loads(line) for line in log.splitlines() if line.startswith("{"))
