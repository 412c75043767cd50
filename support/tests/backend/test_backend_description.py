"""What openapi.json and asyncapi.yaml say is what the backend does; and the backend stands on its own."""

from __future__ import annotations

import ast
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jsonschema
import pytest
import yaml

import support.backend
from support.backend.live import asyncapi
from support.model_service.control import ModelControl
from support.model_service.scripts import Turn
from support.services import Stack
from support.tests.backend.backend_people import PASSWORD, Device, Person, create, person

pytestmark = pytest.mark.anyio
pytest_plugins = ["support.tests.backend.backend_fixture"]

BACKEND = Path(support.backend.__file__).parent


def imported(path: Path) -> Iterator[str]:
    """The modules that a module imports, at any place in its text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                yield "." * node.level + (node.module or "")
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            case _:
                pass


def test_the_backend_imports_nothing_of_the_suite() -> None:
    modules = list(BACKEND.rglob("*.py"))
    assert len(modules) > 20
    for path in modules:
        for name in imported(path):
            if name.startswith((".", "support", "steps")):
                assert name == "support.backend" or name.startswith(("support.backend.",)) or name == "support", path
                assert name != "support", f"{path} imports the suite's package itself"


class Described:
    """A client that checks every answer against openapi.json and keeps which operations it has seen."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.seen: set[tuple[str, str]] = set()

    def operations(self) -> set[tuple[str, str]]:
        """Method and path of all that is described."""
        return {(method, path) for path, operations in self.document["paths"].items() for method in operations}

    def check(self, method: str, template: str, answer: httpx.Response) -> None:
        """Compare an answer with its description."""
        self.seen.add((method, template))
        responses = self.document["paths"][template][method]["responses"]
        response = responses.get(str(answer.status_code), responses["default"])
        content: dict[str, Any] = response.get("content", {})
        if not content:
            assert answer.content == b""
            return
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in content or media_type == "application/yaml"
        if media_type.endswith("json"):
            schema = {**content[media_type]["schema"], "components": self.document["components"]}
            jsonschema.validate(answer.json(), schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture
async def described(stack: Stack) -> AsyncGenerator[Described]:
    async with httpx.AsyncClient(base_url=stack.backend_urls[0]) as client:
        yield Described((await client.get("/openapi.json")).json())


async def test_every_operation_answers_as_openapi_says(stack: Stack, described: Described) -> None:
    operator = {"Authorization": f"Bearer {stack.operator_token}"}
    async with person(stack) as who:

        async def call(method: str, template: str, path: str = "", status: int = 200, **options: Any) -> Any:
            answer = await who.http.request(method, path or template, **options)
            assert answer.status_code == status, answer.text
            described.check(method, template, answer)
            return answer.json() if answer.headers.get("content-type", "").endswith("json") else None

        thread = await call("post", "/api/threads", status=201, json={"first_message": "Hello", "metadata": {"a": 1}})
        await call("post", "/api/threads", status=422, json={"title": 1})
        one, path = "/api/threads/{thread_id}", f"/api/threads/{thread['id']}"
        await call("get", one, path)
        await call("get", one, f"/api/threads/{uuid4()}", status=404)
        await call("patch", one, path, json={"status": "completed"})
        await call("patch", one, path, json={"title": "x"}, headers={"If-Match": '"1"'}, status=412)
        await call("post", f"{one}/messages", f"{path}/messages", json={"content": "Hello"}, status=201)
        await call("get", f"{one}/messages", f"{path}/messages", params={"limit": 1})
        await call("get", f"{one}/export", f"{path}/export")
        await call("get", "/api/threads", params={"q": "ell", "limit": 1, "metadata.a": "1"})
        await call("get", "/api/agents")
        asked = {"agent": "triage", "input": "Where is my parcel?"}
        run = await call("post", f"{one}/runs", f"{path}/runs", json=asked, status=202)
        await call("post", f"{one}/runs", f"{path}/runs", json={**asked, "agent": "nobody"}, status=422)
        await call("get", f"{one}/runs", f"{path}/runs", params={"limit": 1})
        await call("post", "/api/runs/{run_id}/cancel", f"/api/runs/{run['id']}/cancel")
        await call("get", "/api/runs/{run_id}", f"/api/runs/{run['id']}")
        await call("delete", one, path, status=204)
        customer = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD, "plan": "mid", "organisation": "x"}
        enrolled = await call("post", "/operator/customers", json=customer, headers=operator, status=201)
        await call("post", "/operator/customers", json=customer, headers=operator, status=409)
        one, path = "/operator/customers/{customer_id}", f"/operator/customers/{enrolled['id']}"
        await call("get", one, path, headers=operator)
        await call("patch", one, path, headers=operator, json={"plan": "early"})
        await call("get", one, path, status=401)
        for path in ("/health/live", "/health/ready", "/metrics", "/asyncapi.yaml"):
            await call("get", path)
        credentials = {"email": who.email, "password": PASSWORD}
        session = await call("post", "/api/sessions", json=credentials, status=201)
        await call("post", "/api/sessions", json={**credentials, "password": "wrong"}, status=401)
        await call("get", "/api/sessions")
        await call("delete", "/api/sessions/{session_id}", f"/api/sessions/{session['session_id']}", status=204)

    assert described.seen == described.operations()


async def test_every_route_and_every_post_is_described(described: Described) -> None:
    for method, path in described.operations():
        operation = described.document["paths"][path][method]
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "post"), path
        public = path.startswith(("/health", "/metrics", "/asyncapi")) or (method, path) == ("post", "/api/sessions")
        assert (operation.get("security") == [{"bearer": []}]) != public, path


