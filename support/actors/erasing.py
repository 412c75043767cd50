"""Erasing a conversation, and what must be gone or untouched after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from support.actors.customer import Conversation, Customer
from support.actors.device import Device
from support.actors.talk import write_message
from support.core.failure import PromiseBroken
from support.drivers.contract.types import EventKind, Holding
from support.snapshots.diff import expect_no_traces, expect_same
from support.snapshots.snapshot import Witness


@dataclass(frozen=True)
class Erasure:
    """What was known of a conversation, and of everything else, before it was erased.

    `messages` are the ids of its messages, `runs` the ids of its runs, `siblings` what was kept of the
    owner's other conversations, by title.
    """

    conversation: Conversation
    messages: tuple[str, ...]
    runs: tuple[str, ...]
    siblings: Mapping[str, Mapping[str, Holding]]
    witness: Witness

    @property
    def owner(self) -> Customer:
        """Who erased it."""
        return self.conversation.owner

    async def expect_gone(self, secret: str) -> None:
        """No table and no key mentions the conversation, a message of it, or the words that only it had."""
        await expect_nothing_kept(self.conversation, self.conversation.id, secret, *self.messages)

    async def expect_runs_gone(self) -> None:
        """An agent did something in it, and no table and no key mentions that any more."""
        if not self.runs:
            raise PromiseBroken(f"no work of an agent was shown in {self.conversation.thread.title!r}, which had some")
        await expect_nothing_kept(self.conversation, *self.runs)

    async def expect_others_untouched(self) -> None:
        """All that is not the owner's is kept as it was."""
        await self.witness.expect_nothing_else_changed()

    async def expect_sibling_untouched(self, title: str) -> None:
        """All that was kept of another conversation of the owner is kept as it was."""
        now = await kept_of(self.owner.called(title))
        expect_same(f"what belongs to {title!r}", self.siblings[title], now)

    async def expect_told(self, device: Device) -> None:
        """The device has told once that the conversation was erased, and nothing of it since."""
        await device.expect_last_told(self.conversation.id, EventKind.THREAD_DELETED)

    async def expect_told_in_order(self, device: Device) -> None:
        """The last that the device has told of it is that the agent was stopped, and then that it was erased."""
        await device.expect_last_told(self.conversation.id, EventKind.AGENT_CANCELLED, EventKind.THREAD_DELETED)


async def write_secret(conversation: Conversation) -> str:
    """Write something in a conversation that is found nowhere else."""
    secret = f"The word for the safe is {uuid4().hex}"
    await write_message(conversation, secret)
    return secret


async def erase_conversation(conversation: Conversation) -> Erasure:
    """Take in what there is, and erase the conversation."""
    owner = conversation.owner
    messages = await owner.driver.messages.list(owner.session, conversation.id)
    runs = await owner.driver.runs.list(owner.session, conversation.id) if owner.driver.runs else []
    durable = owner.driver.durable
    witness = await Witness.arrive(durable, [owner.account], owner.wait_seconds, at_work_in=conversation.id)
    erasure = Erasure(
        conversation,
        tuple(message.id for message in messages),
        tuple(run.id for run in runs),
        {one.thread.title: await kept_of(one) for one in owner.started if one is not conversation},
        witness,
    )
    await owner.driver.threads.delete(owner.session, conversation.id)
    return erasure


async def kept_of(conversation: Conversation) -> Mapping[str, Holding]:
    """Everything that is kept of a conversation, by its place."""
    return await conversation.owner.driver.durable.kept_of(conversation.owner.account, conversation.id)


async def expect_nothing_kept(conversation: Conversation, *marks: str) -> None:
    """No table and no key has any of these marks of a conversation that was erased: ids, or words."""
    durable = conversation.owner.driver.durable
    await durable.settle(conversation.owner.wait_seconds)
    for mark in marks:
        expect_no_traces(conversation.thread.title, mark, await durable.traces_of(mark))
