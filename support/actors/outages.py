"""Outages in the words of the features, and the functions that make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.actors.assistant import Assistant
from support.actors.people import People
from support.core.failure import EnvironmentFailed
from support.drivers.contract.types import Write

Begin = Callable[[People, Assistant], Awaitable[None]]


def _refuses(write: Write, *, once: bool) -> Begin:
    return lambda people, _assistant: people.operator.refuse(
        [person.account for person in people.everybody], write, once=once
    )


OUTAGES: dict[tuple[str, str], Begin] = {
    ("the assistant", "is unavailable"): lambda people, assistant: assistant.will_refuse(people.everybody),
    ("the database", "drops its connections"): lambda people, _assistant: people.operator.drop_connections(),
    ("the database", "is back"): lambda people, _assistant: people.operator.end_outages(),
    ("the product", "is restarted"): lambda people, _assistant: people.operator.restart_product(),
    **{("the database", f"refuses {write}"): _refuses(write, once=False) for write in Write},
    **{("the database", f"refuses {write} once"): _refuses(write, once=True) for write in Write},
}
"""By service and outage. An outage of one part of the database concerns only the customers of the scenario."""


async def begin(people: People, assistant: Assistant, service: str, outage: str) -> None:
    """Begin an outage, or end it.

    Raises:
        EnvironmentFailed: the suite has no such outage of this service.
    """
    if (service, outage) not in OUTAGES:
        known = "; ".join(" ".join(pair) for pair in OUTAGES)
        raise EnvironmentFailed(f"expected one of: {known}; got {service} {outage}")
    await OUTAGES[service, outage](people, assistant)
