"""What the API accepts and refuses, and how it says so."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from support.backend import plans, threads
from support.model.control import ModelControl
from support.model.scripts import Refusal, Turn
from support.services import Services, Stack
from support.tests.backend_people import Person, create, person, postgres, sign_in

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend_fixture"]


def pointers(answer: httpx.Response) -> list[str]:
    """Where a refusal says that the faults are."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, ""),
        (b"\xff", 400, ""),
        (b'{"metadata": {"a": NaN}}', 400, ""),
        (b'{"metadata": {"a": ' + b"1" * 5000 + b"}}", 400, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"title": "' + b"x" * 1_100_000 + b'"}', 413, ""),
        (b"[]", 422, ""),
        (b'{"title": 1}', 422, "/title"),
        (b'{"title": " \\n"}', 422, "/title"),
        (b'{"title": "' + b"x" * 201 + b'"}', 422, "/title"),
        (b'{"title": "a\\u0000b"}', 422, "/title"),
        (b'{"title": "\\ud800"}', 422, "/title"),
        (b'{"first_message": ""}', 422, "/first_message"),
        (b'{"first_message": "' + b"x" * 20_001 + b'"}', 422, "/first_message"),
        (b'{"customer_id": "x"}', 422, "/customer_id"),
        (b'{"metadata": []}', 422, "/metadata"),
        (b'{"metadata": {"a/b": {"c~d": 1e999}}}', 422, "/metadata/a~1b/c~0d"),
        (b'{"metadata": {"a": ["b\\u0000"]}}', 422, "/metadata/a/0"),
        (b'{"metadata": {"\\ud800": 1}}', 422, "/metadata/\\ud800"),
        (b'{"metadata": {"": 1}}', 422, "/metadata/"),
        (b'{"metadata": {"' + b"k" * 65 + b'": 1}}', 422, "/metadata/" + "k" * 65),
        (b'{"metadata": {"1": {"2": {"3": {"4": {"5": {}}}}}}}', 422, "/metadata/1/2/3/4/5"),
        (b'{"metadata": {"1": {"2": {"3": {"4": [[]]}}}}}', 422, "/metadata/1/2/3/4/0"),
        (b'{"metadata": {"a": "' + b"x" * 16_384 + b'"}}', 422, "/metadata"),
    ],
    ids=str,
)
async def test_a_bad_thread_is_refused_where_it_is_bad_and_leaves_nothing(
    stack: Stack, body: bytes, status: int, pointer: str
) -> None:
    async with person(stack) as who, who.device() as device:
        answer = await who.http.post("/api/threads", content=body, headers={"Content-Type": "application/json"})

        assert (answer.status_code, pointers(answer)) == (status, [pointer])
        assert (await who.http.get("/api/threads")).json()["items"] == []
        assert await device.silent()


async def test_the_largest_and_strangest_that_is_allowed_comes_back_exactly(stack: Stack) -> None:
    metadata = {
        "deep": {"er": {"and": {"deeper": {"still": True}}}},
        "numbers": [0, -1, 1.0, 0.1, 10**40, 1e-7, 123456789.123456789],
        "text": ["", "ü", "🙂", "\u2028", "'; DROP TABLE threads; --", '"\\/'],
        "k" * 64: None,
    }
    async with person(stack) as who:
        thread = await create(who.http, title="t" * 200, metadata=metadata, first_message="m" * 20_000)
        read = (await who.processes[1].get(f"/api/threads/{thread['id']}")).json()
        messages = (await who.http.get(f"/api/threads/{thread['id']}/messages")).json()["items"]

    assert read == thread
    assert json.dumps(read["metadata"], sort_keys=True) == json.dumps(metadata, sort_keys=True)
    assert messages[0]["content"] == "m" * 20_000


async def test_a_body_that_is_not_declared_as_json_is_refused(stack: Stack) -> None:
    async with person(stack) as who:
        answer = await who.http.post("/api/threads", content=b"{}", headers={"Content-Type": "text/plain"})
        assert answer.status_code == 415
        answer = await who.http.patch(
            f"/api/threads/{(await create(who.http))['id']}",
            content=b'{"title": "x"}',
            headers={"Content-Type": "application/merge-patch+json"},
        )
        assert (answer.status_code, answer.json()["title"]) == (200, "x")


