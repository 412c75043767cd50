"""Requests to the embedded backend's HTTP side, each kept in the wire log."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack, cast
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from support.drivers.contract.types import BackendFailed, Reason, Refusal, Refused, Session
from support.observation.wire import Exchange, WireLog

_TLS = ssl.create_default_context()  # made once: it takes longer than a request
REASONS = {
    401: Reason.NOT_SIGNED_IN,
    403: Reason.NOT_IN_PLAN,
    404: Reason.NOT_FOUND,
    405: Reason.INVALID,
    400: Reason.INVALID,
    409: Reason.CONFLICT,
    412: Reason.CONFLICT,
    413: Reason.INVALID,
    422: Reason.INVALID,
    429: Reason.LIMIT,
    500: Reason.FAILED,
    503: Reason.UNAVAILABLE,
}
PARTS = {
    "title": "title",
    "metadata": "details",
    "first_message": "first message",
    "cursor": "next page",
    "limit": "page size",
    "q": "words",
    "status": "status",
    "created_after": "date",
    "created_before": "date",
    "Idempotency-Key": "request key",
    "": "request",
}
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|Infinity')
OWNER_FIELDS = ("customer_id", "user_id", "owner_id")
MARKER = re.compile(r"marker-[0-9a-f]{32}")
"""Words that the database says when the suite lets it refuse a write."""
GIVEN_AWAY = {
    "a stack trace": re.compile(r'Traceback|File "|\.py\b'),
    "a database statement": re.compile(
        r"\b(SELECT .* FROM|INSERT INTO|UPDATE .* SET|DELETE FROM)\b|relation \"|asyncpg"
    ),
    "the database's own words": MARKER,
    "a token": re.compile(r"eyJ[\w-]+\.[\w-]+|[Bb]earer[ \t]+\S{16}"),
}


class _More(TypedDict, total=False):
    """Rare parts of a request: a body as bytes, query parameters, headers, and the name of a person without session."""

    content: bytes
    params: dict[str, str]
    headers: dict[str, str]
    who: str


class Clients:
    """A client for each person, because people do not share connections; all are closed together."""

    def __init__(self) -> None:
        self._clients: dict[str, httpx.AsyncClient] = {}

    def of(self, who: str) -> httpx.AsyncClient:
        """The client of a person, made at first use."""
        if who not in self._clients:
            transport = httpx.AsyncHTTPTransport(verify=_TLS, trust_env=False)
            self._clients[who] = httpx.AsyncClient(transport=transport, timeout=15)
        return self._clients[who]

    async def close(self) -> None:
        """Release all connections."""
        while self._clients:
            _who, client = self._clients.popitem()
            await client.aclose()


class Turns:
    """The addresses of a backend's processes, which each person, or each person's devices, take in turns."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._taken: Counter[str] = Counter()

    def next(self, who: str) -> str:
        """The address whose turn it is for somebody."""
        self._taken[who] += 1
        return self._urls[(self._taken[who] - 1) % len(self._urls)]


class Api:
    """Calls on behalf of customers; the acts of each go to one process of the backend after the other."""

    def __init__(self, clients: Clients, wire: WireLog, urls: Sequence[str], operator_token: str) -> None:
        self._clients = clients
        self._wire = wire
        self._turns = Turns(urls)
        self._operator_token = operator_token

    async def call(
        self,
        act: str,
        method: str,
        path: str,
        *,
        session: Session | None = None,
        body: Any = None,
        **more: Unpack[_More],
    ) -> Any:
        """Send one request and return its JSON; `act` says in plain words what the customer is doing.

        Raises:
            Refused: the backend answered with a problem document.
            BackendFailed: it did not answer, or with something else.
        """
        reply = await self.checked(act, method, path, session=session, body=body, **more)
        return _json(act, reply) if reply.content else None

    async def checked(
        self,
        act: str,
        method: str,
        path: str,
        *,
        session: Session | None = None,
        body: Any = None,
        **more: Unpack[_More],
    ) -> httpx.Response:
        """Send one request and return the reply, unless it is a refusal.

        Raises:
            Refused: the backend answered with a problem document.
            BackendFailed: it did not answer.
        """
        reply = await self.send(act, method, path, session=session, body=body, **more)
        if reply.status_code >= 400:
            raise Refused(act, read_refusal(reply, session))
        return reply

    async def all_items(self, act: str, path: str, session: Session, page_size: int = 100) -> list[Any]:
        """All entries of a list, page by page."""
        items: list[Any] = []
        params = {"limit": str(page_size)}
        while True:
            page = await self.call(act, "GET", path, session=session, params=params)
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            params["cursor"] = page["next_cursor"]

    async def send(
        self,
        act: str,
        method: str,
        path: str,
        *,
        session: Session | None = None,
        body: Any = None,
        **more: Unpack[_More],
    ) -> httpx.Response:
        """Send one request and return the reply.

        Raises:
            BackendFailed: there was none.
        """
        content = more.get("content")
        token = self._operator_token if path.startswith("/operator") else session.token if session else None
        headers = ({"authorization": f"Bearer {token}"} if token else {}) | more.get("headers", {})
        if body is not None:
            content = json_bytes(body)
        if content is not None:
            headers["content-type"] = "application/json"
        who = session.account.name if session else more.get("who", "operator")
        person = session.id if session else who
        http = self._clients.of(person)
        query = urlencode(more.get("params", {}), errors="surrogatepass")
        url = f"{self._turns.next(person)}{path}" + (f"?{query}" if query else "")
        request = http.build_request(method, url, headers=headers, content=content)
        started = time.perf_counter()
        try:
            reply = await http.send(request)
        except httpx.HTTPError as error:
            seconds = time.perf_counter() - started
            failure = f"{type(error).__name__}: {error}"
            self._wire.said(exchange_of(who, request, body or content, seconds, failure=failure))
            raise BackendFailed(f"{act}: the backend did not answer: {failure}") from error
        seconds = time.perf_counter() - started
        self._wire.said(exchange_of(who, request, body or content, seconds, reply=reply))
        return reply


