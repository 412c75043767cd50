"""Acts at the same moment: who does them when, what is raised, and what their recorded answers must fit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from support.actors.customer import Conversation, Customer
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Metadata, NewThread, Refused, Session, Thread
from support.drivers.recording import Tape
from support.tests.actors.fake_product import NOT_FOUND, FakeProduct, boxes
from support.workloads.together import IN_THE_MIDDLE, ActRow, Do, Manner, Together, do_together

AT_ONCE = Manner(in_sequence=False)
IN_TURN = Manner(in_sequence=True)


def row(actor: Customer, *acts: Do, moment: str = "1", times: int = 1, tries: bool = False) -> ActRow:
    return ActRow(moment, times, "an act", [actor], [(do, tries) for do in acts])


async def play(rows: Sequence[ActRow], manner: Manner = AT_ONCE, *conversations: Conversation) -> Together:
    async with asyncio.timeout(5):
        return await do_together(rows, conversations, manner)


async def mia_and_boxes() -> tuple[FakeProduct, Customer, Conversation]:
    product = FakeProduct()
    conversation = await boxes(product)
    return product, conversation.owner, conversation


def test_performers_differ_within_a_moment_and_return_in_the_next() -> None:
    performers: dict[str, list[Customer]] = {"1": [], "2": []}

    async def run() -> None:
        _product, mia, _conversation = await mia_and_boxes()

        def keep(moment: str) -> Do:
            async def act(who: Customer) -> None:
                performers[moment].append(who)

            return act

        first = [row(mia, keep("1"), times=2), row(mia, keep("1"), times=1)]
        await play([*first, row(mia, keep("2"), moment="2", times=2)])

    asyncio.run(run())
    assert [who.label for who in performers["1"]] == ["Mia 1", "Mia 2", "Mia 3"]
    assert [id(who) for who in performers["2"]] == [id(who) for who in performers["1"][:2]]


def test_a_moment_begins_when_the_one_before_has_ended() -> None:
    order: list[str] = []

    async def run() -> None:
        _product, mia, _conversation = await mia_and_boxes()
        second = asyncio.Event()

        async def waits(_who: Customer) -> None:
            await asyncio.wait_for(second.wait(), 5)
            order.append("waited")

        async def wakes(_who: Customer) -> None:
            second.set()

        async def last(_who: Customer) -> None:
            order.append("last")

        await play([row(mia, last, moment="2"), row(mia, waits), row(mia, wakes)][::-1])

    asyncio.run(run())
    assert order == ["waited", "last"]


def test_in_the_middle_is_after_half_of_the_acts() -> None:
    done: list[str] = []

    async def run() -> None:
        _product, mia, _conversation = await mia_and_boxes()
        middle = asyncio.Event()

        async def at_once(_who: Customer) -> None:
            done.append("at once")

        async def later(_who: Customer) -> None:
            await middle.wait()
            done.append("later")

        async def in_between(who: Customer) -> None:
            done.append(f"in the middle, {who.label}")
            middle.set()

        await play([row(mia, at_once, later, times=2), row(mia, in_between, moment=IN_THE_MIDDLE)])

    asyncio.run(run())
    assert done == ["at once", "at once", "in the middle, Mia 1001", "later", "later"]


def test_one_right_after_the_other_is_in_the_order_of_the_table() -> None:
    running: list[int] = []
    most: list[int] = []

    async def act(_who: Customer) -> None:
        running.append(1)
        await asyncio.sleep(0)
        most.append(len(running))
        running.pop()

    async def run(manner: Manner) -> list[str]:
        most.clear()
        _product, mia, _conversation = await mia_and_boxes()
        together = await play([row(mia, act, times=2), row(mia, act)], manner)
        return [deed.who for deed in together.deeds]

    assert asyncio.run(run(IN_TURN)) == ["Mia 1", "Mia 2", "Mia 3"]
    assert max(most) == 1
    asyncio.run(run(AT_ONCE))
    assert max(most) == 3


async def refuse(_who: Customer) -> None:
    raise Refused("opening it", NOT_FOUND)


def test_a_refusal_is_an_answer_to_a_try_and_raised_otherwise() -> None:
    async def run(*, tries: bool) -> Together:
        _product, mia, _conversation = await mia_and_boxes()
        return await play([row(mia, refuse, tries=tries)])

    [deed] = asyncio.run(run(tries=True)).deeds
    assert deed.refusal == NOT_FOUND
    with pytest.raises(Refused, match="opening it was refused"):
        asyncio.run(run(tries=False))


def test_once_one_act_has_failed_no_other_goes_on() -> None:
    async def run() -> list[str]:
        _product, mia, _conversation = await mia_and_boxes()
        stopped: list[str] = []

        async def waits(_who: Customer) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.append("stopped")

        late = row(mia, waits, moment=IN_THE_MIDDLE)
        with pytest.raises(Refused):
            await play([row(mia, waits), row(mia, refuse), row(mia, waits), late])
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return stopped

    assert asyncio.run(run()) == ["stopped", "stopped"]


def test_rounds_are_played_one_after_the_other_by_the_same_performers() -> None:
    async def run() -> Together:
        _product, mia, conversation = await mia_and_boxes()
        together = await play([row(mia, opening(conversation), times=2)], Manner(in_sequence=False, rounds=3))
        assert conversation.answered is not None  # it is not in the table
        return together

    deeds = asyncio.run(run()).deeds
    assert [deed.round for deed in deeds] == [1, 1, 2, 2, 3, 3]
    assert {deed.who for deed in deeds} == {"Mia 1", "Mia 2"}
    assert all(deed.begin <= deed.end for deed in deeds)


def test_acts_are_repeated_until_a_limit_is_clear() -> None:
    async def run() -> Together:
        _product, mia, conversation = await mia_and_boxes()
        words = "at the same moment, repeated until it is clear whether 95 of 100 take at most 1 second"
        return await play([row(mia, opening(conversation), times=50)], Manner.read(words))

    together = asyncio.run(run())
    assert (len(together.deeds), together.looks) == (100, 8)
    together.judge_latency(95, 1.0).expect_kept()
    with pytest.raises(PromiseBroken) as raised:
        together.judge_latency(95, 1e-9).expect_kept()
    assert raised.value.code is Code.LATENCY


@pytest.mark.parametrize(
    ("words", "manner"),
    [
        ("at the same moment", AT_ONCE),
        ("one right after the other", IN_TURN),
        ("at the same moment, in 5 rounds", Manner(in_sequence=False, rounds=5)),
        (
            "at the same moment, repeated until it is clear whether 95 of 100 take at most 1.5 seconds",
            Manner(in_sequence=False, limit=(0.95, 1.5)),
        ),
    ],
)
def test_a_manner_is_read(words: str, manner: Manner) -> None:
    assert Manner.read(words) == manner


def test_a_table_that_does_nothing_or_not_everything_cannot_pass() -> None:
    async def run(manner: Manner, *moments: str, times: int = 1) -> None:
        _product, mia, conversation = await mia_and_boxes()
        await play([row(mia, opening(conversation), moment=one, times=times) for one in moments], manner)

    for moments, times in (((), 1), ((IN_THE_MIDDLE,), 1), (("1",), 0)):
        with pytest.raises(EnvironmentFailed, match="expected at least one act to be done, got none"):
            asyncio.run(run(AT_ONCE, *moments, times=times))
    with pytest.raises(EnvironmentFailed, match="one right after the other, got one in the middle"):
        asyncio.run(run(IN_TURN, "1", IN_THE_MIDDLE))
    with pytest.raises(EnvironmentFailed, match="expected a way to do acts together, got 'now and then'"):
        Manner.read("now and then")


def opening(conversation: Conversation) -> Do:
    return lambda who: who.open(conversation)


def adding(conversation: Conversation) -> Do:
    return lambda who: who.change(conversation, {f"added by {who.label}": who.label})


def changing_as_seen(conversation: Conversation) -> Do:
    async def change(who: Customer) -> None:
        seen = who.version_seen(conversation)
        await who.change(conversation, {"changed by": f"{who.label}, who saw version {seen}"}, seen)

    return change


Merge = Callable[[Session, str, Metadata, int | None], Awaitable[Thread]]
Spoil = Callable[[FakeProduct, Merge], Merge]


async def changed_together(spoil: Spoil | None) -> Together:
    """Three performers add a detail each and read; `spoil` makes the product do that badly."""
    product, mia, conversation = await mia_and_boxes()
    if spoil:
        product.metadata.merge = spoil(product, product.metadata.merge)
    acts = adding(conversation), opening(conversation)
    return await play([row(mia, *acts, times=3)], AT_ONCE, conversation)


def losing_the_second(product: FakeProduct, merge: Merge) -> Merge:
    """The second change is answered as if it was done, and is then gone."""
    count = iter(range(10))

    async def lossy(session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        shown, stored = product.shown[thread_id], product.stored[thread_id]
        answer = await merge(session, thread_id, changes, if_version)
        if next(count) == 1:
            product.shown[thread_id], product.stored[thread_id] = shown, stored
        return answer

    return lossy


def overwriting(product: FakeProduct, merge: Merge) -> Merge:
    """Each change makes a new version, which has the details of this change alone."""

    async def whole(session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        answer = await merge(session, thread_id, changes, if_version)
        product.shown[thread_id] = replace(answer, metadata=changes)
        return product.shown[thread_id]

    return whole


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(None, None), (losing_the_second, Code.SESSION_GUARANTEE), (overwriting, Code.NO_ORDER)],
)
def test_the_answers_fit_one_order(spoil: Spoil | None, code: Code | None) -> None:
    together = asyncio.run(changed_together(spoil))
    assert len(together.operations) == 6
    if code is None:
        together.expect_one_order()
        assert list(together.pictures()) == []
        return
    with pytest.raises(PromiseBroken) as raised:
        together.expect_one_order()
    assert raised.value.code is code
    assert list(together.pictures())


def test_performers_record_on_the_tape_of_the_scenario() -> None:
    """Acts before the table and acts of nobody's performers are on the tape too, and no part of the history."""

    async def run() -> tuple[Together, Tape, str]:
        people = FakeProduct().people()
        customer = await people.enrol("Mia", "mid")
        conversation = await customer.start(NewThread("Boxes"))
        together = await play([row(customer, adding(conversation), times=2)], AT_ONCE, conversation)
        await customer.change(conversation, {"afterwards": True})
        return together, people.tape, conversation.id

    together, tape, thread = asyncio.run(run())
    assert together.tape is tape
    assert [(call.name, call.performer) for call in tape.calls] == [
        ("threads.create", None),
        ("threads.read", None),
        ("metadata.merge", "Mia 1"),
        ("metadata.merge", "Mia 2"),
        ("metadata.merge", None),
    ]
    assert together.since == 2
    assert [(one.session, one.object) for one in together.operations] == [("Mia 1", "Boxes"), ("Mia 2", "Boxes")]
    assert together.names == {thread: "Boxes"}
    together.expect_one_order()


