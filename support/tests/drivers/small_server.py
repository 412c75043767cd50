"""A small chat server with an API of its own: `python -m support.tests.drivers.small_server PORT [BUG]`.

It has customers, chats, notes in them, and a helper who answers. It keeps everything in memory. A bug is one of `BUGS`.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from uuid import uuid4

BUGS = ("opens to everybody", "lists by name", "keeps every second note")


@dataclass
class Chat:
    """A chat; `touched` orders the list."""

    owner: str
    name: str
    touched: int
    id: str = field(default_factory=lambda: uuid4().hex)
    notes: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def shown(self) -> dict[str, str]:
        return {"chat": self.id, "name": self.name}


class Denied(Exception):
    """The request is answered with this status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Chats:
    """Everything that the server has."""

    def __init__(self, bug: str) -> None:
        self.bug = bug
        self.lock = Lock()
        self.secrets: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.chats: dict[str, Chat] = {}
        self.jobs: dict[str, dict[str, str]] = {}
        self.said = 0
        self.clock = 0

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def join(self, body: Any) -> Any:
        self.secrets[body["mail"]] = body["secret"]
        return {"member": body["mail"]}

    def key(self, body: Any) -> Any:
        if self.secrets.get(body["mail"]) != body["secret"]:
            raise Denied(401)
        key = uuid4().hex
        self.keys[key] = body["mail"]
        return {"key": key}

    def start(self, who: str, body: Any) -> Any:
        chat = Chat(who, body["name"], self.tick())
        self.chats[chat.id] = chat
        return chat.shown()

    def list(self, who: str) -> Any:
        own = [one for one in self.chats.values() if one.owner == who]
        own.sort(key=lambda one: one.name if self.bug == "lists by name" else -one.touched)
        return {"chats": [one.shown() for one in own]}

    def chat(self, who: str, id_: str) -> Chat:
        found = self.chats.get(id_)
        if found is None or (found.owner != who and self.bug != "opens to everybody"):
            raise Denied(404)
        return found

    def erase(self, who: str, id_: str) -> Any:
        return self.chats.pop(self.chat(who, id_).id).shown()

    def note(self, who: str, id_: str, body: Any, by: str = "me") -> Any:
        chat, note = self.chat(who, id_), {"by": by, "text": body["text"], "note": uuid4().hex}
        self.said += 1
        chat.touched = self.tick()
        if self.bug != "keeps every second note" or self.said % 2:
            chat.notes.append(note)
        return note

    def ask(self, who: str, id_: str, body: Any) -> Any:
        self.note(who, id_, body)
        self.note(who, id_, {"text": f"You ask: {body['text']}"}, by="helper")
        job = {"job": uuid4().hex, "chat": id_, "state": "answered", "owner": who}
        self.jobs[job["job"]] = job
        return job

    def job(self, who: str, id_: str) -> Any:
        job = self.jobs.get(id_)
        if job is None or job["owner"] != who:
            raise Denied(404)
        return job


ROUTES: dict[str, str] = {
    r"POST /members": "join",
    r"POST /keys": "key",
    r"POST /chats": "start",
    r"GET /chats": "list",
    r"GET /chats/(\w+)": "chat",
    r"DELETE /chats/(\w+)": "erase",
    r"POST /chats/(\w+)/notes": "note",
    r"GET /chats/(\w+)/notes": "notes",
    r"POST /chats/(\w+)/questions": "ask",
    r"GET /jobs/(\w+)": "job",
}


def answer(chats: Chats, key: str | None, asked: str, body: Any) -> Any:
    """What the server answers.

    Raises:
        Denied: it refuses.
    """
    found = [(name, match) for pattern, name in ROUTES.items() if (match := re.fullmatch(pattern, asked))]
    if not found:
        raise Denied(404)
    [(name, match)] = found
    if name in ("join", "key"):
        return getattr(chats, name)(body)
    if key not in chats.keys:
        raise Denied(401)
    who, ids, more = chats.keys[key], match.groups(), [body] if body is not None else []
    if name == "notes":
        return {"notes": chats.chat(who, *ids).notes}
    told = getattr(chats, name)(who, *ids, *more)
    return told.shown() if isinstance(told, Chat) else told


def handler(chats: Chats) -> type[BaseHTTPRequestHandler]:
    """The handler of requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            try:
                with chats.lock:
                    status, told = 200, answer(chats, self.headers.get("X-Key"), f"{self.command} {self.path}", body)
            except Denied as denied:
                status, told = denied.status, {"no": "not here"}
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = do  # noqa: N815 - as http.server names them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server names it
            """Say nothing."""

    return Handler


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 100
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler(Chats(" ".join(sys.argv[2:])))).serve_forever()
