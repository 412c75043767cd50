"""Erasing a conversation: its traces and all other data before, and the checks afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.actors.customer import Conversation, Customer
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import Kept
from support.snapshots.diff import expect_no_traces, expect_same
from support.snapshots.owners_view import seen_of, threads_of
from support.snapshots.snapshot import Snapshot

MARKER = 20
"""A customer's message of at least this length is assumed to be unique; an agent may say the same twice."""


@dataclass(frozen=True)
class Erasure:
    """The state before a conversation was erased.

    `markers` are ids and texts by which every trace of it can be found; `siblings` has the stored data of the owner's
    other conversations, and `others` the stored data of everybody else. Without the suite's eyes, both are what their
    owners were shown.
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


async def note_and_erase(actor: Customer, conversation: Conversation, others: Snapshot) -> Erasure:
    """Take the state before, and erase the conversation; `others` has the data of everybody but the owner.

    Raises:
        PromiseBroken: an agent was asked in it, and no run is shown.
        Refused: the product does not erase it.
    """
    owner = conversation.owner
    texts = await conversation.messages()
    runs = list(conversation.runs)
    if owner.driver.run_lists is not None:
        runs = await owner.driver.run_lists.list(owner.session, conversation.id)
    if len(runs) < len(conversation.runs):
        raise PromiseBroken(
            Code.RUN_NOT_SHOWN, f"{conversation.title!r}: expected {len(conversation.runs)} runs, got {len(runs)}"
        )
    ids = [conversation.id, *(message.id for message in texts), *(run.id for run in runs)]
    common = conversation.given.first_message  # others have started a conversation with it too
    own = [one.content for one in texts if one.role == "user"]
    words = [text for text in own if len(text) >= MARKER and text != common]
    siblings = {one.id: await _kept_of(one) for one in owner.conversations if one is not conversation}
    await actor.erase(conversation)
    return Erasure(conversation, (*ids, *words), siblings, others)


async def expect_nothing_left(conversation: Conversation, markers: Sequence[str]) -> None:
    """No table and no key has any of these markers of a conversation that was erased; or no list has it.

    Raises:
        PromiseBroken: one has.
    """
    owner = conversation.owner
    durable = owner.driver.durable
    if durable is None:
        owner.driver.sight.miss(f"traces of {conversation.title!r} in stored data")
        listed = await threads_of(owner.driver, owner.session)
        expect_no_traces(
            repr(conversation.title), conversation.id, [f"{owner.name}'s list"] * (conversation.id in listed)
        )
        return
    await durable.settle(owner.wait_seconds)
    for marker in markers:
        expect_no_traces(repr(conversation.title), marker, await durable.traces_of(marker))


async def _kept_of(conversation: Conversation) -> Mapping[str, Kept]:
    owner = conversation.owner
    if owner.driver.durable is None:
        return await seen_of(owner.driver, owner.session, conversation.id)
    return await owner.driver.durable.kept_of(owner.account, conversation.id)
