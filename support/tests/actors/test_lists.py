"""Lists, pages and searches: each way to show too much, too little or another order has its code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from support.actors.customer import Conversation, Customer
from support.actors.lists import (
    MOST_PAGES,
    Reading,
    expect_absent,
    expect_each_once,
    expect_own,
    expect_titles,
    read_list,
)
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Event, EventKind, NewThread, Page, Session, Thread
from support.tests.actors.fake_product import NOT_FOUND, FakeProduct, mia

Spoil = Callable[[FakeProduct, Conversation], None]


def thread(id_: str) -> Thread:
    return Thread(id_, id_.upper(), "active", {}, 1, 0, 0.0, 0.0)


async def code_of(doing: Awaitable[object]) -> Code | None:
    try:
        await doing
    except PromiseBroken as broken:
        return broken.code
    return None


async def two() -> tuple[FakeProduct, Customer, Conversation]:
    """Mia, who has started Boxes and then Bags; and Bags."""
    product = FakeProduct()
    customer = await mia(product)
    await customer.start(NewThread("Boxes", first_message="How many?"))
    return product, customer, await customer.start(NewThread("Bags"))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("ab", None),
        ("ba", Code.LIST_ORDER),
        ("a", Code.LIST_MISSING),
        ("", Code.LIST_MISSING),
        ("abc", Code.LIST_FOREIGN),
        ("abb", Code.LIST_TWICE),
        ("ac", Code.LIST_FOREIGN),
    ],
)
@pytest.mark.parametrize("table", [[["title"], ["A"], ["B"]], [["title"], ["A; B"]]])
def test_exactly_these_titles(found: str, code: Code | None, table: Sequence[Sequence[str]]) -> None:
    async def compare(*, in_order: bool) -> Code | None:
        customer = await mia(FakeProduct())
        customer.found = [thread(id_) for id_ in found]
        return await code_of(expect_titles(customer, table, in_order=in_order))

    assert asyncio.run(compare(in_order=True)) is code
    assert asyncio.run(compare(in_order=False)) is (None if code is Code.LIST_ORDER else code)


def test_without_a_search_the_list_counts_and_nothing_is_nothing() -> None:
    async def compare() -> list[Code | None]:
        product, customer, _ = await two()
        listed = [["title"], ["Bags"], ["Boxes"]]
        nothing = [["title"], ["nothing"]]
        codes = [await code_of(expect_titles(customer, table, in_order=True)) for table in (listed, nothing)]
        product.listed[None] = []
        return [*codes, await code_of(expect_titles(customer, nothing, in_order=True))]

    assert asyncio.run(compare()) == [None, Code.LIST_FOREIGN, None]


def test_titles_need_a_table_of_titles() -> None:
    async def compare() -> None:
        await expect_titles(await mia(FakeProduct()), [["name"], ["A"]], in_order=True)

    with pytest.raises(EnvironmentFailed, match="expected the column 'title', got \\['name'\\]"):
        asyncio.run(compare())


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ("abc", None),
        ("axbc", None),
        ("abcb", Code.LIST_TWICE),
        ("ab", Code.LIST_MISSING),
        ("acb", Code.LIST_ORDER),
    ],
)
def test_each_conversation_of_the_start_is_seen_once_in_order(seen: str, code: Code | None) -> None:
    async def compare() -> Code | None:
        customer = await mia(FakeProduct())
        customer.reading = Reading(tuple(map(thread, seen)), (), {"a": 3.0, "b": 2.0, "c": 1.0})
        try:
            expect_each_once(customer, 3)
        except PromiseBroken as broken:
            return broken.code
        return None

    assert asyncio.run(compare()) is code


@pytest.mark.parametrize("seen", ["ab", "ba"])
def test_of_two_conversations_of_one_moment_either_may_come_first(seen: str) -> None:
    Reading(tuple(map(thread, seen)), (), {"a": 1.0, "b": 1.0}).expect_each_once(2)


@pytest.mark.parametrize(
    ("reading", "message"),
    [(None, "to read the list before, got no such step"), (Reading((), (), {"a": 1.0}), "expected 2 conversations at")],
)
def test_what_was_not_read_is_no_broken_promise(reading: Reading | None, message: str) -> None:
    async def compare() -> None:
        customer = await mia(FakeProduct())
        customer.reading = reading
        expect_each_once(customer, 2)

    with pytest.raises(EnvironmentFailed, match=message):
        asyncio.run(compare())


def test_pages_are_read_to_the_last() -> None:
    async def read(*, starting: bool) -> tuple[Reading, int]:
        product, customer, _ = await two()
        product.pages = [Page((thread("a"),), "1"), Page((thread("b"),), "2"), Page((), None)]
        return await read_list(customer, 1, starting=starting), len(customer.conversations)

    reading, conversations = asyncio.run(read(starting=False))
    assert ([one.id for one in reading.threads], reading.cursors, conversations) == (["a", "b"], ("1", "2"), 2)
    assert len(reading.started) == 2
    reading, conversations = asyncio.run(read(starting=True))
    assert (len(reading.started), conversations) == (2, 4)


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([Page((thread("a"), thread("b")), None)], Code.PAGE_SIZE),
        ([Page((thread("a"),), "0")], Code.PAGE_ENDLESS),
        ([Page((thread("a"),), str(n + 1)) for n in range(MOST_PAGES - 1)] + [Page((), None)], None),
    ],
)
def test_a_page_has_its_size_and_the_list_an_end(pages: list[Page], code: Code | None) -> None:
    async def read() -> Code | None:
        product, customer, _ = await two()
        product.pages = pages
        return await code_of(read_list(customer, 1))

    assert asyncio.run(read()) is code


def add_event(product: FakeProduct, thread_id: str | None) -> None:
    product.events.append(Event("1", EventKind.THREAD_CREATED, 1, thread_id, None, None, None))


def event_of_their_own(product: FakeProduct, conversation: Conversation) -> None:
    add_event(product, conversation.id)


def event_of_nothing(product: FakeProduct, _conversation: Conversation) -> None:
    add_event(product, None)


def event_of_another(product: FakeProduct, _conversation: Conversation) -> None:
    add_event(product, "x")


def listed_of_another(product: FakeProduct, _conversation: Conversation) -> None:
    product.listed["completed"] = [thread("x")]


def stored_of_another(product: FakeProduct, conversation: Conversation) -> None:
    product.stored["x"] = replace(product.stored[conversation.id], id="x")


def not_stored(product: FakeProduct, conversation: Conversation) -> None:
    del product.stored[conversation.id]


def not_listed(product: FakeProduct, conversation: Conversation) -> None:
    del product.shown[conversation.id]


def answered_otherwise(_product: FakeProduct, conversation: Conversation) -> None:
    assert conversation.answered is not None
    conversation.answered = replace(conversation.answered, title="Other")


def without_an_answer(product: FakeProduct, conversation: Conversation) -> None:
    conversation.answered = None
    product.change(conversation, {"title": "Other"}, {"messages": ("More",)})


def message_of_no_thread(product: FakeProduct, _conversation: Conversation) -> None:
    product.orphans.append("And the lids?")


def more_messages(product: FakeProduct, conversation: Conversation) -> None:
    product.change(conversation, {}, {"messages": ("More",)})


def erased(product: FakeProduct, conversation: Conversation) -> None:
    conversation.is_erased = True
    not_listed(product, conversation)
    not_stored(product, conversation)
    product.log.clear()


def erased_and_listed(product: FakeProduct, conversation: Conversation) -> None:
    conversation.is_erased = True
    not_stored(product, conversation)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (event_of_their_own, None),
        (event_of_nothing, None),
        (without_an_answer, None),
        (erased, None),
        (listed_of_another, Code.LIST_FOREIGN),
        (erased_and_listed, Code.LIST_FOREIGN),
        (not_listed, Code.LIST_MISSING),
        (answered_otherwise, Code.CHANGED),
        (stored_of_another, Code.LIST_FOREIGN),
        (not_stored, Code.NOT_STORED),
        (more_messages, Code.MESSAGES_STORED),
        (message_of_no_thread, Code.MESSAGES_STORED),
        (event_of_another, Code.EVENT_UNEXPECTED),
    ],
)
def test_everybody_has_exactly_their_own(spoil: Spoil, code: Code | None) -> None:
    async def compare() -> Code | None:
        product, customer, conversation = await two()
        spoil(product, conversation)
        return await code_of(expect_own([customer]))

    assert asyncio.run(compare()) is code


class Glimpses:
    """Answers in the same way for every id but one."""

    def __init__(self, known: str | None) -> None:
        self._known = known

    async def of(self, _session: Session, thread_id: str) -> dict[str, str]:
        return {"HEAD": "200" if thread_id == self._known else "404"}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("gone", None),
        ("there", Code.VISIBLE),
        ("refused otherwise", Code.REFUSAL_TELLS),
        ("repeats the id", None),
        ("listed", Code.LIST_FOREIGN),
        ("seen by asking about it", Code.REFUSAL_TELLS),
        ("asked about like anything", None),
    ],
)
def test_what_does_not_exist_is_as_if_it_had_never_been(how: str, code: Code | None) -> None:
    async def compare() -> Code | None:
        product, customer, conversation = await two()
        if how != "there":
            del product.shown[conversation.id]
        if how == "refused otherwise":
            product.refusals[conversation.id] = replace(NOT_FOUND, shown="410 erased")
        if how == "repeats the id":
            for id_ in (conversation.id, "unknown"):
                product.refusals[id_] = replace(NOT_FOUND, shown=f"404 {id_}")
        if how == "listed":
            product.listed[None] = [thread(conversation.id)]
        if "about" in how:
            product.glimpses = Glimpses(conversation.id if how.startswith("seen") else None)
        return await code_of(expect_absent(customer, [conversation.id]))

    assert asyncio.run(compare()) is code


async def _nobody(people: Any) -> object:
    return people.actors("each of them")


async def _no_device(people: Any) -> object:
    return people.devices("each of Mia's devices")


async def _no_erased(people: Any) -> object:
    return people.absent("the erased conversations")


async def _none_of_theirs(people: Any) -> object:
    return people.absent("none of their conversations exists")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (_nobody, "expected a group of customers, got no step before that introduces one"),
        (_no_device, "expected an open device of Mia, got none"),
        (_no_erased, "expected an erased conversation, got none"),
        (_none_of_theirs, "expected a conversation of the group, got none"),
    ],
)
def test_words_that_name_nothing_cannot_be_checked(ask: Callable[[Any], Awaitable[object]], message: str) -> None:
    async def look() -> None:
        people = FakeProduct().people()
        await people.enrol("Mia", "mid")
        await ask(people)

    with pytest.raises(EnvironmentFailed, match=message):
        asyncio.run(look())
