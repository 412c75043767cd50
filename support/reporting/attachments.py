"""The attachments of a result: the value text as HTML, tables and doc strings, and the wire log in readable form."""

from __future__ import annotations

import csv
import html
import io
import json
import mimetypes
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from support.core.scenario import Scenario
from support.observation.evidence import Exhibit
from support.observation.masking import Secrets
from support.observation.wire import Entry, Exchange, Frame

SHOWN_WHOLE = 40
"""A step with more exchanges than this shows the rest as one line each."""


class Attachment(NamedTuple):
    """A file that the report shows: `media_type` decides how, `extension` comes without a dot."""

    name: str
    body: str | bytes
    media_type: str = "text/plain"
    extension: str = "txt"


def description(scenario: Scenario) -> str:
    """The value text of a scenario as HTML, with its row and its place in the feature files."""
    segment, goal, impact, value = (html.escape(text) for text in scenario.value)
    facts = " · ".join(
        f"{name} <b>{text}</b>"
        for name, text in (("Segment", segment), ("Goal", goal), ("Row", html.escape(scenario.row)))
    )
    return (
        f"<h4>Value</h4><p>{value}</p><h4>Impact</h4><p>{impact}</p>"
        f"<p>{facts}</p><p>Written in <code>{html.escape(scenario.place)}</code></p>"
    )


def table(rows: Iterable[Sequence[str]]) -> Attachment:
    """A data table of a step."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return Attachment("Table", text.getvalue(), "text/csv", "csv")


def doc_string(text: str) -> Attachment:
    """A doc string of a step."""
    return Attachment("Text", text)


def exhibit_attachment(exhibit: Exhibit, secrets: Secrets) -> Attachment:
    """The evidence for a verdict; secrets in text are masked."""
    text = exhibit.media_type.startswith("text/") or exhibit.media_type.endswith(("xml", "json"))
    body = secrets.text(exhibit.body.decode()) if text else exhibit.body
    extension = mimetypes.guess_extension(exhibit.media_type) or ".bin"
    return Attachment(exhibit.name, body, exhibit.media_type, extension.removeprefix("."))


def wire_attachments(entries: Sequence[Entry]) -> list[Attachment]:
    """The wire log of one step: exchanges in the order of their requests, then each connection with messages."""
    exchanges = sorted((entry for entry in entries if isinstance(entry, Exchange)), key=lambda entry: entry.begun)
    frames = [entry for entry in entries if isinstance(entry, Frame)]
    shown = [_exchange(entry) for entry in exchanges[:SHOWN_WHOLE]]
    if rest := exchanges[SHOWN_WHOLE:]:
        shown.append(Attachment(f"and {len(rest)} more", "\n".join(entry.title for entry in rest)))
    for who, said in groupby(sorted(frames, key=lambda frame: frame.who), key=lambda frame: frame.who):
        shown.append(_connection(who, list(said)))
    return shown


def _exchange(entry: Exchange) -> Attachment:
    """In the form that Allure shows as a request and its reply (https://allurereport.org/docs/attachments)."""
    data: dict[str, Any] = {
        "schemaVersion": 1,
        "start": round(entry.begun.timestamp() * 1000),
        "stop": round(entry.at.timestamp() * 1000),
        "request": {
            "method": entry.method,
            "url": entry.url,
            "headers": _pairs(entry.request_headers),
            "body": _body(entry.request_body),
        },
    }
    if entry.status is not None:
        data["response"] = {
            "status": entry.status,
            "headers": _pairs(entry.reply_headers),
            "body": _body(entry.reply_body),
        }
    if entry.failure:
        data["error"] = {"name": "no reply", "message": entry.failure}
    text = json.dumps(data, ensure_ascii=False)
    return Attachment(entry.title, text, "application/vnd.allure.http+json", "httpexchange")


def _pairs(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _body(body: Any) -> dict[str, str] | None:
    if body is None or body == "":
        return None
    if isinstance(body, str):
        return {"contentType": "text/plain", "encoding": "utf8", "value": body}
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return {"contentType": "application/json", "encoding": "utf8", "value": text}


def _connection(who: str, frames: Sequence[Frame]) -> Attachment:
    blocks = [frame.pretty for frame in frames[:SHOWN_WHOLE]]
    blocks += [frame.title for frame in frames[SHOWN_WHOLE:]]
    count = "1 message" if len(frames) == 1 else f"{len(frames)} messages"
    return Attachment(f"{who}: {count} on the live connection", "\n\n".join(blocks))
