"""What nobody can be sure of accuses nobody: acts at the same moment, lost calls, attempts, and outages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.core.failure import Code
from support.drivers.contract.access import AccessAct, Subject
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import BackendFailed, NewThread, Reason, Refusal, Refused, Thread
from support.frame.frame import told
from support.frame.replay import EXCUSED, Difference
from support.tests.actors.fake_product import CONFLICT, INVALID
from support.tests.frame.story import Story

Play = Callable[[Story], Awaitable[Any]]


async def _found(play: Play, policy: Policy | None) -> list[Difference]:
    story = Story(policy)
    await story.begin()
    await play(story)
    return await story.differences()


def found(play: Play, policy: Policy | None = None) -> list[Difference]:
    return asyncio.run(_found(play, policy))


async def boxes(story: Story) -> str:
    await story.start(story.mia, NewThread("Boxes", {"project": "Paper"}, "How many?"))
    return story.ids["Boxes"]


def late(story: Story, name: str, *, answers: float = 0.0, begins: float = 0.0) -> None:
    """A call has its effect only after `begins` seconds, and its answer takes `answers` seconds more."""

    async def call(original: Any, *arguments: Any, **more: Any) -> Any:
        await asyncio.sleep(begins)
        answer = await original(*arguments, **more)
        await asyncio.sleep(answers)
        return answer

    story.spoil(name, "at once", call)


def lost(story: Story, name: str, *, is_done: bool) -> None:
    """A call is not answered, whether it was done or not."""

    async def call(original: Any, *arguments: Any, **more: Any) -> Any:
        if is_done:
            await original(*arguments, **more)
        raise BackendFailed("no answer")

    story.spoil(name, "lost", call)


async def changes_together(story: Story) -> None:
    """The change that began first takes effect last, and both show it; one of them changes nothing."""
    id_, merge = await boxes(story), story.driver.metadata.merge
    story.tape.place = ("at once", 1)
    late(story, "status.set", begins=0.02)
    late(story, "metadata.merge", answers=0.03)
    await asyncio.gather(
        story.driver.status.set(story.mia, id_, "completed"),
        merge(story.mia, id_, {"project": None}),
        merge(story.mia, id_, {"size": 2}),
        story.driver.threads.read(story.mia, id_),
        story.driver.threads.list(story.mia),
        story.driver.messages.post(story.mia, id_, "Meanwhile."),
    )
    await story.step("afterwards", merge(story.mia, id_, {"size": 3}))


async def nothing_changed_together(story: Story) -> None:
    """A change that changes nothing begins first, and shows the version that the other one makes meanwhile."""
    id_, merge = await boxes(story), story.driver.metadata.merge
    story.tape.place = ("at once", 1)
    late(story, "status.set", begins=0.02)
    await asyncio.gather(story.driver.status.set(story.mia, id_, "active"), merge(story.mia, id_, {"size": 2}))


async def said_together(story: Story) -> None:
    """A question that was asked first comes after a message that was written last."""
    id_ = await boxes(story)
    story.tape.place = ("at once", 1)
    late(story, "runs.start", begins=0.02)
    late(story, "messages.post", answers=0.03)
    await asyncio.gather(
        story.driver.runs.start(story.mia, id_, "Why?"),
        story.driver.messages.post(story.mia, id_, "Zebras."),
        story.driver.messages.post(story.mia, id_, "Apes."),
    )
    await story.step("afterwards", story.driver.messages.post(story.mia, id_, "Done."))


async def erased_together(story: Story) -> None:
    """Of acts amid an erasure some are done, and some find nothing."""
    id_ = await boxes(story)
    story.tape.place = ("at once", 1)
    late(story, "threads.delete", begins=0.01, answers=0.02)
    late(story, "threads.read", begins=0.02)
    acts = story.driver.threads.delete, story.driver.threads.read
    post = story.driver.messages.post(story.mia, id_, "Meanwhile.")
    await asyncio.gather(*(act(story.mia, id_) for act in acts), post, return_exceptions=True)


async def lost_and_done(story: Story) -> None:
    """A change has no answer, and was done; what is asked for afterwards shows it."""
    await lose(story, is_done=True)


async def lost_and_not_done(story: Story) -> None:
    """A change has no answer, and was not done."""
    await lose(story, is_done=False)


async def lose(story: Story, *, is_done: bool) -> None:
    id_ = await boxes(story)
    await story.start(story.mia, NewThread("Bags"))
    for name in ("metadata.merge", "messages.post"):
        lost(story, name, is_done=is_done)
    await story.step("lost", story.driver.metadata.merge(story.mia, id_, {"size": 2}))
    await story.step("lost", story.driver.messages.post(story.mia, id_, "Lost?"))
    await story.step("afterwards", story.driver.threads.read(story.mia, id_))
    await story.step("afterwards", story.driver.status.set(story.mia, id_, "completed"))
    await story.step("afterwards", story.driver.threads.list(story.mia))


async def start_lost(story: Story) -> None:
    """A start has no answer, and was done: the list has a thread of which no call tells."""
    await boxes(story)
    lost(story, "threads.create", is_done=True)
    await story.step("lost", story.driver.threads.create(story.mia, NewThread("Bags")))
    await story.step("afterwards", story.driver.threads.list(story.mia))


async def tried(story: Story) -> None:
    """An attempt was done; it does not say what it has made of the thread."""
    id_ = await boxes(story)

    async def attempt(_act: AccessAct, session: Any, subject: Subject) -> Refusal | None:
        await story.product.status.set(session, subject.thread_id, "completed")

    story.product.access = _Access(attempt)
    story.tape.place = ("tries", 1)
    await story.driver.access.attempt(AccessAct.SET_STATUS, story.mia, Subject(id_, ""))
    await story.step("afterwards", story.driver.threads.read(story.mia, id_))


class _Access:
    def __init__(self, attempt: Callable[[AccessAct, Any, Subject], Awaitable[Refusal | None]]) -> None:
        self._attempt = attempt

    async def attempt(self, act: AccessAct, session: Any, subject: Subject) -> Refusal | None:
        return await self._attempt(act, session, subject)


async def stopped(story: Story) -> None:
    """A run that was stopped ends as stopped; one that had ended stays as it was."""
    id_ = await boxes(story)
    done = await story.step("asks", story.driver.runs.start(story.mia, id_, "Why?"))
    story.product.holds_runs = True
    held = await story.step("asks", story.driver.runs.start(story.mia, id_, "When?"))
    for run in (done, held):
        await story.step("stops", story.driver.cancellation.cancel(story.mia, run.id))


RIGHT: list[Play] = [
    changes_together,
    nothing_changed_together,
    said_together,
    erased_together,
    lost_and_done,
    lost_and_not_done,
    start_lost,
    tried,
    stopped,
]


@pytest.mark.parametrize("play", RIGHT, ids=lambda play: play.__name__)
@pytest.mark.parametrize("policy", [Policy(), Policy(version="opaque")], ids=["rises", "opaque"])
def test_nobody_is_accused(play: Play, policy: Policy) -> None:
    differences = found(play, policy)
    assert not differences, told(differences)


def behind(play: Play, change: Callable[[Story], object]) -> Play:
    async def both(story: Story) -> None:
        await play(story)
        change(story)

    return both


def details_lost(story: Story) -> None:
    story.change("Boxes", shown={"metadata": {}}, stored={"metadata": {}})


def word_lost(story: Story) -> None:
    id_ = story.ids["Boxes"]
    story.product.said[id_] = tuple(text for text in story.product.said[id_] if text != "Apes.")


def order_of_others(story: Story) -> None:
    id_ = story.ids["Boxes"]
    said = story.product.said[id_]
    story.product.said[id_] = (said[-1], *said[1:-1], said[0])


def stopped_by_nobody(story: Story) -> None:
    story.tape.calls[:] = [call for call in story.tape.calls if call.name != "cancellation.cancel"]


@pytest.mark.parametrize(
    ("play", "change", "code"),
    [
        (changes_together, details_lost, Code.FRAME_LIST),
        (said_together, word_lost, Code.FRAME_MESSAGES),
        (said_together, order_of_others, Code.FRAME_MESSAGES),
        (stopped, stopped_by_nobody, Code.FRAME_MESSAGES),
    ],
)
def test_what_is_sure_is_compared_all_the_same(play: Play, change: Callable[[Story], object], code: Code) -> None:
    assert found(behind(play, change))[0].code is code


def test_other_threads_are_compared_after_a_lost_call() -> None:
    [first, *_rest] = found(behind(lost_and_done, lambda story: story.change("Bags", shown={"title": "More"})))
    assert first.words.startswith("'Bags' has the title 'More', expected 'Bags'")


def test_a_reading_without_an_answer_leaves_everything_sure() -> None:
    async def play(story: Story) -> None:
        id_ = await boxes(story)
        lost(story, "threads.read", is_done=True)
        await story.step("lost", story.driver.threads.read(story.mia, id_))
        story.spoil_answer("status.set", "marks", title="More")
        await story.step("marks", story.driver.status.set(story.mia, id_, "completed"))

    assert [(one.code, one.call.place[0]) for one in found(play)] == [(Code.FRAME_ANSWER, "marks")]


def test_an_attempt_to_read_leaves_everything_sure() -> None:
    async def play(story: Story) -> None:
        id_ = await boxes(story)

        async def attempt(_act: AccessAct, _session: Any, _subject: Subject) -> Refusal | None:
            """Done."""

        story.product.access = _Access(attempt)
        for act in (AccessAct.OPEN, AccessAct.LIST, AccessAct.READ):
            await story.step("tries", story.driver.access.attempt(act, story.mia, Subject(id_, "")))

    assert found(play) == []
    assert found(behind(play, details_lost))[0].code is Code.FRAME_LIST


@pytest.mark.parametrize("reason", Reason)
def test_refusals_that_depend_on_more_than_the_thread_are_excused(reason: Reason) -> None:
    async def play(story: Story) -> None:
        id_ = await boxes(story)

        async def refuse(_original: Any, *_arguments: Any) -> Thread:
            raise Refused("marking it", Refusal(reason, "No.", (), ""))

        story.spoil("status.set", "marks", refuse)
        await story.step("marks", story.driver.status.set(story.mia, id_, "completed"))

    assert [one.code for one in found(play)] == ([] if reason in EXCUSED else [Code.FRAME_REFUSED])


def test_a_customer_without_conversations_sees_none() -> None:
    async def play(story: Story) -> None:
        await boxes(story)
        await story.step("opens", story.driver.threads.read(story.mia, story.ids["Boxes"]))

    assert found(play) == []
    [first, *_rest] = found(behind(play, give_all))
    assert (first.code, first.words) == (
        Code.FRAME_LIST,
        "Enid has ['Boxes'] in the list, expected only what Enid has started",
    )


def give_all(story: Story) -> None:
    story.product.listed[None] = list(story.product.shown.values())


def test_without_acts_there_is_nothing_to_compare() -> None:
    async def play(_story: Story) -> None:
        """Nothing."""

    assert found(play) == []


def asks_twice(refusal: Refusal | None) -> Play:
    async def play(story: Story) -> None:
        id_ = await boxes(story)

        async def refuse(original: Any, *arguments: Any) -> Any:
            if refusal:
                raise Refused("asking", refusal)
            return await original(*arguments)

        story.spoil("runs.start", "asks again", refuse)
        for text in ("asks", "asks again"):
            await story.step(text, story.driver.runs.start(story.mia, id_, f"{text}?"))

    return play


def lists_by_creation(story: Story) -> None:
    """The product lists what was started last first."""

    async def by_creation(original: Any, *arguments: Any) -> Any:
        return sorted(await original(*arguments), key=lambda one: -one.created_at)

    for name in ("threads.list", "status.list"):
        story.spoil(name, "lists", by_creation)


async def lists(story: Story) -> None:
    id_ = await boxes(story)
    await story.start(story.mia, NewThread("Bags"))
    await story.step("writes", story.driver.messages.post(story.mia, id_, "Sixty."))
    lists_by_creation(story)
    await story.step("lists", story.driver.threads.list(story.mia))


async def ends_unstarted(story: Story) -> None:
    story.product.holds_runs = True
    run = await story.step("asks", story.driver.runs.start(story.mia, await boxes(story), "Why?"))
    await story.step("stops", story.driver.cancellation.cancel(story.mia, run.id))


async def erases_twice(story: Story) -> None:
    id_ = await boxes(story)

    async def done(_original: Any, *_arguments: Any) -> None:
        """Confirmed again."""

    story.spoil("threads.delete", "erases again", done)
    for text in ("erases", "erases again"):
        await story.step(text, story.driver.threads.delete(story.mia, id_))


@pytest.mark.parametrize(
    ("play", "policy", "code"),
    [
        (asks_twice(CONFLICT), Policy(second_question="refused"), None),
        (asks_twice(INVALID), Policy(second_question="refused"), Code.FRAME_REFUSED),
        (asks_twice(CONFLICT), Policy(), Code.FRAME_REFUSED),
        (asks_twice(None), Policy(second_question="refused"), None),
        (lists, Policy(list_order="creation"), None),
        (lists, Policy(list_order="none"), None),
        (lists, Policy(), Code.FRAME_LIST),
        (ends_unstarted, Policy(), None),
        (ends_unstarted, Policy(run_may_end_unstarted=False), Code.FRAME_EVENTS),
        (erases_twice, Policy(second_erasure="done"), None),
    ],
)
def test_a_policy_is_no_difference_and_to_break_it_is_one(play: Play, policy: Policy, code: Code | None) -> None:
    assert next((one.code for one in found(play, policy)), None) is code
