"""What is said in conversations, by customers and by agents, and when something was said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.actors.attempt import Attempt
from support.actors.customer import Conversation, Customer
from support.core.failure import PromiseBroken
from support.drivers.contract.types import Event, EventKind, Refused, Run

WATCHING = "browser"
"""The device on which customers see an agent's answer come."""


@dataclass(frozen=True)
class Activity:
    """When something happened last in a conversation, as it was kept at a moment; in seconds since the epoch."""

    conversation: Conversation
    last: float

    @classmethod
    async def of(cls, conversation: Conversation) -> Activity:
        """Look it up where it is kept, which no product can take for a visit."""
        return cls(conversation, (await conversation.owner.stored(conversation)).last_activity_at)

    async def expect_moved(self) -> None:
        """The last activity is later now, and kept as it is shown."""
        now = await self._now()
        if now <= self.last:
            raise PromiseBroken(f"the last activity was {self.last}, and is {now} now, where it should be later")

    async def expect_unmoved(self) -> None:
        """The last activity is what it was, and kept as it is shown."""
        now = await self._now()
        if now != self.last:
            raise PromiseBroken(f"the last activity was {self.last}, and is {now} now, where nothing has happened")

    async def _now(self) -> float:
        shown = (await self.conversation.read_again()).last_activity_at
        kept = (await Activity.of(self.conversation)).last
        if shown != kept:
            raise PromiseBroken(f"the last activity is shown as {shown}, and kept as {kept}")
        return kept


@dataclass(frozen=True)
class Written:
    """What a customer wrote in turn: the conversation and the words of each message."""

    messages: tuple[tuple[Conversation, str], ...]

    async def expect_listed_latest_first(self, customer: Customer) -> None:
        """The list has the conversations in the order of the last message in each, the latest first."""
        last = {conversation.thread.title: number for number, (conversation, _) in enumerate(self.messages)}
        await expect_order(customer, sorted(last, key=last.__getitem__, reverse=True))

    async def expect_in_order(self) -> None:
        """Each conversation has its messages, and no others, in the order in which they were written."""
        for conversation in {id(one): one for one, _ in self.messages}.values():
            await expect_messages(conversation, [words for one, words in self.messages if one is conversation])


async def write_message(conversation: Conversation, words: str) -> Activity:
    """Write in a conversation; gives the last activity as it was before."""
    before = await Activity.of(conversation)
    await conversation.owner.driver.messages.post(conversation.owner.session, conversation.id, words)
    return before


async def write_in_turn(conversations: Sequence[Conversation], count: int) -> Written:
    """Write so many messages, one right after the other: round by round in all, and not always in the same order."""
    written: list[tuple[Conversation, str]] = []
    while len(written) < count:
        ordered = conversations if len(written) // len(conversations) % 2 else conversations[::-1]
        written += [(one, f"Message {len(written) + n}") for n, one in enumerate(ordered)]
    for conversation, words in written[:count]:
        await conversation.owner.driver.messages.post(conversation.owner.session, conversation.id, words)
    return Written(tuple(written[:count]))


async def look_through(conversation: Conversation) -> Activity:
    """Open a conversation and read all that was said in it; gives the last activity as it was before."""
    before = await Activity.of(conversation)
    await conversation.read_again()
    await conversation.owner.driver.messages.list(conversation.owner.session, conversation.id)
    return before


async def ask_agent(conversation: Conversation, question: str) -> Run:
    """Ask the agent; the answer comes when `see_answer` returns."""
    browser = conversation.owner.device(WATCHING)
    if not browser.is_open:
        await browser.open()
    return await conversation.owner.runs.start(conversation.owner.session, conversation.id, question)


async def see_answer(customer: Customer, run: Run) -> Event:
    """Wait until the agent has answered, or will not answer any more; gives what was told of that."""
    return await customer.device(WATCHING).ending_of(run.id)


async def get_answer(conversation: Conversation, question: str) -> None:
    """Ask the agent, and wait for its answer.

    Raises:
        PromiseBroken: it has ended its work without one.
    """
    ending = await see_answer(conversation.owner, await ask_agent(conversation, question))
    if ending.kind is not EventKind.AGENT_COMPLETED:
        raise PromiseBroken(f"the agent was to answer {question!r}, and ended its work with {ending.kind}")


async def try_to_ask(conversation: Conversation, question: str) -> Attempt:
    """Ask the agent something to which there may well be no answer, and let everything that follows of it be over."""
    owner = conversation.owner
    try:
        run = await ask_agent(conversation, question)
    except Refused as refused:
        await owner.driver.durable.settle(owner.wait_seconds)
        return Attempt(refused.refusal)
    return Attempt(f"the question was taken, and is {run.status}")


async def expect_order(customer: Customer, titles: Sequence[str]) -> None:
    """The customer's list has exactly the conversations of these titles, in this order."""
    listed = [thread.title for thread in await customer.conversations()]
    if listed != list(titles):
        raise PromiseBroken(f"the list of {customer.name} is {listed}, where {list(titles)} should be listed")


async def expect_messages(conversation: Conversation, words: Sequence[str]) -> None:
    """The conversation has exactly these messages in this order, for its owner as in the database."""
    owner = conversation.owner
    shown = [message.content for message in await owner.driver.messages.list(owner.session, conversation.id)]
    kept = list((await owner.stored(conversation)).messages)
    if shown != list(words) or kept != list(words):
        raise PromiseBroken(f"shown is {shown} and kept is {kept}, where {list(words)} was said")
