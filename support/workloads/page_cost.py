"""The cost of a page: its time, and the database's work for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from support.actors.customer import Customer
from support.actors.lists import read_list
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.sight import Sight
from support.drivers.contract.storage import Effort
from support.drivers.contract.types import Page
from support.verdicts.ratio import RatioVerdict
from support.verdicts.sampling import Timed, sample_ratio

READINGS = 10
"""How often a page is read while its cost is counted: from the sixth on a database may choose another way."""
READINGS_OF_EACH_SIZE = 20
"""More readings, because the product's own background work, every second or so, is counted too."""


@dataclass(frozen=True)
class OpenedPage:
    """A page, and the work for each of its readings."""

    name: str
    page: Page
    effort: Effort | None
    readings: int

    @property
    def threads_read(self) -> float:
        """How many conversations the product looked through for each reading; 0 where the suite cannot see it."""
        return self.effort.threads / self.readings if self.effort else 0

    @property
    def lookups(self) -> float:
        """How many look-ups the product made for each reading; 0 where the suite cannot see it."""
        return self.effort.lookups / self.readings if self.effort else 0

    def __str__(self) -> str:
        if self.effort is None:
            return f"{self.name}: the suite cannot see the work of the database"
        return f"{self.name}: {self.threads_read:.1f} conversations looked through, {self.lookups:.1f} look-ups"


@dataclass(frozen=True)
class PageComparison:
    """Three of a customer's pages compared with another customer's only page, and their cost."""

    ratios: tuple[RatioVerdict, ...]
    opened: tuple[OpenedPage, ...]
    sight: Sight

    def judge(self, limit: float) -> list[RatioVerdict]:
        """The verdict on the times of each page."""
        return [replace(ratio, limit=limit) for ratio in self.ratios]

    def expect_threads_read(self, limit: int) -> None:
        """For no page the product looked through more conversations.

        Raises:
            PromiseBroken: for one it did.
        """
        if any(one.effort is None for one in self.opened):
            self.sight.miss("the work of the database for a page", whole=True)
        for one in self.opened:
            if one.threads_read > limit:
                raise PromiseBroken(
                    Code.EFFORT,
                    f"expected at most {limit} conversations looked through for {one.name} of "
                    f"{len(one.page.threads)}, got {one.threads_read:.1f}",
                )


@dataclass(frozen=True)
class TwoPages:
    """A short and a long page of the same list."""

    short: OpenedPage
    long: OpenedPage

    def expect_sizes(self, short: int, long: int) -> None:
        """The pages have as many conversations as were asked for.

        Raises:
            PromiseBroken: they have not.
        """
        seen = len(self.short.page.threads), len(self.long.page.threads)
        if seen != (short, long):
            raise PromiseBroken(Code.PAGE_SIZE, f"expected pages of {short} and {long}, got {seen[0]} and {seen[1]}")

    def expect_lookups(self, times: int) -> None:
        """The long page took at most `times` times as many look-ups as the short one.

        Raises:
            PromiseBroken: it took more.
        """
        if self.long.lookups > times * self.short.lookups:
            raise PromiseBroken(
                Code.EFFORT,
                f"expected at most {times} times {self.short.lookups:.1f} look-ups for {self.long.name}, "
                f"got {self.long.lookups:.1f}",
            )


async def compare_pages(customer: Customer, newcomer: Customer, size: int, limit: float) -> PageComparison:
    """Read all pages of a customer, and compare the first, middle and last with the newcomer's first.

    Each is read in turns with the newcomer's, until it is clear whether it takes more than `limit` times as long.
    """
    reading = await read_list(customer, size)
    cursors: list[str | None] = [None, *reading.cursors]
    places = {"first": None, "middle": cursors[len(cursors) // 2], "last": cursors[-1]}
    named = {f"{customer.name}'s {place} page": cursor for place, cursor in places.items()}
    ratios = [
        await sample_ratio(
            (name, _timed(customer, size, cursor)), (f"{newcomer.name}'s page", _timed(newcomer, size, None)), limit
        )
        for name, cursor in named.items()
    ]
    opened = await _open(customer, [(name, size, cursor) for name, cursor in named.items()], READINGS)
    return PageComparison(tuple(ratios), opened, customer.driver.sight)


async def open_two_pages(customer: Customer, short: int, long: int) -> TwoPages:
    """Open the first page in two sizes, and count the work of the database."""
    customer.driver.sight.need(customer.driver.storage, "storage")
    wanted = [(f"a page of {size}", size, None) for size in (short, long)]
    return TwoPages(*await _open(customer, wanted, READINGS_OF_EACH_SIZE))


def _timed(customer: Customer, size: int, cursor: str | None) -> Timed:
    paging = customer.driver.sight.need(customer.driver.paging, "paging")

    async def read() -> float:
        begin = time.perf_counter()
        await paging.page(customer.session, size, cursor)
        return time.perf_counter() - begin

    return read


async def _open(
    customer: Customer, wanted: Sequence[tuple[str, int, str | None]], readings: int
) -> tuple[OpenedPage, ...]:
    storage, paging = customer.driver.storage, customer.driver.sight.need(customer.driver.paging, "paging")
    opened: list[OpenedPage] = []
    before = await storage.effort() if storage else None
    for name, size, cursor in wanted:
        pages = [await paging.page(customer.session, size, cursor) for _ in range(readings)]
        after = await storage.effort() if storage else None
        opened.append(OpenedPage(name, pages[-1], after - before if after and before else None, readings))
        before = after
    return tuple(opened)
