"""What the API accepts and refuses, and how it says so."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from support.services import Stack
from support.tests.backend.backend_people import create, person, pointers

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, ""),
        (b"\xff", 400, ""),
        (b'{"metadata": {"a": NaN}}', 400, ""),
        (b'{"metadata": {"a": ' + b"1" * 5000 + b"}}", 422, "/metadata/a"),
        (b'{"metadata": {"a": 1e-400}}', 422, "/metadata/a"),
        (b"[" * 100_000, 400, ""),
        (b'{"title": "' + b"x" * 1_100_000 + b'"}', 413, ""),
        (b"[]", 422, ""),
        (b'{"title": 1}', 422, "/title"),
        (b'{"title": " \\n"}', 422, "/title"),
        (b'{"title": "\\u200b\\ufe0f"}', 422, "/title"),
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
        "numbers": [0, -1, 1.0, 0.1, 10**40 + 1, 1e-7, 1e300, 123456789.123456789],
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


async def test_numbers_with_exponents_take_no_more_space_than_they_were_given(stack: Stack) -> None:
    async with person(stack) as who:
        path = f"/api/threads/{(await create(who.http, metadata={'numbers': [1e308] * 2_000}))['id']}"
        changed = await who.http.patch(path, json={"metadata": {"one": "more"}})

    assert changed.status_code == 200, changed.text
    assert changed.json()["metadata"] == {"numbers": [1e308] * 2_000, "one": "more"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("q=%ED%A0%BD", "/q"),
        ("metadata.a=%FF", "/metadata.a"),
        ("metadata.%FF=1", "/metadata.\\udcff"),
        ("created_after=9999-12-31T23:59:59-23:00", "/created_after"),
        ("created_before=0001-01-01T00:00:00%2B14:00", "/created_before"),
    ],
)
async def test_a_query_that_cannot_be_read_is_refused_where_it_is_bad(stack: Stack, query: str, pointer: str) -> None:
    async with person(stack) as who:
        answer = await who.http.get(f"/api/threads?{query}")

        assert (answer.status_code, pointers(answer)) == (422, [pointer])


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


async def test_a_refusal_names_the_plan_with_the_missing_capability(stack: Stack) -> None:
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


async def test_events_and_requests_are_counted(stack: Stack) -> None:
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
