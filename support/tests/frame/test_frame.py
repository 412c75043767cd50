"""The frame rule over a product in memory: a right one is never accused, and each wrong thing is told at its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.core.failure import Code
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Event, EventKind, Refused, StoredThread
from support.frame.frame import told
from support.frame.replay import Difference
from support.specification import acts
from support.specification.acts import SetStatus
from support.specification.state import Effect, ThreadState
from support.tests.actors.fake_product import CONFLICT, INVALID
from support.tests.frame.story import Story

Spoil = Callable[[Story], object]
ANSWER, REFUSED, EVENTS, DEVICE = Code.FRAME_ANSWER, Code.FRAME_REFUSED, Code.FRAME_EVENTS, Code.FRAME_DEVICE
LIST, READ, MESSAGES, STORED = Code.FRAME_LIST, Code.FRAME_READ, Code.FRAME_MESSAGES, Code.FRAME_STORED
FRAME = [code for code in Code if code.startswith("frame.")]
LAST = "Mia opens Bags"


async def _found(spoil: Spoil | None, policy: Policy | None) -> list[Difference]:
    story = Story(policy)
    if spoil:
        spoil(story)
    await story.play()
    return await story.differences()


def found(spoil: Spoil | None = None, policy: Policy | None = None) -> list[Difference]:
    return asyncio.run(_found(spoil, policy))


def test_a_product_that_does_what_it_should_is_not_accused() -> None:
    assert found() == []


def answers(name: str, at: str, **values: Any) -> Spoil:
    return lambda story: story.spoil_answer(name, at, **values)


def wiping(story: Story) -> None:
    """To mark a thread wipes its details, in every place."""

    async def wipe(original: Any, session: Any, thread_id: str, status: str) -> Any:
        story.change("Boxes", shown={"metadata": {}}, stored={"metadata": {}})
        return await original(session, thread_id, status)

    story.spoil("status.set", "Mia marks Boxes", wipe)


def refusing(name: str, at: str, refusal: Any) -> Spoil:
    async def refuse(_original: Any, *_arguments: Any) -> Any:
        raise Refused("doing it", refusal)

    return lambda story: story.spoil(name, at, refuse)


def accepting(story: Story) -> None:
    """An archived thread can be completed."""

    async def accept(_original: Any, _session: Any, thread_id: str, status: str) -> Any:
        old = story.product.shown[thread_id]
        story.change("Bags", shown={"status": status, "version": (old.version or 0) + 1})
        return story.product.shown[thread_id]

    story.spoil("status.set", "Mia completes Bags", accept)


def giving_away(story: Story) -> None:
    """Mia can open a thread of Enid's."""

    async def give(_original: Any, _session: Any, thread_id: str) -> Any:
        return story.product.shown[thread_id]

    story.spoil("threads.read", "Mia opens Jars", give)


def returning(*, once: bool) -> Spoil:
    """A thread that was erased can be opened, once or from then on."""

    def spoil(story: Story) -> None:
        kept: list[Any] = []
        story.after["Mia completes Bags"] = lambda story: kept.append(story.product.shown[story.ids["Bags"]])

        async def give(original: Any, session: Any, thread_id: str) -> Any:
            if not kept or thread_id != kept[0].id:
                return await original(session, thread_id)
            return kept.pop() if once else kept[0]

        story.spoil("threads.read", "Mia opens Bags", give)

    return spoil


def after(text: str, act: Spoil) -> Spoil:
    return lambda story: story.after.update({text: act})


def changed(**values: Any) -> Spoil:
    """Something changes in the end, behind everybody's back."""
    return after(LAST, lambda story: story.change("Boxes", **values))


Listing = Callable[[Story, list[Any], Any], list[Any]]


def listing(change: Listing, at: str = "Mia lists") -> Spoil:
    """Mia's lists differ at a step; those at the last one are those that the frame rule looks at itself."""

    def spoil(story: Story) -> None:
        async def wrong(original: Any, session: Any, *status: str) -> Any:
            seen = await original(session, *status)
            return change(story, seen, *(status or (None,))) if session.account.name == "Mia" else seen

        for name in ("threads.list", "status.list"):
            story.spoil(name, at, wrong)

    return spoil


