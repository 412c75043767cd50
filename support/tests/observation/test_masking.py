"""No secret of the wire log, in any place, appears in the report."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.observation.masking import MASK, Secrets, is_sensitive
from support.observation.wire import Exchange, Frame, WireLog
from support.reporting.attachments import wire_attachments

JWT = st.from_regex(r"eyJ[A-Za-z0-9_-]{8,30}\.[A-Za-z0-9_-]{8,30}\.[A-Za-z0-9_-]{8,30}", fullmatch=True)
OPAQUE = st.from_regex(r"s3cret-[A-Za-z0-9_-]{4,30}", fullmatch=True)
ANYTHING = st.text(min_size=1, max_size=20).map(lambda text: f's3cret "{text}"')
MEMBERS = st.sampled_from(
    ["password", "token", "secret", "api_key", "authorization", "access_token", "refreshToken", "X-Api-Key", "PASSWORD"]
)
HEADERS = st.sampled_from(["Authorization", "cookie", "Set-Cookie", "X-Api-Key", "Proxy-Authorization", "X-Auth-Token"])
WORDS = st.text(alphabet="abcdef ,;:/{}[]\"'\n", max_size=20)


def wrapped(leaf: Any) -> st.SearchStrategy[Any]:
    """The leaf itself, or deep in lists, objects, and JSON held in text."""
    return st.recursive(
        st.just(leaf),
        lambda inner: st.one_of(
            st.tuples(WORDS, inner).map(list),
            st.tuples(WORDS, inner).map(lambda pair: {pair[0]: pair[1], "other": "x"}),
            inner.map(json.dumps),
        ),
        max_leaves=4,
    )


def bodies(value: Any) -> st.SearchStrategy[Any]:
    """A value as drivers may hand it over: as it is, as text, or as bytes."""
    return st.sampled_from([value, json.dumps(value), json.dumps(value).encode()])


def shown(log: WireLog) -> str:
    """Everything of a log that a reader of the report could find."""
    return "\n".join(f"{one.name}\n{one.body}" for one in wire_attachments(log.take()))


def exchange(**parts: Any) -> Exchange:
    return replace(Exchange("Fay", "POST", "/api", 201, 0.01), **parts)


def assert_hidden(secret: str, log: WireLog) -> None:
    text = shown(log)
    assert secret not in text
    assert json.dumps(secret)[1:-1] not in text
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text
    assert MASK in text


@given(st.data(), st.one_of(JWT, OPAQUE, ANYTHING), MEMBERS, st.sampled_from(["request_body", "reply_body", "frame"]))
def test_a_member_with_a_sensitive_name(data: st.DataObject, secret: str, member: str, place: str) -> None:
    body = data.draw(wrapped({member: secret}).flatmap(bodies))
    log = WireLog()
    log.said(Frame("phone", "sent", body) if place == "frame" else exchange(**{place: body}))
    assert_hidden(secret, log)


@given(st.one_of(JWT, OPAQUE), HEADERS, st.sampled_from(["", "Bearer ", "Basic ", "sid="]), st.booleans())
def test_a_header_that_identifies_somebody(secret: str, header: str, before: str, in_reply: bool) -> None:  # noqa: FBT001
    log = WireLog()
    log.said(exchange(**{"reply_headers" if in_reply else "request_headers": {header: before + secret}}))
    assert_hidden(secret, log)


@given(st.one_of(JWT, OPAQUE), st.sampled_from(["bearer, {}", "bearer,{}", "Bearer , {}"]))
def test_a_token_offered_as_subprotocol(secret: str, form: str) -> None:
    log = WireLog()
    log.said(exchange(request_headers=(("Sec-WebSocket-Protocol", form.format(secret)),)))
    assert_hidden(secret, log)


@given(st.data(), JWT, WORDS, WORDS)
def test_a_web_token_anywhere(data: st.DataObject, secret: str, before: str, after: str) -> None:
    text = f"{before} {secret} {after}"
    log = WireLog()
    entry = data.draw(
        st.one_of(
            st.sampled_from(["who", "url", "failure", "method", "request_body", "reply_body"]).map(
                lambda place: exchange(**{place: text})
            ),
            st.just(exchange(reply_headers={"X-Note": text})),
            wrapped(text).flatmap(bodies).map(lambda body: exchange(reply_body=body)),
            st.just(exchange(request_body={text: 1})),
            wrapped(text).map(lambda payload: Frame("phone", "received", payload)),
        )
    )
    log.said(entry)
    assert_hidden(secret, log)


@given(st.data(), st.from_regex(r"[A-Za-z0-9._~+/-]{6,40}=?", fullmatch=True).map("qZ".__add__))
def test_the_word_after_bearer_is_masked(data: st.DataObject, secret: str) -> None:
    text = f"refused: Bearer {secret}"
    log = WireLog()
    log.said(data.draw(wrapped(text).map(lambda body: exchange(reply_body=body, failure=text, url=f"/x?q={text}"))))
    assert_hidden(secret, log)


@given(OPAQUE, st.sampled_from(["postgres://u:{}@h/x", "see redis://:{}@h:1", "https://h/p?token={}&x=1"]))
def test_a_password_in_an_address(secret: str, form: str) -> None:
    log = WireLog()
    log.said(exchange(url=form.format(secret), reply_body={"detail": form.format(secret)}))
    assert_hidden(secret, log)


@given(st.data(), st.one_of(OPAQUE, ANYTHING))
def test_a_secret_met_once_is_masked_wherever_else_it_stands(data: st.DataObject, secret: str) -> None:
    log = WireLog()
    echo = data.draw(wrapped(f"you sent {secret}!"))
    login = exchange(request_body={"password": secret})
    entries = [login, exchange(reply_body=echo, failure=secret, who=secret), Frame(secret, "received", echo)]
    for entry in data.draw(st.permutations(entries)):
        log.said(entry)
    assert_hidden(secret, log)


def test_other_text_stays_readable() -> None:
    log = WireLog()
    body = {"usage": {"prompt_tokens": 12}, "content": '{"size": 1}', "token": None, "note": "the token: expired"}
    log.said(exchange(reply_body=body, request_headers={"Content-Type": "application/json"}))
    log.said(exchange(reply_body={"detail": "this session has expired"}))
    text = shown(log)
    for words in ('\\"prompt_tokens\\": 12', "application/json", "this session has expired", '\\"token\\": null'):
        assert words in text


def test_the_title_of_an_exchange_and_of_a_frame() -> None:
    assert exchange(url="http://127.0.0.1:1/api/threads?x=1", seconds=0.0123).title == (
        "POST /api/threads?x=1 -> 201 in 12 ms (Fay)"
    )
    refused = exchange(status=None, failure="ConnectError: refused\nmore", url="/", seconds=1.0)
    assert refused.title == "POST / -> ConnectError: refused in 1000 ms (Fay)"


def test_exchanges_are_shown_in_the_order_in_which_they_began() -> None:
    log = WireLog()
    log.said(exchange(method="GET", seconds=0.001))
    log.said(exchange(method="POST", seconds=9.0))
    assert [one.name.split()[0] for one in wire_attachments(log.take())] == ["POST", "GET"]


def test_a_step_with_many_exchanges_shows_the_rest_in_lines() -> None:
    log = WireLog()
    for number in range(45):
        log.said(exchange(url=f"/{number}"))
        log.said(Frame("phone", "received", {"n": number}))
    shown = wire_attachments(log.take())
    assert [one.name for one in shown[40:]] == ["and 5 more", "phone: 45 messages on the live connection"]
    assert len(shown[40].body.splitlines()) == 5


def test_taking_leaves_nothing_behind() -> None:
    log = WireLog()
    log.said(exchange())
    assert log.waiting
    assert [entry.title for entry in log.take()] == ["POST /api -> 201 in 10 ms (Fay)"]
    assert not log.waiting
    assert log.take() == []


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "user_password", "idToken", "client-secret"])
def test_sensitive_names(name: str) -> None:
    assert is_sensitive(name)


@pytest.mark.parametrize("name", ["prompt_tokens", "tokens", "keyword", "title", "passwords_changed"])
def test_other_names(name: str) -> None:
    assert not is_sensitive(name)


def test_a_text_is_left_alone_when_nothing_is_known() -> None:
    assert Secrets().text("Fay asked on the basic plan: how?") == "Fay asked on the basic plan: how?"
