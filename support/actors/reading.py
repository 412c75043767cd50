"""What a customer saw when reading the list page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Thread


@dataclass(frozen=True)
class Reading:
    """What a customer saw when reading the list page by page.

    `started` has the conversations of its start by id, each with its last activity by then; `cursors` led from page to
    page.
    """

    threads: tuple[Thread, ...]
    cursors: tuple[str, ...]
    started: Mapping[str, float]

    def expect_each_once(self, count: int) -> None:
        """Each of the conversations there were at the start was seen once, the one with the latest activity first.

        Raises:
            PromiseBroken: one was seen twice or never, or in another order.
        """
        if len(self.started) != count:
            raise EnvironmentFailed(f"expected {count} conversations at the start, got {len(self.started)}")
        ours = [thread.id for thread in self.threads if thread.id in self.started]
        if twice := [one for one, times in Counter(ours).items() if times > 1]:
            raise PromiseBroken(Code.LIST_TWICE, f"expected each conversation once, got {len(twice)} of them twice")
        if missing := self.started.keys() - set(ours):
            raise PromiseBroken(Code.LIST_MISSING, f"expected {count} conversations, never got {len(missing)} of them")
        times = [self.started[id_] for id_ in ours]
        if times != sorted(times, reverse=True):  # of two of the same moment either may come first
            raise PromiseBroken(Code.LIST_ORDER, "expected the latest conversation first, got another order")

    def expect_pages(self, count: int) -> None:
        """The list had this number of pages.

        Raises:
            PromiseBroken: it had another, such as an empty page after the last conversation.
        """
        if len(self.cursors) + 1 != count:
            raise PromiseBroken(Code.PAGE_ENDLESS, f"expected {count} pages, got {len(self.cursors) + 1}")
