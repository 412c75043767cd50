"""What must be true of a refusal, each alone: its reason, what it names, tells and gives away, and no effect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.actors.attempts import Attempt, Attempts
from support.actors.customer import Conversation, Customer
from support.actors.device import Arrival
from support.actors.people import People
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Event, EventKind, Kept, NewThread, Reason, Refusal, Session
from support.tests.actors.fake_product import NOT_FOUND, FakeProduct

TOLD = "there is no such conversation"
HIDDEN = Attempt("Mia", NOT_FOUND, for_nothing=NOT_FOUND.shown)


def refused(reason: Reason, **more: Any) -> Refusal:
    return replace(Refusal(reason, "No.", (), "the refusal"), **more)


def code_of(reason: str, *outcomes: Attempt, several: bool = False) -> Code | None:
    """The code with which a refusal is found wanting; None if it is as it should be."""
    try:
        Attempts(outcomes).expect_refused(reason, several=several)
    except PromiseBroken as broken:
        return broken.code
    return None


REASONS = [
    ("nobody has signed in", refused(Reason.NOT_SIGNED_IN)),
    (TOLD, refused(Reason.NOT_FOUND)),
    ("the product failed", refused(Reason.UNAVAILABLE)),
    ("the product failed", refused(Reason.FAILED)),
    (
        "the Free plan does not include it and the Early plan does",
        refused(Reason.NOT_IN_PLAN, plan="free", available_from="early"),
    ),
    ("an archived conversation cannot become active", refused(Reason.CONFLICT, states=("archived", "active"))),
    ("it is archived", refused(Reason.CONFLICT, states=("archived",))),
    ("it is completed", refused(Reason.CONFLICT, states=("completed",))),
    ("the first message is wrong", refused(Reason.INVALID, parts=("first message",))),
]


@pytest.mark.parametrize(("reason", "right"), REASONS)
def test_a_reason_is_the_one_named_and_no_other(reason: str, right: Refusal) -> None:
    assert code_of(reason, Attempt("Mia", right)) is None
    other = Reason.LIMIT
    assert code_of(reason, Attempt("Mia", replace(right, reason=other))) is Code.REFUSAL_REASON


@pytest.mark.parametrize(
    ("reason", "near"),
    [
        (REASONS[4][0], replace(REASONS[4][1], available_from="mid")),
        (REASONS[4][0], replace(REASONS[4][1], plan="early")),
        (REASONS[5][0], replace(REASONS[5][1], states=("active", "archived"))),
        (REASONS[6][0], replace(REASONS[6][1], states=())),
        (REASONS[7][0], replace(REASONS[7][1], states=("completed", "active"))),
        (REASONS[8][0], replace(REASONS[8][1], parts=("title",))),
        (REASONS[8][0], replace(REASONS[8][1], parts=("first message", "title"))),
    ],
)
def test_what_a_refusal_names_is_exactly_what_is_wrong(reason: str, near: Refusal) -> None:
    assert code_of(reason, Attempt("Mia", near)) is Code.REFUSAL_NAMES


def test_an_act_that_was_done_is_not_refused() -> None:
    assert code_of(TOLD, Attempt("Mia", None)) is Code.NOT_REFUSED
    assert code_of(TOLD, HIDDEN, Attempt("Mia", None), several=True) is Code.NOT_REFUSED


ALONE = [
    (Code.REFUSAL_LEAKS, Attempt("Mia", replace(NOT_FOUND, leaks=("a file name",)), for_nothing=NOT_FOUND.shown)),
    (Code.REFUSAL_TELLS, replace(HIDDEN, for_nothing="404 never there")),
    (Code.REFUSAL_TELLS, replace(HIDDEN, for_nothing="it was done")),
    (Code.REFUSAL_TELLS, replace(HIDDEN, secrets=("such",))),
    (Code.REFUSAL_EFFECT, replace(HIDDEN, effects=("table threads is new (1 rows)",))),
]


@pytest.mark.parametrize(("code", "wrong"), ALONE)
def test_each_automatic_check_fails_alone(code: Code, wrong: Attempt) -> None:
    assert code_of(TOLD, HIDDEN) is None
    assert code_of(TOLD, replace(HIDDEN, secrets=("Takeover",))) is None
    assert code_of(TOLD, wrong) is code
    assert code_of(TOLD, HIDDEN, wrong, several=True) is code


def test_many_effects_are_counted() -> None:
    wrong = replace(HIDDEN, effects=tuple(f"key {n} is new" for n in range(12)))
    with pytest.raises(PromiseBroken, match=r"got: key 0 is new; .*; key 9 is new; and 2 more$"):
        Attempts((wrong,)).expect_refused(TOLD, several=False)


@pytest.mark.parametrize(
    ("reason", "outcomes", "several"),
    [("it rains", [HIDDEN], False), (TOLD, [], False), (TOLD, [HIDDEN], True)],
)
def test_what_was_not_tried_is_no_broken_promise(reason: str, outcomes: list[Attempt], *, several: bool) -> None:
    with pytest.raises(EnvironmentFailed, match="expected"):
        Attempts(tuple(outcomes)).expect_refused(reason, several=several)


Spoil = Callable[[FakeProduct, Customer, Conversation], None]


def keeps_a_row(product: FakeProduct, _actor: Customer, _conversation: Conversation) -> None:
    product.kept["table threads, customer x"] = Kept("1 rows", "digest")


def tells_a_device(_product: FakeProduct, actor: Customer, conversation: Conversation) -> None:
    event = Event("1", EventKind.THREAD_UPDATED, 1, conversation.id, None, None, None)
    actor.device("phone").arrivals.append(Arrival(event, 0.0))


def tells_the_title(product: FakeProduct, _actor: Customer, conversation: Conversation) -> None:
    shown = f"404 not your {conversation.title}"
    product.refusals[conversation.id] = product.refusals["unknown"] = replace(NOT_FOUND, shown=shown)


def tells_that_it_exists(product: FakeProduct, _actor: Customer, conversation: Conversation) -> None:
    product.refusals[conversation.id] = replace(NOT_FOUND, shown="403 not yours")


def repeats_the_id(product: FakeProduct, _actor: Customer, conversation: Conversation) -> None:
    for id_ in (conversation.id, "unknown"):
        product.refusals[id_] = replace(NOT_FOUND, shown=f"404 no such conversation: {id_}")


async def attempted(spoil: Spoil | None) -> tuple[Attempts, People]:
    """What came of it when Sam tried to open a conversation of Enid's, on a product that did something meanwhile."""
    product = FakeProduct()
    people = product.people()
    enid, sam = await people.enrol("Enid", "enterprise"), await people.enrol("Sam", "enterprise")
    sam.device("phone")
    conversation = await enid.start(NewThread("Takeover"))
    read = product.threads.read

    async def read_and_spoil(session: Session, thread_id: str) -> Any:
        if spoil and thread_id == conversation.id:
            spoil(product, sam, conversation)
        return await read(session, thread_id)

    product.threads.read = read_and_spoil
    attempt = await people.attempt(sam, "Sam opens it", lambda: sam.open(people.find(sam, "Enid", "Takeover")))
    return people.attempted([attempt]), people


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (None, None),
        (repeats_the_id, None),
        (keeps_a_row, Code.REFUSAL_EFFECT),
        (tells_a_device, Code.REFUSAL_EFFECT),
        (tells_the_title, Code.REFUSAL_TELLS),
        (tells_that_it_exists, Code.REFUSAL_TELLS),
    ],
)
def test_a_real_attempt_is_checked_for_everything_by_itself(spoil: Spoil | None, code: Code | None) -> None:
    attempts, _people = asyncio.run(attempted(spoil))
    [outcome] = attempts.outcomes
    assert outcome.secrets == ("Takeover", outcome.secrets[1])
    assert code_of(TOLD, outcome) is code


def test_after_an_attempt_a_conversation_is_itself_again() -> None:
    _attempts, people = asyncio.run(attempted(None))
    enid = people.who("Enid")
    assert people.find(enid, None, "Takeover") is enid.conversations[0]
