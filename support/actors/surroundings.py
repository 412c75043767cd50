"""What surrounds the conversations of a scenario, unmentioned: details in them, and the same ones beside them.

A colleague of the owner starts each conversation just before the owner does, and a stranger just after, with the same
title, question, details and key. Neither does anything else. If the product files something by a title, a text or a
company instead of by the conversation, the owner sees theirs, or theirs changes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from support.actors.customer import BROWSER, Customer
from support.actors.lists import expect_own
from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import Metadata, NewThread

DETAILS: Metadata = {
    "kept": {"cafe\u0301": {"nothing": [], "beyond doubles": 2**53 + 1}, "empty": {}},
    "approved": False,
}
"""The details of a conversation that is given none: nested, and of values that are easily changed on the way."""
PLANS_WITHOUT_DETAILS = ("free",)
QUIET_PLAN = "enterprise"

Enrol = Callable[[str, str, str | None], Awaitable[Customer]]
"""Enrols somebody by name and plan, in the company of this name, or else in one of their own."""


class Surroundings:
    """Surrounds the conversations that named persons start, one at a time; `enrol` lets somebody sign in."""

    def __init__(self, enrol: Enrol, *, crowded: bool) -> None:
        """Without `crowded` nobody stands beside: the target serves others too, who would see them."""
        self._enrol = enrol
        self._crowded = crowded
        self._colleagues: dict[str, Customer] = {}
        self._stranger: Customer | None = None

    @asynccontextmanager
    async def around(self, owner: Customer, new: NewThread) -> AsyncGenerator[NewThread]:
        """While open, the owner starts the conversation; gives the request for it.

        Raises:
            PromiseBroken: the product does not let the colleague or the stranger start theirs.
        """
        full = with_details(owner, new)
        if not self._crowded:
            yield full
            return
        colleague = await self._colleague_of(owner)
        colleague.key = owner.key
        await colleague.start_alone(full)
        yield full
        if self._stranger is None:
            self._stranger = await self._enrol("Quiet stranger", QUIET_PLAN, None)
        self._stranger.key = owner.key
        await self._stranger.start_alone(full)

    @contextmanager
    def none_beside(self) -> Generator[None]:
        """While open, nobody else starts anything: an act may be refused, and all its effects are looked at."""
        crowded, self._crowded = self._crowded, False
        yield
        self._crowded = crowded

    async def expect_untouched(self) -> None:
        """The colleagues and the stranger have exactly what they started, and received events of nothing else.

        Raises:
            PromiseBroken: they have not, or did.
        """
        for customer in self._quiet:
            device = customer.device(BROWSER)
            await device.settle()
            own = {one.id for one in customer.conversations}
            if foreign := [one.event for one in device.arrivals if one.event.thread_id not in own]:
                told = ", ".join(f"{event.kind} {event.title or ''}".strip() for event in foreign)
                raise PromiseBroken(
                    Code.BYSTANDER_REACHED, f"expected {device.name} to receive events of their own alone, got: {told}"
                )
        await expect_own(self._quiet)

    async def leave(self) -> None:
        """Close their devices."""
        for customer in self._quiet:
            await customer.leave()

    async def come_back(self) -> None:
        """Open their devices again; what was sent meanwhile is caught up."""
        for customer in self._colleagues.values():
            await customer.open_browser()

    @property
    def _quiet(self) -> list[Customer]:
        return [*self._colleagues.values(), *filter(None, [self._stranger])]

    async def _colleague_of(self, owner: Customer) -> Customer:
        company = owner.account.organisation
        if company not in self._colleagues:
            colleague = await self._enrol(f"Colleague of {owner.name}", QUIET_PLAN, company)
            await colleague.open_browser()
            self._colleagues[company] = colleague
        return self._colleagues[company]


def with_details(owner: Customer, new: NewThread) -> NewThread:
    """The same request with `DETAILS`, where it gives none and the owner's plan has details."""
    bare = new.metadata is None and owner.driver.metadata is not None
    return replace(new, metadata=DETAILS) if bare and owner.account.plan not in PLANS_WITHOUT_DETAILS else new