def test_two_conversations_of_the_same_title_have_a_history_each() -> None:
    async def run() -> Together:
        people = FakeProduct().people()
        mia, enid = await people.enrol("Mia", "mid"), await people.enrol("Enid", "enterprise")
        boxes, others = await mia.start(NewThread("Boxes")), await enid.start(NewThread("Boxes"))
        return await play([row(mia, adding(boxes)), row(enid, adding(others))], AT_ONCE, boxes, others)

    together = asyncio.run(run())
    assert [(one.session, one.object) for one in together.operations] == [
        ("Mia 1", "Boxes of Mia"),
        ("Enid 1", "Boxes of Enid"),
    ]
    together.expect_one_order()


async def erased_amid_changes(*, comes_back: bool) -> Together:
    """One of three performers erases the conversation; all of them try to change it and to open it afterwards."""
    product, mia, conversation = await mia_and_boxes()
    kept = product.shown[conversation.id], product.stored[conversation.id]

    async def erase(who: Customer) -> None:
        await who.driver.threads.delete(who.session, conversation.id)
        if comes_back:
            product.shown[conversation.id], product.stored[conversation.id] = kept

    acts = adding(conversation), opening(conversation)
    rows = [row(mia, *acts, times=2, tries=True), row(mia, erase, opening(conversation), tries=True)]
    return await play(rows, AT_ONCE, conversation)


