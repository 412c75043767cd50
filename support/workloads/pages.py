"""What a page costs: how long it takes, and what the product does for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from support.actors.customer import Conversation, Customer
from support.actors.reader import Leafing
from support.core.failure import PromiseBroken
from support.drivers.contract.storage import Effort
from support.drivers.contract.types import NewThread, Page
from support.verdicts.ratio import RatioVerdict
from support.verdicts.sampling import Timed, sample_ratio

AT_ONCE = 8
MOST_PAGES = 200
READINGS = 10
"""How often a page is read while what is done for it is counted: from the sixth on a database may go another way."""
READINGS_OF_EACH_SIZE = 20
"""More of them, because whatever the product does by itself meanwhile, every second or so, is counted too."""


@dataclass(frozen=True)
class Opened:
    """A page as it came, and what was done for each of its readings."""

    name: str
    page: Page
    effort: Effort
    readings: int

    @property
    def gone_through(self) -> float:
        """How many conversations the product went through for each reading."""
        return self.effort.threads / self.readings

    @property
    def lookups(self) -> float:
        """How often the product looked something up for each reading."""
        return self.effort.lookups / self.readings

    def __str__(self) -> str:
        return f"{self.name}: {self.gone_through:.1f} conversations gone through, {self.lookups:.1f} look-ups"


@dataclass(frozen=True)
class Comparison(Leafing):
    """What a customer has seen when leafing, and how some of the pages compare with those of another customer."""

    ratios: tuple[RatioVerdict, ...]
    opened: tuple[Opened, ...]

    def judge(self, limit: float) -> list[RatioVerdict]:
        """What the times say of each page."""
        return [replace(ratio, limit=limit) for ratio in self.ratios]

    def expect_gone_through(self, limit: int) -> None:
        """For no page more conversations were gone through."""
        for one in self.opened:
            if one.gone_through > limit:
                raise PromiseBroken(
                    f"for {one.name}, which has {len(one.page.threads)} conversations, "
                    f"the product goes through {one.gone_through:.1f} each time, where {limit} at most are promised"
                )


@dataclass(frozen=True)
class TwoSizes:
    """A short and a long page of the same list."""

    short: Opened
    long: Opened

    def expect_sizes(self, short: int, long: int) -> None:
        """The pages have as many conversations as were asked for."""
        seen = len(self.short.page.threads), len(self.long.page.threads)
        if seen != (short, long):
            raise PromiseBroken(f"{seen[0]} and {seen[1]} conversations came, where {short} and {long} were asked for")

    def expect_lookups(self, times: int) -> None:
        """The long page took at most so many times as many look-ups as the short one."""
        if self.long.lookups > times * self.short.lookups:
            raise PromiseBroken(
                f"the product looks something up {self.long.lookups:.1f} times for {self.long.name}, "
                f"and {self.short.lookups:.1f} times for {self.short.name}"
            )


async def collect_conversations(customer: Customer, count: int) -> list[Conversation]:
    """Start so many conversations, a few at a time, and let the database take stock; the last active comes last."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def start(number: int) -> Conversation:
        async with turns:
            return await customer.start_conversation(NewThread(title=f"Conversation {number}"))

    started = await asyncio.gather(*map(start, range(count)))
    await customer.driver.storage.take_stock()
    started.sort(key=lambda one: one.id, reverse=True)  # of those of the same moment
    return sorted(started, key=lambda one: one.thread.last_activity_at)


async def compare_pages(customer: Customer, newcomer: Customer, size: int, limit: float) -> Comparison:
    """Leaf through all of a customer's conversations, and compare pages with the newcomer's first.

    The first, the middle and the last are each read in turns with the newcomer's, until it is clear whether they take
    more than `limit` times as long.
    """
    pages = await _leaf(customer, size)
    bookmarks = [None, *(page.bookmark for page in pages[:-1])]
    places = {"first": None, "middle": bookmarks[len(bookmarks) // 2], "last": bookmarks[-1]}
    named = {f"{customer.name}'s {place} page": bookmark for place, bookmark in places.items()}
    ratios = [
        await sample_ratio(
            (name, _timed(customer, size, bookmark)),
            (f"{newcomer.name}'s page", _timed(newcomer, size, None)),
            limit,
        )
        for name, bookmark in named.items()
    ]
    opened = await _open(customer, [(name, size, bookmark) for name, bookmark in named.items()], READINGS)
    seen = tuple(thread for page in pages for thread in page.threads)
    return Comparison(seen, tuple(ratios), opened)


async def open_two_sizes(customer: Customer, short: int, long: int) -> TwoSizes:
    """Open the first page in two sizes."""
    wanted = [(f"a page of {size}", size, None) for size in (short, long)]
    return TwoSizes(*await _open(customer, wanted, READINGS_OF_EACH_SIZE))


async def _leaf(customer: Customer, size: int) -> list[Page]:
    pages = [await customer.driver.threads.page(customer.session, size)]
    while bookmark := pages[-1].bookmark:
        if len(pages) == MOST_PAGES:
            raise PromiseBroken(f"there is no end to the pages: {MOST_PAGES} were read")
        pages.append(await customer.driver.threads.page(customer.session, size, bookmark))
    return pages


def _timed(customer: Customer, size: int, bookmark: str | None) -> Timed:
    async def read() -> float:
        begun = time.perf_counter()
        await customer.driver.threads.page(customer.session, size, bookmark)
        return time.perf_counter() - begun

    return read


async def _open(customer: Customer, wanted: Sequence[tuple[str, int, str | None]], readings: int) -> tuple[Opened, ...]:
    storage, threads = customer.driver.storage, customer.driver.threads
    opened: list[Opened] = []
    before = await storage.effort()
    for name, size, bookmark in wanted:
        pages = [await threads.page(customer.session, size, bookmark) for _ in range(readings)]
        after = await storage.effort()
        opened.append(Opened(name, pages[-1], after - before, readings))
        before = after
    return tuple(opened)
