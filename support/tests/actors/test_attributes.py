"""What a conversation has: for each code a product that breaks it in one place, and one that nearly does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from support.actors.attributes import expect_attributes, expect_unchanged
from support.actors.customer import Conversation, Repeat
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.exports import Export
from support.drivers.contract.types import Message
from support.tests.actors.fake_product import FakeProduct, boxes

Spoil = Callable[[FakeProduct, Conversation], None]
HEADER = ["detail", "kind", "value"]


@dataclass(frozen=True)
class Case:
    """`bad` breaks what a row says in the way of the code; `near` does not."""

    code: Code
    row: tuple[str, str]
    bad: Spoil
    near: Spoil


def both(**changes: Any) -> Spoil:
    def spoil(product: FakeProduct, conversation: Conversation) -> None:
        product.change(conversation, changes, changes)
        conversation.answered = None

    return spoil


def shown(**changes: Any) -> Spoil:
    return lambda product, conversation: product.change(conversation, changes, {})


def stored(**changes: Any) -> Spoil:
    return lambda product, conversation: product.change(conversation, {}, changes)


def in_list(status: str, **changes: Any) -> Spoil:
    def spoil(product: FakeProduct, conversation: Conversation) -> None:
        product.listed[status] = [replace(product.shown[conversation.id], **changes)]

    return spoil


def answered(**changes: Any) -> Spoil:
    def spoil(_product: FakeProduct, conversation: Conversation) -> None:
        assert conversation.answered is not None
        conversation.answered = replace(conversation.answered, **changes)

    return spoil


def said(*texts: str) -> Spoil:
    return lambda product, conversation: product.said.update({conversation.id: texts})


def exported(more: str = "", **changes: Any) -> Spoil:
    def spoil(product: FakeProduct, conversation: Conversation) -> None:
        messages = (Message("1", conversation.id, 1, "user", f"How many?{more}"),)
        conversation.exported = Export(replace(product.shown[conversation.id], **changes), messages)

    return spoil


def repeated(first: str, again: str) -> Spoil:
    return lambda _product, conversation: conversation.repeats.append(Repeat(first, again))


def gone(product: FakeProduct, conversation: Conversation) -> None:
    del product.stored[conversation.id]


def honest(_product: FakeProduct, _conversation: Conversation) -> None:
    """Everything is as it should be."""


LINE = "one line of at most 5 characters"
GIVEN = ("details", "as given")
LATER = ("last activity", "later than before")
EXPORT = ("export", "equal to what is read")
REPEATED = ("repeated answer", "the first answer")
NEXT = ("version", "one later than before")
CASES = [
    Case(Code.NOT_STORED, ("title", "Boxes"), gone, honest),
    Case(Code.OWNER_STORED, ("title", "Boxes"), stored(owner_id="Enid"), stored(status="archived")),
    Case(
        Code.LISTED_DIFFERS, ("title", "Boxes"), in_list("active", title="Old"), in_list("active", id="x", title="Old")
    ),
    Case(Code.TITLE_SHOWN, ("title", "Boxes"), shown(title="Boxe"), shown(status="completed")),
    Case(Code.TITLE_SHOWN, ("title", "Boxes"), answered(title="Boxe"), answered(version=9)),
    Case(Code.TITLE_STORED, ("title", "Boxes"), stored(title="Boxe"), stored(version=9)),
    Case(Code.TITLE_FORM, ("title", LINE), both(title="Boxes!"), both(title="Boxes")),
    Case(Code.TITLE_FORM, ("title", LINE), both(title=""), both(title="B")),
    Case(Code.TITLE_FORM, ("title", LINE), both(title="a\nb"), both(title="a b")),
    Case(Code.TITLE_STORED, ("title", LINE), stored(title="Other"), honest),
    Case(Code.TITLE_FORM, ("title begins", "Box"), both(title="A Box"), both(title="Boxer")),
    Case(Code.STATUS_SHOWN, ("status", "active"), shown(status="completed"), shown(version=9)),
    Case(Code.STATUS_STORED, ("status", "active"), stored(status="completed"), stored(version=9)),
    Case(Code.STATUS_LISTED, ("status", "active"), in_list("archived"), in_list("archived", id="x")),
    Case(Code.STATUS_LISTED, ("status", "active"), in_list("active", id="x"), in_list("completed", id="x")),
    Case(Code.MESSAGES_SHOWN, ("messages", "How many?"), said("How many?", "How many?"), said("How many?")),
    Case(Code.MESSAGES_STORED, ("messages", "How many?"), stored(messages=()), stored(title="x")),
    Case(Code.METADATA_ANSWERED, GIVEN, answered(metadata={}), answered(title="x")),
    Case(Code.METADATA_SHOWN, GIVEN, shown(metadata={"project": "paper"}), shown(title="x")),
    Case(Code.METADATA_STORED, GIVEN, stored(metadata={"project": "Paper", "more": None}), stored(title="x")),
    Case(Code.ACTIVITY_SHOWN, LATER, shown(last_activity_at=21.0), honest),
    Case(Code.ACTIVITY_STORED, LATER, both(last_activity_at=10.0), both(last_activity_at=10.001)),
    Case(Code.VERSION_SHOWN, NEXT, shown(version=3), shown(title="x")),
    Case(Code.EXPORT_DIFFERS, EXPORT, exported(title="Bags"), exported()),
    Case(Code.EXPORT_DIFFERS, EXPORT, exported(more=" More"), exported()),
    Case(Code.REPEAT_ANSWERED, REPEATED, repeated("first", "second"), repeated("first", "first")),
    Case(Code.VERSION_STORED, NEXT, stored(version=1), stored(title="x")),
]


async def prepared(product: FakeProduct) -> tuple[Conversation, dict[str, Any]]:
    """A conversation at version 2, last active at 20, and how it was before: version 1, last active at 10."""
    conversation = await boxes(product)
    product.change(conversation, {"version": 2, "last_activity_at": 20.0}, {"version": 2, "last_activity_at": 20.0})
    before = replace(product.stored[conversation.id], version=1, last_activity_at=10.0)
    return conversation, {conversation.id: before}


async def look(spoil: Spoil, *rows: tuple[str, ...]) -> None:
    product = FakeProduct()
    conversation, before = await prepared(product)
    spoil(product, conversation)
    await expect_attributes(conversation, rows, before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.row[0]}")
def test_each_code_is_raised_for_its_place_and_for_no_other(case: Case) -> None:
    asyncio.run(look(case.near, case.row))
    with pytest.raises(PromiseBroken) as raised:
        asyncio.run(look(case.bad, case.row))
    assert raised.value.code is case.code
    if case.row not in (EXPORT, REPEATED):
        asyncio.run(look(honest, case.row))


def test_a_table_of_details_is_compared_whole_and_with_its_kinds() -> None:
    asyncio.run(look(honest, tuple(HEADER), ("project", "text", "Paper")))
    for rows in ([("project", "text", "paper")], [("project", "text", "Paper"), ("more", "text", "x")]):
        with pytest.raises(PromiseBroken) as raised:
            asyncio.run(look(honest, tuple(HEADER), *rows))
        assert raised.value.code is Code.METADATA_ANSWERED


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("colour", "red"), "expected one of the attributes title, "),
        (("details", "as before"), "expected the details 'as given', got 'as before'"),
        (("last activity", "today"), "expected the last activity 'later than before'"),
        (("version", "2"), "expected the version 'one later than before'"),
        (("export", "good"), "expected the export 'equal to what is read'"),
        (EXPORT, "to be exported before, got no such step"),
        (("repeated answer", "good"), "expected the repeated answer 'the first answer'"),
        (REPEATED, "to be repeated with its key, got no such step"),
    ],
)
def test_what_no_table_may_ask_for_is_no_broken_promise(row: tuple[str, str], message: str) -> None:
    with pytest.raises(EnvironmentFailed, match=message):
        asyncio.run(look(honest, row))


def test_what_was_not_there_before_cannot_be_compared() -> None:
    async def compare() -> None:
        await expect_attributes(await boxes(FakeProduct()), [NEXT], None)

    with pytest.raises(EnvironmentFailed, match="expected 'Boxes' before the first When, got nothing"):
        asyncio.run(compare())


@pytest.mark.parametrize(
    ("spoil", "is_unchanged"),
    [
        (honest, True),
        (in_list("archived", id="x"), True),
        (both(title="Bags"), False),
        (both(last_activity_at=20.001), False),
        (shown(metadata={}), False),
        (said("How many?", "More"), False),
        (stored(messages=("How many?", "More")), False),
    ],
)
def test_unchanged_is_as_before_for_the_owner_and_in_the_database(spoil: Spoil, *, is_unchanged: bool) -> None:
    async def compare() -> None:
        product = FakeProduct()
        conversation, _ = await prepared(product)
        before = {conversation.id: product.stored[conversation.id]}
        spoil(product, conversation)
        await expect_unchanged(conversation, before)

    if is_unchanged:
        asyncio.run(compare())
        return
    with pytest.raises(PromiseBroken) as raised:
        asyncio.run(compare())
    assert raised.value.code is Code.CHANGED