def test_the_description_of_frames_refuses_what_is_not_described() -> None:
    frames = Frames(asyncapi.document())
    unsubscribed = {"type": "unsubscribed", "thread_id": str(uuid4())}
    erased: dict[str, Any] = {
        "id": "1",
        "type": "thread_deleted",
        "sequence": 1,
        "thread_id": str(uuid4()),
        "run_id": None,
        "run_sequence": None,
        "at": "2026-11-25T10:00:00.000000Z",
        "data": {"id": str(uuid4())},
    }
    for good, member, bad in (
        (unsubscribed, "thread_id", "x"),
        (unsubscribed, "more", 1),
        (erased, "at", "2026-11-25T10:00:00Z"),
        (erased, "sequence", 0),
        (erased, "type", "thread_burnt"),
        (erased, "data", {}),
        (erased, "data", {**erased["data"], "title": "Boxes"}),
    ):
        frames.check(good)
        with pytest.raises(jsonschema.ValidationError):
            frames.check({**good, member: bad})
    for missing in ("run_id", "at", "data"):
        with pytest.raises(jsonschema.ValidationError):
            frames.check({name: value for name, value in erased.items() if name != missing})


class Frames:
    """Checks frames against asyncapi.yaml and keeps which kinds it has seen."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.messages: dict[str, Any] = document["components"]["messages"]
        self._components = document["components"]
        self.seen: set[str] = set()
        self.events: set[str] = set()

    def check(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Compare a frame with its description."""
        name = frame["type"] if frame["type"] in self.messages else "event"
        schema = {**self.messages[name]["payload"], "components": self._components}
        jsonschema.validate(frame, schema, format_checker=jsonschema.FormatChecker())
        self.seen.add(name)
        if name == "event":
            self.events.add(frame["type"])
        return frame

    def event_types(self) -> set[str]:
        """All that are described."""
        return set(self.messages["event"]["payload"]["properties"]["type"]["enum"])


async def test_every_frame_is_as_asyncapi_says(stack: Stack) -> None:
    async with person(stack) as who, who.device(ready=False) as device:
        frames = Frames(yaml.safe_load((await who.http.get("/asyncapi.yaml")).text))

        async def ask(**frame: Any) -> None:
            await device.send(**frames.check(frame))
            frames.check(await device.frame())

        frames.check(await device.frame())
        thread = await live_through_every_event(who, device, frames)
        await see_runs_end_in_every_way(stack, who, device, frames)
        await ask(type="ping")
        await ask(type="subscribe", thread_id=thread)
        await ask(type="unsubscribe", thread_id=thread)
        await ask(type="resume", last_event_id="999")
        await device.socket.send("not JSON")
        frames.check(await device.frame())
        await who.http.delete(f"/api/threads/{thread}")
        frames.check(await device.frame())
        current = (await who.http.get("/api/sessions")).json()["items"][0]["id"]
        await who.http.delete(f"/api/sessions/{current}")
        frames.check(await device.frame())

        assert frames.seen == set(frames.messages)
        assert frames.events == frames.event_types()


async def live_through_every_event(who: Person, device: Device, frames: Frames) -> str:
    """Make a thread and change it; returns its id."""
    thread = (await create(who.http, first_message="Hello", metadata={"deep": {"er": [1, None]}}))["id"]
    await who.http.patch(f"/api/threads/{thread}", json={"status": "archived", "title": "Other"})
    await who.http.patch(f"/api/threads/{thread}", json={"metadata": {"deep": None}})
    created, said, archived, emptied = [frames.check(frame) for frame in await device.frames(4)]

    assert created["data"]["title"]
    assert said["data"]["content"] == "Hello"
    assert (archived["data"]["old"], archived["data"]["new"]) == ("active", "archived")
    assert archived["data"]["changed"] == ["title", "status"]
    assert (emptied["data"]["changed"], emptied["data"]["metadata"]) == (["metadata"], {})
    return thread


async def see_runs_end_in_every_way(stack: Stack, who: Person, device: Device, frames: Frames) -> None:
    """Four runs, and all their frames."""
    path = f"/api/threads/{(await create(who.http))['id']}/runs"
    frames.check(await device.frame())
    async with ModelControl(stack.model_url, stack.model_space) as model:
        for turn, ending in (
            (Turn.saying("Yes"), "agent_completed"),
            (Turn.refusing(500), "agent_failed"),
            (Turn(hang=True), "agent_timed_out"),
            (Turn(hang=True), "agent_cancelled"),
        ):
            question = uuid4().hex
            await model.script(turn, contains=[question])
            timeout_s = 0.1 if ending == "agent_timed_out" else 30
            run = (
                await who.http.post(path, json={"agent": "triage", "input": question, "timeout_s": timeout_s})
            ).json()
            while (frame := frames.check(await device.frame()))["type"] != ending:
                if ending == "agent_cancelled" and frame["type"] == "agent_started":
                    await who.http.post(f"/api/runs/{run['id']}/cancel")
            assert frame["run_id"] == run["id"]


async def test_frames_that_no_client_may_send_are_refused_and_the_socket_stays(stack: Stack) -> None:
    async with person(stack) as who, who.device() as device:
        bad: list[str | bytes] = [
            "",
            "[]",
            "{}",
            '{"type": "nonsense"}',
            '{"type": "subscribe"}',
            '{"type": "subscribe", "thread_id": "x"}',
            '{"type": "subscribe", "thread_id": "\\ud800"}',
            '{"type": "ping", "customer_id": "x"}',
            '{"type": "resume", "last_event_id": 1}',
            '{"type": "resume", "last_event_id": "-1"}',
            "[" * 5000,
            b"\x00",
        ]
        for frame in bad:
            await device.socket.send(frame)
            answer = await device.frame()
            assert (answer["type"], answer["problem"]["status"]) == ("error", 422), frame
        assert await device.silent()
