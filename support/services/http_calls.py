"""Plain calls to the HTTP servers of a run."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from support.services.process import NotReady


def call(method: str, url: str, *, timeout: float = 2.0) -> tuple[int, str]:
    """The status and the beginning of the body of a server's answer.

    Raises:
        OSError, http.client.HTTPException: there was no answer within `timeout` seconds.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path or "/")
        answer = connection.getresponse()
        return answer.status, answer.read(500).decode(errors="replace")
    finally:
        connection.close()


def expect_answer(url: str) -> tuple[int, str]:
    """GET an address; any answer will do.

    Raises:
        NotReady: no answer within two seconds.
    """
    try:
        return call("GET", url)
    except (OSError, http.client.HTTPException) as error:
        raise NotReady(f"GET {url}: {error or type(error).__name__}") from None


def expect_ok(url: str) -> None:
    """GET an address.

    Raises:
        NotReady: no answer within two seconds, or one other than 200.
    """
    status, body = expect_answer(url)
    if status != http.client.OK:
        raise NotReady(f"GET {url} answered {status}: {body}")