async def test_errors_of_the_framework_are_problem_documents_too(stack: Stack) -> None:
    async with person(stack) as who:
        for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/api/threads", 405)):
            answer = await who.http.request(method, path, headers={"X-Correlation-Id": "seen-before"})
            assert (answer.status_code, answer.json()["status"]) == (status, status)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["correlation_id"] == answer.headers["X-Correlation-Id"] == "seen-before"
        answer = await who.http.get("/nowhere", headers={"X-Correlation-Id": "x" * 65})
        assert answer.headers["X-Correlation-Id"] != "x" * 65


async def test_a_foreign_thread_is_answered_as_one_that_never_was(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        foreign = (await create(other.http, first_message="Mine"))["id"]
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"title": "taken over"}),
            ("DELETE", "", None),
            ("GET", "/export", None),
            ("GET", "/messages", None),
            ("POST", "/messages", {"content": "Hello"}),
        ):
            answers = [
                await who.http.request(
                    method, f"/api/threads/{thread}{path}", json=body, headers={"X-Correlation-Id": "same"}
                )
                for thread in (foreign, str(uuid4()), "not-an-id")
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1
            assert len({tuple(k for k in answer.headers if k != "date") for answer in answers}) == 1
        kept = (await other.http.get(f"/api/threads/{foreign}")).json()
        assert (kept["title"] != "taken over", kept["message_count"]) == (True, 1)


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


async def test_nothing_but_the_token_says_who_asks(stack: Stack) -> None:
    async with person(stack) as who, person(stack) as other:
        await create(other.http)
        for name in ("customer_id", "user_id", "owner"):
            assert pointers(await who.http.get("/api/threads", params={name: other.id})) == [f"/{name}"]
            assert pointers(await who.http.post("/api/threads", json={name: other.id})) == [f"/{name}"]
            assert pointers(await who.http.post("/api/threads", params={name: other.id}, json={})) == [f"/{name}"]
            headers = {f"X-{name.replace('_', '-')}": other.id}
            assert (await who.http.get("/api/threads", headers=headers)).json()["items"] == []


async def test_titles_come_from_the_model_which_is_told_for_whom(stack: Stack) -> None:
    async with ModelControl(stack.model_url, stack.model_space) as model, person(stack) as who:
        question = f"How do we ship {uuid4().hex} to Norway?"
        await model.script(Turn.saying('\n  "Shipping   to\tNorway"\nmore'), contains=[question])
        thread = await create(who.http, first_message=question, title=None)

        assert thread["title"] == "Shipping to Norway"
        asked = (await model.requests(question))[0].body
        assert (asked["user"], asked["safety_identifier"]) == (who.id, who.id)
        assert asked["messages"][-1] == {"role": "user", "content": question}
        await create(who.http, title="Given", first_message=f"{question} {question}")
        assert len(await model.requests(question)) == 1


@pytest.mark.parametrize(
    "turn",
    [
        Turn(refuse=Refusal(status=500)),
        Turn(refuse=Refusal(status=429)),
        Turn(garbage="<html>"),
        Turn(garbage='{"choices": null}'),
        Turn(garbage='{"choices": [{"message": {"content": 7}}]}'),
        Turn(garbage="[]"),
        Turn(hang=True),
        Turn(say='""'),
    ],
    ids=str,
)
async def test_without_the_models_help_a_title_is_the_first_words(stack: Stack, turn: Turn) -> None:
    async with ModelControl(stack.model_url, stack.model_space) as model, person(stack) as who:
        question = f"Which {uuid4().hex} suppliers  of\ncardboard deliver on Saturdays?"
        await model.script(turn, contains=[question])
        title = (await create(who.http, first_message=question))["title"]

    words = " ".join(question.split())
    assert title.endswith("…")
    assert words.startswith(title[:-1] + " ")
    assert 40 < len(title) <= 60


async def test_status_goes_only_where_the_table_lets_it(stack: Stack) -> None:
    async with person(stack) as who:
        for old in threads.TRANSITIONS:
            for new in threads.TRANSITIONS:
                thread = await create(who.http)
                path = f"/api/threads/{thread['id']}"
                version = (await who.http.patch(path, json={"status": old})).json()["version"]
                answer = await who.http.patch(path, json={"status": new})
                after = (await who.http.get(path)).json()
                if (old, new) == ("archived", "completed"):
                    assert (answer.status_code, answer.json()["from"], answer.json()["to"]) == (409, old, new)
                    assert (after["status"], after["version"]) == (old, version)
                else:
                    assert (answer.status_code, after["status"]) == (200, new)
                    assert after["version"] == version + (old != new)


async def test_a_merge_patch_changes_what_it_names(stack: Stack) -> None:
    async with person(stack) as who:
        thread = await create(who.http, metadata={"a": 1, "b": {"c": 1, "d": 2}, "e": None, "f": [1]})
        path = f"/api/threads/{thread['id']}"
        patched = await who.http.patch(path, json={"metadata": {"a": True, "b": {"c": None, "x": {"y": None}}}})

        assert json.dumps(patched.json()["metadata"], sort_keys=True) == json.dumps(
            {"a": True, "b": {"d": 2, "x": {}}, "e": None, "f": [1]}, sort_keys=True
        )
        assert patched.json()["last_activity_at"] == thread["last_activity_at"]
        assert patched.headers["ETag"] == '"2"'
        unchanged = await who.http.patch(path, json={"metadata": {"a": True}})
        assert unchanged.json()["version"] == 2
        assert pointers(await who.http.patch(path, json={"title": None})) == ["/title"]
        grown = {str(n): "x" * 1000 for n in range(9)}
        assert (await who.http.patch(path, json={"metadata": grown})).status_code == 200
        too_large = await who.http.patch(path, json={"metadata": {f"again {n}": "x" * 1000 for n in range(9)}})
        assert pointers(too_large) == ["/metadata"]
        emptied = await who.http.patch(path, json={"metadata": None})
        assert emptied.json()["metadata"] == {}


async def test_all_of_many_merges_survive_and_one_of_many_conditional_changes_wins(stack: Stack) -> None:
    async with person(stack) as who:
        thread = await create(who.http)
        path = f"/api/threads/{thread['id']}"
        await asyncio.gather(*(who.processes[n % 2].patch(path, json={"metadata": {f"key {n}": n}}) for n in range(20)))
        merged = (await who.http.get(path)).json()
        assert merged["metadata"] == {f"key {n}": n for n in range(20)}
        assert merged["version"] == 21

        answers = await asyncio.gather(
            *(
                who.processes[n % 2].patch(path, json={"title": f"by {n}"}, headers={"If-Match": '"21"'})
                for n in range(10)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
        assert {a.json()["current_version"] for a in answers if a.status_code == 412} == {22}
        assert (await who.http.patch(path, json={}, headers={"If-Match": "22"})).status_code == 422


async def test_pages_give_each_thread_once_while_new_ones_appear(stack: Stack) -> None:
    async with person(stack) as who:
        made = [(await create(who.http, title=f"thread {n}"))["id"] for n in range(30)]
        seen: list[str] = []
        query: dict[str, Any] = {"limit": 7}
        while True:
            page = (await who.http.get("/api/threads", params=query)).json()
            seen += [thread["id"] for thread in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
            await create(who.processes[1], title="new")
        assert seen == made[::-1]

        cursor = query["cursor"]
        for bad in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "", "ü", "x" * 2000):
            assert pointers(await who.http.get("/api/threads", params={"limit": 7, "cursor": bad})) == ["/cursor"]
        other_list = {"status": "archived", "cursor": cursor}
        assert pointers(await who.http.get("/api/threads", params=other_list)) == ["/cursor"]
        async with person(stack) as other:
            assert pointers(await other.http.get("/api/threads", params={"cursor": cursor})) == ["/cursor"]
        for limit in ("0", "101", "x", "1.5"):
            assert pointers(await who.http.get("/api/threads", params={"limit": limit})) == ["/limit"]


async def test_filters_alone_and_together_take_every_character_literally(stack: Stack) -> None:
    async with person(stack) as who:
        percent = await create(who.http, title="100% cotton", metadata={"stage": "new", "count": 3, "tags": ["a'b"]})
        under = await create(who.http, title="a_b 'quoted' \\ slash", metadata={"stage": "new", "open": True})
        said = await create(who.http, title="Plain", first_message="About COTTON bags", metadata={"count": "3"})
        await who.http.patch(f"/api/threads/{under['id']}", json={"status": "completed"})

        async def found(**query: str) -> list[str]:
            answer = await who.http.get("/api/threads", params={k.replace("__", "."): v for k, v in query.items()})
            assert answer.status_code == 200, answer.text
            return [thread["id"] for thread in answer.json()["items"]]

        assert await found(q="0%") == [percent["id"]]
        assert await found(q="_") == [under["id"]]
        assert await found(q="\\ S") == [under["id"]]
        assert await found(q="'") == [under["id"]]
        assert await found(q="cotton") == [said["id"], percent["id"]]
        assert await found(metadata__stage="new", status="active") == [percent["id"]]
        assert await found(metadata__stage="new", metadata__open="true") == [under["id"]]
        assert await found(metadata__count="3") == [said["id"], percent["id"]]
        assert await found(metadata__tags="a'b") == [percent["id"]]
        assert await found(metadata__count="%") == []
        assert await found(created_after=percent["created_at"], created_before=said["created_at"]) == [under["id"]]
        assert pointers(await who.http.get("/api/threads", params={"q": "\0"})) == ["/q"]
        assert pointers(await who.http.get("/api/threads", params={"created_after": "2026-01-01T00:00:00"})) == [
            "/created_after"
        ]


async def test_activity_moves_with_messages_alone_and_never_stands_still(stack: Stack) -> None:
    async with person(stack) as who:
        first, second = await create(who.http), await create(who.http)
        path = f"/api/threads/{first['id']}"
        posted = [await who.http.post(f"{path}/messages", json={"content": f"{n}"}) for n in range(2)]
        activity = (await who.http.get(path)).json()["last_activity_at"]

        assert first["last_activity_at"] < posted[0].json()["created_at"] < posted[1].json()["created_at"] == activity
        await who.http.patch(f"/api/threads/{second['id']}", json={"title": "x"})
        listed = (await who.http.get("/api/threads")).json()["items"]
        assert [thread["id"] for thread in listed] == [first["id"], second["id"]]


async def test_what_a_plan_lacks_is_refused_with_the_plan_that_has_it(stack: Stack) -> None:
    async with person(stack, "free") as who:
        thread = await create(who.http, metadata={})
        path = f"/api/threads/{thread['id']}"
        refused = [
            await who.http.post("/api/threads", json={"metadata": {"a": 1}}),
            await who.http.patch(path, json={"metadata": {"a": 1}}),
            await who.http.get("/api/threads", params={"q": "x"}),
            await who.http.get(f"{path}/export"),
        ]
        assert [answer.status_code for answer in refused] == [403] * 4
        assert {(a.json()["plan"], a.json()["available_from"]) for a in refused} == {("free", "early")}
        assert [a.json()["capability"] for a in refused] == ["metadata", "metadata", "search", "export"]

        operator = {"Authorization": f"Bearer {stack.operator_token}"}
        changed = await who.http.patch(f"/operator/customers/{who.id}", json={"plan": "early"}, headers=operator)
        assert changed.json()["plan"] == "early"
        assert (await who.http.get(f"{path}/export")).status_code == 200, "the plan counts, not what the token says"


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


async def test_what_happens_is_counted(stack: Stack) -> None:
    async with person(stack) as who, who.device() as device:
        await create(who.http)
        await device.frame()
        await who.http.get(f"/api/threads/{uuid4()}")
        text = (await who.http.get("/metrics")).text

    assert 'threadproof_http_requests_total{method="GET",route="/api/threads/{thread_id}",status="404"}' in text
    assert 'threadproof_events_sent_total{type="thread_created"}' in text
    assert "threadproof_outbox_pending 0.0" in text
    assert 'threadproof_database_connections{state="idle"}' in text
    assert "threadproof_open_sockets" in text
