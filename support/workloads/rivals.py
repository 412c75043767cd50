"""Many tools of one customer that change the same conversation at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.actors.customer import Conversation
from support.core.failure import PromiseBroken
from support.drivers.contract.types import Thread
from support.verdicts.history import (
    Declined,
    MergeDetails,
    Operation,
    ReadThread,
    Recorder,
    ThreadSeen,
    ThreadVersions,
    seen_version,
)
from support.workloads.observed import Observed, observe

Change = Operation[MergeDetails | ReadThread, ThreadSeen]


@dataclass(frozen=True)
class JointChanges(Observed):
    """What the tools did to the conversation, and the details that it should have by now."""

    conversation: Conversation
    details: Mapping[str, Any]

    async def expect_details(self) -> None:
        """The conversation has the details that it should have, for its owner as in the database."""
        shown = await self.conversation.read_again()
        kept = await self.conversation.owner.stored(self.conversation)
        for where, seen in (("shown", shown.details), ("kept", kept.details)):
            if seen != self.details:
                raise PromiseBroken(f"{where} is {dict(seen)}, where {dict(self.details)} was made of it")
        if shown.version != kept.version:
            raise PromiseBroken(f"version {shown.version} is shown, and {kept.version} is kept")


@dataclass(frozen=True)
class Contest(JointChanges):
    """Changes on condition of the version that each tool had seen, round by round."""

    rounds: tuple[tuple[Change, ...], ...]

    def expect_one_winner_each(self) -> None:
        """In each round one change was done, and the others were refused with the version that it had made."""
        for number, changes in enumerate(self.rounds, 1):
            done = [change for change in changes if not isinstance(change.outcome, Declined)]
            if len(done) != 1:
                raise PromiseBroken(f"of {len(changes)} changes in round {number}, {len(done)} were done and not one")
            made = _seen_before(done[0]) + 1
            told = {change.outcome.told for change in changes if isinstance(change.outcome, Declined)}
            if told != {made}:
                raise PromiseBroken(f"the others were told version {told} in round {number}, not {made}")


async def change_at_once(conversation: Conversation, count: int) -> JointChanges:
    """Let so many tools each add a detail of their own, and then look at what came of it."""
    tools = _Tools(conversation)
    additions = {f"tool {number}": number for number in range(1, count + 1)}

    async def add_and_look(name: str, value: int) -> None:
        await tools.merge(name, {name: value})
        await tools.look(name)

    await asyncio.gather(*(add_and_look(name, value) for name, value in additions.items()))
    details = {**conversation.thread.details, **additions}
    return JointChanges(tools.recorder.history(), tools.model, seen_version, conversation, details)


async def change_if_unchanged(conversation: Conversation, count: int, rounds: int) -> Contest:
    """Round by round, let all tools look at the conversation, and then all change it if it still is as they saw it."""
    tools = _Tools(conversation)
    names = [f"tool {number}" for number in range(1, count + 1)]
    played: list[tuple[Change, ...]] = []
    details: dict[str, Any] = {**conversation.thread.details}
    for number in range(1, rounds + 1):
        seen = {name: await tools.look(name) for name in names}
        changing = [tools.merge(name, {"changed by": f"{name}, round {number}"}, seen[name]) for name in names]
        changes = await asyncio.gather(*changing)
        played.append(tuple(changes))
        for change in changes:
            if isinstance(change.act, MergeDetails) and not isinstance(change.outcome, Declined):
                details |= change.act.details
    return Contest(tools.recorder.history(), tools.model, seen_version, conversation, details, tuple(played))


class _Tools:
    """What tools do to one conversation, all recorded."""

    def __init__(self, conversation: Conversation) -> None:
        self.recorder: Recorder[MergeDetails | ReadThread, ThreadSeen] = Recorder()
        self.model = ThreadVersions({conversation.thread.title: _seen(conversation.thread)})
        self._conversation = conversation
        self._owner = conversation.owner

    async def look(self, who: str) -> int:
        """Read the conversation; gives the version seen."""
        title = self._conversation.thread.title
        seen = await observe(self.recorder, who, title, ReadThread(), self._conversation.read_again(), _seen)
        if not isinstance(seen.outcome, ThreadSeen) or seen.outcome.version is None:
            raise PromiseBroken(f"a conversation could not be read: {seen.outcome}")
        return seen.outcome.version

    async def merge(self, who: str, details: Mapping[str, Any], if_version: int | None = None) -> Change:
        """Change details, perhaps on condition of a version."""
        doing = self._owner.metadata.merge(self._owner.session, self._conversation.id, details, if_version)
        act = MergeDetails(details, if_version)
        return await observe(self.recorder, who, self._conversation.thread.title, act, doing, _seen)


def _seen_before(change: Change) -> int:
    """The version that a change on condition was made for."""
    if not isinstance(change.act, MergeDetails) or change.act.if_version is None:
        raise ValueError(f"{change} was made on no condition")
    return change.act.if_version


def _seen(thread: Thread) -> ThreadSeen:
    return ThreadSeen(thread.version, thread.details)
