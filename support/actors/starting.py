"""Starting conversations: one, many, from a table, and by requests that are wrong."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence

from support.actors.customer import Conversation, Customer
from support.core.words import member
from support.drivers.contract.types import Account, Malformed, Metadata, NamingPlace, NewThread, Refusal, Refused
from support.specification.values import DETAIL, Use, value_named

FEW = 100
"""Up to this number, conversations are started one after the other, so that their order is known."""
AT_ONCE = 8
AS_PART = re.compile(r"(.+) as (?:its (title|first message|title and first message)|a (detail))")
"""A hard value by its name, and the parts of the request that have it."""


async def start(
    customer: Customer, title: str | None = None, metadata: Metadata | None = None, first_message: str | None = None
) -> Conversation:
    """Start a conversation."""
    return await customer.start(NewThread(title, metadata, first_message))


async def start_many(customer: Customer, count: int) -> None:
    """Start `count` conversations, of which only the first is surrounded, because it costs time.

    Many are started several at once, and the database then refreshes its statistics.
    """
    titles = [f"Conversation {number}" for number in range(2, count + 1)]
    await start(customer, "Conversation 1")
    if count <= FEW:
        for title in titles:
            await customer.start_alone(NewThread(title))
        return
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(title: str) -> None:
        async with turns:
            await customer.start_alone(NewThread(title))

    await asyncio.gather(*map(in_turn, titles))
    if customer.driver.storage is not None:
        await customer.driver.storage.take_stock()


async def start_these(customer: Customer, table: Sequence[Sequence[str]]) -> None:
    """Start a conversation for each line of a table of title, and perhaps status and details.

    A column other than `title` and `status` is a detail.
    """
    for cells in (dict(zip(table[0], row, strict=True)) for row in table[1:]):
        metadata = {name: value for name, value in cells.items() if name not in ("title", "status")}
        conversation = await start(customer, cells["title"], metadata or None)
        if cells.get("status", "active") != "active":
            await customer.set_status(conversation, cells["status"])


async def start_with(customer: Customer, part: str, other: Account) -> None:
    """Start a conversation with a hard value in one of its parts, or with one error in the request.

    Raises:
        Refused: the product refuses it.
    """
    if match := AS_PART.fullmatch(part):
        name, parts, policy = match[1], match[2] or match[3], customer.driver.policy
        await start(
            customer,
            title=value_named(name, Use.TITLE, policy) if "title" in parts else None,
            metadata={DETAIL: value_named(name, Use.DETAIL, policy)} if parts == "detail" else None,
            first_message=value_named(name, Use.MESSAGE, policy) if "message" in parts else None,
        )
        return
    malformed = member(Malformed, part)
    strict = customer.driver.sight.need(customer.driver.strict_input, "strict_input")
    answer = await strict.create_malformed(customer.session, malformed, other)
    if isinstance(answer, Refusal):
        raise Refused(f"starting a conversation with {malformed}", answer)


async def start_naming_owner(customer: Customer, owner: Customer, place: str) -> None:
    """Start a conversation, naming another customer as its owner; where it is accepted, it is this customer's.

    Raises:
        Refused: the product refuses it, which is also right.
    """
    new, asked_at = NewThread(title="Mine now"), time.monotonic()
    where = member(NamingPlace, place)
    strict = customer.driver.sight.need(customer.driver.strict_input, "strict_input")
    answer = await strict.create_posing(customer.session, new, owner.account, where)
    if isinstance(answer, Refusal):
        raise Refused(f"starting a conversation with another owner in {where}", answer)
    customer.add(new, answer, asked_at)
