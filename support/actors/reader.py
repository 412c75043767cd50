"""Leafing through a list, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from support.actors.attempt import Attempt
from support.actors.customer import Conversation, Customer
from support.core.failure import PromiseBroken
from support.drivers.contract.types import BadPage, NewThread, Page, Refusal, Thread

MOST_PAGES = 50


@dataclass(frozen=True)
class Leafing:
    """The threads that were seen, in the order in which they came."""

    seen: tuple[Thread, ...]

    def expect_each_once(self, conversations: list[Conversation]) -> None:
        """Each of these conversations was seen once, the one started last first."""
        expected = [conversation.id for conversation in reversed(conversations)]
        ours = [thread.id for thread in self.seen if thread.id in set(expected)]
        if twice := {one for one in ours if ours.count(one) > 1}:
            raise PromiseBroken(f"{len(twice)} conversations were seen twice")
        if missing := set(expected) - set(ours):
            raise PromiseBroken(f"{len(missing)} of {len(expected)} conversations were never seen")
        if ours != expected:
            raise PromiseBroken("the conversations did not come with the latest first")


async def leaf_through(customer: Customer, size: int, *, starting: bool) -> Leafing:
    """Read page after page; with `starting`, start another conversation after every page.

    Raises:
        PromiseBroken: a page is larger than asked for, or there is no end.
    """
    seen: list[Thread] = []
    bookmark: str | None = None
    for number in range(MOST_PAGES):
        page = await customer.driver.threads.page(customer.session, size, bookmark)
        if len(page.threads) > size:
            raise PromiseBroken(f"a page of {size} has {len(page.threads)} conversations")
        seen += page.threads
        if page.bookmark is None:
            return Leafing(tuple(seen))
        bookmark = page.bookmark
        if starting:
            await customer.start_conversation(NewThread(title=f"Started after page {number + 1}"))
    raise PromiseBroken(f"there is no end to the pages: {MOST_PAGES} were read")


async def ask_wrongly(customer: Customer, bad: BadPage, stranger: Customer) -> Attempt:
    """Ask for a page wrongly; the stranger's bookmark is real, and theirs."""
    for number in range(2):
        await stranger.start_conversation(NewThread(title=f"Foreign conversation {number}"))
    foreign = (await stranger.driver.threads.page(stranger.session, 1)).bookmark
    answer: Refusal | Page = await customer.driver.threads.bad_page(customer.session, bad, foreign or "")
    return Attempt(f"{len(answer.threads)} conversations came" if isinstance(answer, Page) else answer)