def test_an_erasure_amid_changes_is_judged_with_their_versions() -> None:
    together = asyncio.run(erased_amid_changes(comes_back=False))
    assert {str(one.act) for one in together.operations} >= {"erases it", "reads it"}
    together.expect_one_order()
    with pytest.raises(PromiseBroken) as raised:
        asyncio.run(erased_amid_changes(comes_back=True)).expect_one_order()
    assert raised.value.code is Code.SESSION_GUARANTEE


def test_what_was_not_recorded_cannot_fit() -> None:
    async def run() -> Together:
        _product, mia, conversation = await mia_and_boxes()

        async def does_nothing(_who: Customer) -> None:
            """Ask the product for nothing."""

        return await play([row(mia, does_nothing)], AT_ONCE, conversation)

    together = asyncio.run(run())
    with pytest.raises(EnvironmentFailed, match="got none recorded"):
        together.expect_one_order()
    with pytest.raises(EnvironmentFailed, match="expected changes of 'Boxes', got none recorded"):
        asyncio.run(together.expect_as_answered("Boxes"))


AS_ANSWERED: list[tuple[Callable[[FakeProduct, str], object], Code | None]] = [
    (lambda _product, _id: None, None),
    (lambda product, id_: _lose_a_detail(product.shown, id_), Code.METADATA_SHOWN),
    (lambda product, id_: _lose_a_detail(product.stored, id_), Code.METADATA_STORED),
    (lambda product, id_: product.shown.update({id_: replace(product.shown[id_], version=9)}), Code.VERSION_SHOWN),
    (lambda product, _id: product.stored.clear(), Code.NOT_STORED),
]


