"""Threads: their titles, changes to them, and lists of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from support.backend.threads import threads
from support.model_service.control import ModelControl
from support.model_service.scripts import Refusal, Turn
from support.services import Stack
from support.tests.backend.backend_people import create, person, pointers

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]


async def test_titles_come_from_the_model_which_gets_the_customer(stack: Stack) -> None:
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


async def test_a_merge_patch_changes_the_members_that_it_names(stack: Stack) -> None:
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