def archived_too(story: Story, seen: list[Any], status: str | None) -> list[Any]:
    return [story.product.shown[story.ids["Boxes"]]] if status == "archived" else seen


def active_long_ago(_story: Story, seen: list[Any], _status: str | None) -> list[Any]:
    return [replace(one, last_activity_at=1.0) for one in seen]


def with_jars(story: Story, seen: list[Any], _status: str | None) -> list[Any]:
    return [*seen, story.product.shown[story.ids["Jars"]]]


def said(*texts: str) -> Spoil:
    """The owner reads these messages in the end."""
    return after(LAST, lambda story: story.product.said.update({story.ids["Boxes"]: texts}))


def log(change: Callable[[list[Event]], list[Event]]) -> Spoil:
    """The events that are kept differ; what the phone has received is what was kept before."""

    def spoil(story: Story) -> None:
        events = story.product.log[story.mia.account.id]
        events[:] = change(events)

    return after(LAST, spoil)


def each(kind: EventKind, **values: Any) -> Callable[[list[Event]], list[Event]]:
    return lambda events: [replace(one, **values) if one.kind is kind else one for one in events]


def phone(change: Callable[[Story, list[Event]], list[Event]]) -> Spoil:
    """The phone receives something else."""

    def spoil(story: Story) -> None:
        coming = story.product.open[0].coming
        events = [coming.get_nowait() for _ in range(coming.qsize())]
        for event in change(story, events):
            coming.put_nowait(event)

    return after(LAST, spoil)


def without(kind: EventKind) -> Callable[[list[Event]], list[Event]]:
    return lambda events: [one for one in events if one.kind is not kind]


def foreign(story: Story) -> Event:
    number = story.product.numbers[story.mia.account.id] + 1
    return Event(str(number), EventKind.THREAD_UPDATED, number, story.ids["Jars"], None, None, None)


def runs(**values: Any) -> Spoil:
    """The runs are shown otherwise in the end."""

    def spoil(story: Story) -> None:
        worked = story.product.worked
        worked.update({id_: replace(run, **values) for id_, run in worked.items()})

    return after(LAST, spoil)


def second_run(story: Story) -> None:
    """A second run is there that nobody has asked for."""
    [run] = story.product.worked.values()
    story.product.worked["more"] = replace(run, id="more", status="failed", answer=None)


def stopped_by_nobody(story: Story) -> None:
    """The run has ended as stopped, without an answer."""
    story.product.said[story.ids["Boxes"]] = ("How many?", "Sixty.", "Why?")
    runs(status="cancelled", answer=None)(story)
    story.after[LAST](story)


def unconfirmed(story: Story) -> None:
    """A thread is stored that no call has started."""
    owner = story.mia.account.id
    story.product.stored["more"] = StoredThread("more", owner, "More", "active", {}, (), 1, 1.0)


def not_erased(story: Story) -> None:
    """An erased thread stays in the database."""

    async def keep(original: Any, session: Any, thread_id: str) -> Any:
        stored = story.product.stored[thread_id]
        await original(session, thread_id)
        story.product.stored[thread_id] = stored

    story.spoil("threads.delete", "Mia erases Bags", keep)


