"""Many devices of one customer at work in conversations while these are erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from support.actors.customer import Conversation
from support.actors.erasing import expect_nothing_kept
from support.drivers.contract.types import Session
from support.verdicts.history import Done, Recorder, ThreadAct, ThreadExistence, seen_presence
from support.workloads.observed import Observed, observe

WORK = (ThreadAct.READ, ThreadAct.WRITE, ThreadAct.READ, ThreadAct.RUN)
BEFORE = 3
"""So many times each device has done something, on average, when the conversation is erased."""
AFTER = len(WORK)
"""So many more times each device tries, once whoever erases it has been answered."""


@dataclass(frozen=True)
class Upheaval(Observed):
    """What was done in the conversations that were erased meanwhile."""

    conversations: tuple[Conversation, ...]

    async def expect_gone(self) -> None:
        """No table and no key mentions any of them."""
        for conversation in self.conversations:
            await expect_nothing_kept(conversation, conversation.id)


async def erase_amid_work(conversations: Sequence[Conversation], count: int) -> Upheaval:
    """One conversation after the other, let so many devices work in it, and erase it in the middle of that."""
    owner = conversations[0].owner
    sessions = [await owner.driver.identities.sign_in(owner.account) for _ in range(count)]
    recorder: Recorder[ThreadAct, Done] = Recorder()
    for conversation in conversations:
        await _Site(conversation, recorder, count * BEFORE).work(sessions)
    model = ThreadExistence(there_at_first=[one.thread.title for one in conversations])
    return Upheaval(recorder.history(), model, seen_presence, tuple(conversations))


class _Site:
    """One conversation in which devices work until it has been erased, and a little longer."""

    def __init__(self, conversation: Conversation, recorder: Recorder[ThreadAct, Done], before: int) -> None:
        self._conversation = conversation
        self._recorder = recorder
        self._left = before
        self._busy = asyncio.Event()
        self._erased = False

    async def work(self, sessions: Sequence[Session]) -> None:
        """Let each device work, and erase the conversation once enough has been done."""
        devices = [self._work_on(session, number) for number, session in enumerate(sessions)]
        await asyncio.gather(self._erase(), *devices)

    async def _erase(self) -> None:
        await self._busy.wait()
        owner = self._conversation.owner
        erasing = owner.driver.threads.delete(owner.session, self._conversation.id)
        await self._observe("whoever erases", ThreadAct.DELETE, erasing)
        self._erased = True

    async def _work_on(self, session: Session, number: int) -> None:
        """Each device begins with another kind of work."""
        after = AFTER
        for act in islice(cycle(WORK), number, None):
            after -= self._erased
            if after < 0:
                return
            await self._observe(f"device {number + 1}", act, self._do(session, act))
            self._left -= 1
            if self._left <= 0:
                self._busy.set()

    async def _observe(self, who: str, act: ThreadAct, doing: Awaitable[Any]) -> None:
        title = self._conversation.thread.title
        await observe(self._recorder, who, title, act, doing, lambda _answer: Done.DONE)

    async def _do(self, session: Session, act: ThreadAct) -> None:
        driver, thread_id = self._conversation.owner.driver, self._conversation.id
        if act is ThreadAct.READ:
            await driver.threads.read(session, thread_id)
        elif act is ThreadAct.WRITE:
            await driver.messages.post(session, thread_id, "Still at it")
        else:
            await self._conversation.owner.runs.start(session, thread_id, "Anything new?")