@pytest.mark.parametrize(("spoil", "code"), AS_ANSWERED)
def test_the_conversation_is_as_the_answers_say(spoil: Callable[[FakeProduct, str], object], code: Code | None) -> None:
    async def run() -> Code | None:
        product, mia, conversation = await mia_and_boxes()
        together = await play([row(mia, adding(conversation), times=3)], AT_ONCE, conversation)
        spoil(product, conversation.id)
        try:
            await together.expect_as_answered("Boxes")
        except PromiseBroken as broken:
            return broken.code
        return None

    assert asyncio.run(run()) is code


def _lose_a_detail(place: dict[str, Any], id_: str) -> None:
    kept = dict(list(place[id_].metadata.items())[:-1])
    place[id_] = replace(place[id_], metadata=kept)


def taking_all(_product: FakeProduct, merge: Merge) -> Merge:
    """The condition is ignored."""

    async def unconditional(session: Session, thread_id: str, changes: Metadata, _version: int | None = None) -> Thread:
        return await merge(session, thread_id, changes, None)

    return unconditional


def telling_the_old_version(_product: FakeProduct, merge: Merge) -> Merge:
    """A refusal tells the version that was asked for."""

    async def late(session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        try:
            return await merge(session, thread_id, changes, if_version)
        except Refused as refused:
            raise Refused("changing", replace(refused.refusal, version=if_version)) from None

    return late


def refusing_the_last_round(product: FakeProduct, merge: Merge) -> Merge:
    """From its third version on, nobody may change the conversation."""

    async def stubborn(session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        return await merge(
            session, thread_id, changes, 0 if (product.shown[thread_id].version or 0) >= 3 else if_version
        )

    return stubborn


@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (None, None),
        (taking_all, "round 1: expected 1 of 3 done, got 3 of 3"),
        (telling_the_old_version, r"round 1: expected the other refusals to name version \{2\}, got \{1\}"),
        (refusing_the_last_round, "round 3: expected 1 of 3 done, got 0 of 3"),
    ],
)
def test_each_round_has_its_winner(spoil: Spoil | None, wrong: str | None) -> None:
    async def run() -> Together:
        product, mia, conversation = await mia_and_boxes()
        if spoil:
            product.metadata.merge = spoil(product, product.metadata.merge)
        first = row(mia, opening(conversation), times=3)
        second = row(mia, changing_as_seen(conversation), moment="2", times=3, tries=True)
        return await play([first, second], Manner(in_sequence=False, rounds=3), conversation)

    together = asyncio.run(run())
    if wrong is None:
        together.expect_each_round(1, 3)
        together.expect_one_order()
        return
    with pytest.raises(PromiseBroken, match=wrong) as raised:
        together.expect_each_round(1, 3)
    assert raised.value.code is Code.WINNERS


def test_a_change_on_condition_needs_to_have_seen_the_conversation() -> None:
    async def run() -> None:
        _product, mia, conversation = await mia_and_boxes()
        await play([row(mia, changing_as_seen(conversation))], AT_ONCE, conversation)

    with pytest.raises(EnvironmentFailed, match="expected Mia 1 to see a version of 'Boxes', got none"):
        asyncio.run(run())
