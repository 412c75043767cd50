"""Erasing a conversation: its traces and all other data before, and the checks afterwards."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from support.actors.customer import Conversation, Customer
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import Kept
from support.snapshots.diff import expect_no_traces, expect_same
from support.snapshots.snapshot import Snapshot

MARKER = 20
"""A message of at least this length is assumed to be unique."""


@dataclass(frozen=True)
class Erasure:
    """The state before a conversation was erased.

    `markers` are ids and texts by which every trace of it can be found; `siblings` has the stored data of the owner's
    other conversations, and `others` the stored data of everybody else.
    """

    conversation: Conversation
    markers: tuple[str, ...]
    siblings: Mapping[str, Mapping[str, Kept]]
    others: Snapshot

    async def expect_nothing_else_changed(self) -> None:
        """Everything that belongs to other conversations and other customers is as it was, to the last byte.

        Raises:
            PromiseBroken: it is not.
        """
        owner = self.conversation.owner
        for conversation in owner.conversations:
            if conversation.id in self.siblings:
                now = await _kept_of(conversation)
                expect_same(f"{conversation.title!r}", self.siblings[conversation.id], now, time.time())
        await self.others.expect_unchanged()


async def note_and_erase(actor: Customer, conversation: Conversation, at_work_in: Collection[str]) -> Erasure:
    """Take the state before, and erase the conversation.

    Raises:
        PromiseBroken: an agent was asked in it, and no run is shown.
        Refused: the product does not erase it.
    """
    owner = conversation.owner
    texts = await conversation.messages()
    runs = await owner.runs.list(owner.session, conversation.id) if owner.driver.runs else []
    if len(runs) < len(conversation.runs):
        raise PromiseBroken(
            Code.RUN_NOT_SHOWN, f"{conversation.title!r}: expected {len(conversation.runs)} runs, got {len(runs)}"
        )
    ids = [conversation.id, *(message.id for message in texts), *(run.id for run in runs)]
    common = conversation.given.first_message  # others have started a conversation with it too
    words = [message.content for message in texts if len(message.content) >= MARKER and message.content != common]
    others = await Snapshot.take(owner.driver.durable, [owner.account], owner.wait_seconds, at_work_in)
    siblings = {one.id: await _kept_of(one) for one in owner.conversations if one is not conversation}
    await actor.driver.threads.delete(actor.session, conversation.id)
    conversation.is_erased = True
    return Erasure(conversation, (*ids, *words), siblings, others)


async def expect_nothing_left(conversation: Conversation, markers: Sequence[str]) -> None:
    """No table and no key has any of these markers of a conversation that was erased.

    Raises:
        PromiseBroken: one has.
    """
    durable = conversation.owner.driver.durable
    await durable.settle(conversation.owner.wait_seconds)
    for marker in markers:
        expect_no_traces(repr(conversation.title), marker, await durable.traces_of(marker))


async def _kept_of(conversation: Conversation) -> Mapping[str, Kept]:
    return await conversation.owner.driver.durable.kept_of(conversation.owner.account, conversation.id)