def marker() -> str:
    """Fresh words for the database to refuse with."""
    return f"marker-{uuid4().hex}"


def json_bytes(body: Any) -> bytes:
    r"""A body as JSON: half surrogates are written as `\ud83d`, and an infinite number as `1e400`."""
    text = json.dumps(body, ensure_ascii=False)
    return _TOKENS.sub(lambda token: "1e400" if token[0] == "Infinity" else token[0], text).encode(
        "utf-8", "backslashreplace"
    )


def exchange_of(
    who: str,
    request: httpx.Request,
    body: Any,
    seconds: float,
    *,
    reply: httpx.Response | None = None,
    failure: str = "",
) -> Exchange:
    """A request and its reply as the wire log has them."""
    return Exchange(
        who=who,
        method=request.method,
        url=str(request.url),
        status=reply.status_code if reply is not None else None,
        seconds=seconds,
        request_headers=tuple(request.headers.multi_items()),
        request_body=body,
        reply_headers=tuple(reply.headers.multi_items()) if reply is not None else (),
        reply_body=_readable(reply) if reply is not None else None,
        failure=failure,
    )


def _readable(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return reply.text


def _json(act: str, reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError as error:
        raise BackendFailed(f"{act}: the backend's answer is not JSON: {reply.text[:200]!r}") from error


def read_refusal(reply: httpx.Response, session: Session | None) -> Refusal:
    """A problem document (RFC 9457) as the customer reads it; anything else counts as unclear.

    The answer to HEAD has no body, so that its status alone says the reason.
    """
    problem = _problem(reply)
    has_type = reply.headers.get("content-type", "").startswith("application/problem+json")
    clear = has_type and ("detail" in problem or reply.request.method == "HEAD")
    return refusal_of(problem, reply.status_code if clear else None, word_for_word(reply), session)


def refusal_of(problem: dict[str, Any], status: int | None, shown: str, session: Session | None) -> Refusal:
    """A problem document as its reader understands it, who was `shown` this; without a status it is unclear."""
    errors: list[dict[str, str]] = problem.get("errors") or []
    return Refusal(
        reason=Reason.UNCLEAR if status is None else REASONS.get(status, Reason.UNCLEAR),
        text=str(problem.get("detail", shown[:200])),
        parts=tuple(part_named(error.get("pointer", "?")) for error in errors),
        shown=shown,
        leaks=tuple(leaks_in(shown, session)),
        plan=problem.get("plan"),
        available_from=problem.get("available_from"),
        states=tuple(problem[name] for name in ("from", "to", "thread_status") if name in problem),
        version=problem.get("current_version"),
    )


def _problem(reply: httpx.Response) -> dict[str, Any]:
    body = _readable(reply)
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def word_for_word(reply: httpx.Response) -> str:
    """An answer without its date; each reference number is replaced by its form."""
    headers = [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in reply.headers.raw]
    text = "\n".join([str(reply.status_code), *(one for one in headers if not one.lower().startswith("date:"))])
    return without_references(
        f"{text}\n\n{reply.text}", reply.headers.get("x-correlation-id"), _problem(reply).get("correlation_id")
    )


def without_references(text: str, *references: object) -> str:
    """A text with each reference number replaced by its form."""
    for reference in {str(one) for one in references if one}:
        text = text.replace(reference, re.sub(r"\w", "#", reference))
    return text


def part_named(pointer: str) -> str:
    """The words of the features for the place that a JSON pointer (RFC 6901) points to."""
    name = pointer.removeprefix("#").removeprefix("/").split("/")[0]
    return "owner" if name in OWNER_FIELDS else PARTS.get(name, "unknown part")


def leaks_in(text: str, session: Session | None) -> list[str]:
    """The secrets and internals that a text reveals to a customer."""
    found = [what for what, pattern in GIVEN_AWAY.items() if pattern.search(text)]
    if session and session.token and (session.token in text or session.account.password in text):
        found.append("the customer's own token or password")
    return found
