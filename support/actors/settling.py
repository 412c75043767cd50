"""Waiting until the product has sent everything that it has confirmed.

With the suite's eyes this is seen in the database. Without them each customer's browser tells: it must have received
the events that the customer's own acts lead to, and the events of a customer come in one order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from support.actors.customer import BROWSER, Customer
from support.core.failure import PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import EventKind


async def settle(
    driver: Driver, customers: Sequence[Customer], wait_seconds: float, at_work_in: Collection[str] = ()
) -> None:
    """Return once everything that was confirmed so far has been sent; runs may go on in the threads `at_work_in`.

    Raises:
        PromiseBroken: the database shows that work was still under way after `wait_seconds`.
    """
    if driver.durable is not None:
        await driver.durable.settle(wait_seconds, at_work_in)
        return
    for customer in customers:
        await _see_own_events(customer)


async def _see_own_events(customer: Customer) -> None:
    """Wait until the browser has received the events that are due.

    Those that do not come in time are no longer waited for: expectations tell what is missing.
    """
    browser = customer.device(BROWSER)
    if not browser.is_open or not customer.due:
        return
    due = Counter(customer.due)

    def come() -> Counter[tuple[EventKind, str]]:
        return Counter((one.event.kind, one.event.thread_id or "") for one in browser.arrivals)

    try:
        await browser.wait_until(lambda: due <= come(), "the events of the customer's own acts")
    except PromiseBroken:
        customer.due[:] = (due & come()).elements()