BOXES, BAGS = "Mia asks in Boxes", "Mia erases Bags"
PLAIN = {"title": "More"}
WRONG: dict[str, tuple[Spoil, Code, str, str]] = {
    # the answers
    "marking wipes the details": (
        wiping,
        ANSWER,
        "Mia marks Boxes",
        "project: expected 'Paper', got no such detail",
    ),
    "an answer has another title": (
        answers("status.set", "Mia marks Boxes", title="More"),
        ANSWER,
        "Mia marks Boxes",
        "'Boxes' has the title 'More', expected 'Boxes' in the answer",
    ),
    "an answer has another status": (
        answers("metadata.merge", "Mia changes Boxes", status="archived"),
        ANSWER,
        "Mia changes Boxes",
        "has the status 'archived', expected 'active' in the answer",
    ),
    "an answer has a version too late": (
        answers("metadata.merge", "Mia changes Boxes", version=9),
        ANSWER,
        "Mia changes Boxes",
        "has the version 9, expected 2 in the answer",
    ),
    "an answer lacks the change": (
        answers("metadata.merge", "Mia changes Boxes", metadata={"project": "Paper"}),
        ANSWER,
        "Mia changes Boxes",
        "has other details: done: expected True, got no such detail in the answer",
    ),
    "a start loses details": (
        answers("threads.create", "Mia starts Boxes", metadata={}),
        ANSWER,
        "Mia starts Boxes",
        "has other details: ",
    ),
    "an answer counts too many messages": (
        answers("threads.read", "Mia opens Boxes", message_count=7),
        ANSWER,
        "Mia opens Boxes",
        "has 7 messages, expected 1 in the answer",
    ),
    "an answer has another start": (
        answers("threads.read", "Mia opens Boxes", created_at=1.0),
        ANSWER,
        "Mia opens Boxes",
        "was started at 1.0, expected",
    ),
    "reading is activity": (
        answers("threads.read", "Mia opens Boxes", last_activity_at=1.0),
        ANSWER,
        "Mia opens Boxes",
        "has its last activity at 1.0, expected",
    ),
    "a title cannot be read": (
        answers("threads.create", "Mia starts Boxes", title=" "),
        ANSWER,
        "Mia starts Boxes",
        "has the title ' ', expected 'Boxes' in the answer",
    ),
    "somebody else is given a thread": (
        giving_away,
        ANSWER,
        "Mia opens Jars",
        "'Jars' was given to somebody who does not own it",
    ),
    "an erased thread can be opened once": (
        returning(once=True),
        ANSWER,
        "Mia opens Bags",
        "'Bags' was there for this act, expected it erased",
    ),
    "an erased thread can be opened": (returning(once=False), READ, BAGS, "can still be opened, expected it erased"),
    # refusals
    "an act is refused for no reason": (
        refusing("status.set", "Mia marks Boxes", CONFLICT),
        REFUSED,
        "Mia marks Boxes",
        "expected it done, got a refusal (conflict): It is archived.",
    ),
    "a refusal has another reason": (
        refusing("status.set", "Mia completes Bags", INVALID),
        REFUSED,
        "Mia completes Bags",
        "expected a refusal (conflict), got a refusal (invalid): That cannot be done.",
    ),
    "a start is refused for no reason": (
        refusing("threads.create", "Enid starts Jars", INVALID),
        REFUSED,
        "Enid starts Jars",
        "expected it done, got a refusal (invalid): That cannot be done.",
    ),
    "an act is done that should be refused": (
        accepting,
        ANSWER,
        "Mia completes Bags",
        "expected a refusal (conflict), got it done",
    ),
    # lists
    "a list lacks a thread": (
        listing(lambda _story, seen, _status: seen[:-1]),
        LIST,
        "Mia lists",
        "'Bags' is expected in the list of active and completed conversations, got nothing",
    ),
    "a list has a thread twice": (
        listing(lambda _story, seen, _status: [*seen, seen[-1]]),
        LIST,
        "Mia lists",
        "'Bags' is 2 times in the list, expected once",
    ),
    "a list has a thread of another customer": (
        listing(with_jars),
        LIST,
        "Mia lists",
        "Mia has ['Jars'] in the list, expected only what Mia has started",
    ),
    "a list is in another order": (
        listing(lambda _story, seen, _status: seen[::-1]),
        LIST,
        "Mia lists",
        "'Boxes' is below 'Bags' in the list, expected above: its last activity is later",
    ),
    "a list shows an old copy": (
        listing(lambda _story, seen, _status: [replace(seen[0], status="active"), *seen[1:]]),
        LIST,
        "Mia lists",
        "'Boxes' has the status 'active', expected 'completed' in the list",
    ),
    "the list of a status has another one": (
        listing(archived_too, LAST),
        LIST,
        BOXES,
        "'Boxes' is expected not in the list of archived conversations, got it",
    ),
    "a list in the end is not what is opened": (
        listing(active_long_ago, LAST),
        LIST,
        BOXES,
        "in the list, expected Thread(",
    ),
    # read again
    "a title changes behind everybody's back": (
        changed(shown=PLAIN, stored=PLAIN),
        LIST,
        BOXES,
        "'Boxes' has the title 'More', expected 'Boxes' in the list",
    ),
    "a thread goes": (
        after(LAST, lambda story: story.product.shown.pop(story.ids["Boxes"])),
        LIST,
        BOXES,
        "'Boxes' is expected in the list of active and completed conversations, got nothing",
    ),
    # messages
    "a message is lost": (said("How many?", "Why?"), MESSAGES, BOXES, "has the messages ['How many?', 'Why?'],"),
    "a message is changed": (
        said("How many?", "sixty", "Why?", "Why? Forty."),
        MESSAGES,
        BOXES,
        "has the messages ['How many?', 'sixty', 'Why?'], expected ['How many?', 'Sixty.', 'Why?']",
    ),
    "messages change places": (
        said("Sixty.", "How many?", "Why?", "Why? Forty."),
        MESSAGES,
        BOXES,
        "has the messages ['Sixty.', 'How many?', 'Why?'], expected",
    ),
    "an answer is lost": (
        said("How many?", "Sixty.", "Why?"),
        MESSAGES,
        BOXES,
        "has the answers [], expected those of its runs, ['Why? Forty.']",
    ),
    "an answer is changed": (
        runs(answer="Fifty."),
        MESSAGES,
        BOXES,
        "has the answers ['Why? Forty.'], expected those of its runs, ['Fifty.']",
    ),
    "a run is there that nobody asked for": (
        after(LAST, second_run),
        MESSAGES,
        BOXES,
        "has 2 runs, expected 1: one for each question to an agent",
    ),
    "a run ends as stopped that nobody stopped": (
        after(LAST, stopped_by_nobody),
        MESSAGES,
        BOXES,
        "has a run that ended as stopped, expected none: nobody stopped it",
    ),
    "a thread counts messages that it has not": (
        changed(shown={"message_count": 3}),
        MESSAGES,
        BOXES,
        "counts 3 messages, expected 4 as it has",
    ),
    # the database
    "the database has other details": (
        changed(stored={"metadata": {}}),
        STORED,
        BOXES,
        "has other details: done: expected True, got no such detail; project: expected 'Paper', got no such detail",
    ),
    "the database has another owner": (
        changed(stored={"owner_id": "another"}),
        STORED,
        BOXES,
        "belongs to another in the database, expected",
    ),
    "the database has no such thread": (
        after(LAST, lambda story: story.product.stored.pop(story.ids["Boxes"])),
        STORED,
        BOXES,
        "is not in the database",
    ),
    "the database has fewer messages": (
        changed(stored={"messages": ("How many?",)}),
        STORED,
        BOXES,
        "has the messages ['How many?'] in the database, expected ['How many?', 'Sixty.', 'Why?', 'Why? Forty.']",
    ),
    "the database has one thread more": (
        after(LAST, unconfirmed),
        STORED,
        BAGS,
        "'More' is in the database, expected only what was confirmed",
    ),
    "the database has what was erased": (not_erased, STORED, BAGS, "is still in the database, expected it erased"),
    # events
    "an event is not kept": (
        log(without(EventKind.THREAD_UPDATED)),
        EVENTS,
        BOXES,
        "has the events ['thread_created', 'message_created', 'message_created', 'message_created'], expected",
    ),
    "an event is kept twice": (
        log(lambda events: [*events, events[0]]),
        EVENTS,
        BOXES,
        "has the events",
    ),
    "an event tells of another status before": (
        log(each(EventKind.THREAD_UPDATED, change=("archived", "completed"))),
        EVENTS,
        BOXES,
        "has an event with the change of status ('archived', 'completed'), expected None",
    ),
    "an event carries no message": (
        log(each(EventKind.MESSAGE_CREATED, subject=None)),
        EVENTS,
        BOXES,
        "has an event with the message None, expected 'How many?'",
    ),
    "an event carries the thread as it was": (
        log(lambda events: [replace(one, subject=events[0].subject) if one.change else one for one in events]),
        EVENTS,
        BOXES,
        "has an event thread_updated that has the status 'active', expected 'completed'",
    ),
    "a run ends twice": (
        log(lambda events: [*events, *(one for one in events if one.kind is EventKind.AGENT_COMPLETED)]),
        EVENTS,
        BOXES,
        "expected a start and one end",
    ),
    "a run never ends": (
        log(without(EventKind.AGENT_COMPLETED)),
        EVENTS,
        BOXES,
        "has a run with the events ['agent_started', 'message_created'], expected a start and one end",
    ),
    "a run has no events": (
        log(lambda events: [one for one in events if one.run_id is None]),
        EVENTS,
        BOXES,
        "has the events of 0 runs, expected 1",
    ),
    # the phone
    "a device misses an event": (
        phone(lambda _story, events: [one for one in events if one.change != ("active", "completed")]),
        DEVICE,
        BAGS,
        "Mia's phone missed the events ['thread_updated 6'] and received none beside, expected those kept",
    ),
    "a device receives an event twice": (
        phone(lambda _story, events: [events[0], *events]),
        DEVICE,
        BAGS,
        "Mia's phone received events with the numbers [1, 1, 2,",
    ),
    "a device receives an event of another customer": (
        phone(lambda story, events: [*events, foreign(story)]),
        DEVICE,
        BAGS,
        "Mia's phone received thread_updated, expected nothing about conversations of others",
    ),
    "a device receives something else than is kept": (
        phone(lambda _story, events: each(EventKind.MESSAGE_CREATED, subject=None)(events)),
        DEVICE,
        BAGS,
        "with None, expected Message(",
    ),
    "a device is not told of an erasure": (
        phone(lambda _story, events: without(EventKind.THREAD_DELETED)(events)),
        DEVICE,
        BAGS,
        "of what was erased, expected the erasure once, and last",
    ),
    "a device is told of an erased thread again": (
        phone(lambda story, events: [*events, replace(foreign(story), thread_id=story.ids["Bags"])]),
        DEVICE,
        BAGS,
        "of what was erased, expected the erasure once, and last",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_thing_is_told_first_at_its_place(name: str) -> None:
    spoil, code, place, words = WRONG[name]
    first, *_rest = differences = found(spoil)
    assert (first.code, first.call.place[0]) == (code, place), told(differences)
    assert words in first.words


def test_every_part_of_the_frame_rule_is_seen_to_tell() -> None:
    assert {code for _spoil, code, _place, _words in WRONG.values()} == set(FRAME)


def test_the_first_difference_is_told_in_full_and_three_more_in_short() -> None:
    differences = found(wiping)
    words = told(differences)
    assert words.startswith("after 'Mia marks Boxes': 'Boxes' has other details: ")
    assert words.count("\n  also: ") == min(3, len(differences) - 1)
    assert told(differences[:1]).count("\n") == 0
    assert told(differences[:1] * 7).endswith("\n  and 3 more")


def test_an_act_with_a_wrong_effect_in_the_specification_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification is no ornament: what it says of an act is what the product is held to."""

    def loses_details(state: ThreadState, act: SetStatus, policy: Policy) -> Effect:
        right = acts.status_set(state, act, policy)
        return Effect(right.state and replace(right.state, metadata="{}"), right.due)

    monkeypatch.setitem(acts.EFFECTS, SetStatus, loses_details)
    [first, *_rest] = found()
    assert (first.code, first.call.place[0]) == (ANSWER, "Mia marks Boxes")
    assert first.words.startswith("'Boxes' has other details: ")


@pytest.mark.parametrize("act", acts.EFFECTS)
def test_an_effect_that_is_taken_from_any_act_is_told(act: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every act that the story has changes something that the frame rule sees."""
    first = ThreadState(None, "active", "{}", 1)
    monkeypatch.setitem(acts.EFFECTS, act, lambda state, _act, _policy: Effect(state or first))
    told_of = found()
    assert bool(told_of) is (act not in (acts.Open, acts.Rename, acts.Stop)), told_of and told(told_of)
