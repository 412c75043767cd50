"""Faults in who owns a conversation, and who may change it."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_refusal, change_result, instead, skip, watch
from support.faults.makers.requests import take_owner_from
from support.faults.makers.storage import without_row_security
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-12.1[the request]", at="lists:has_own", code=Code.LIST_FOREIGN))
def owner_is_taken_from_the_body(patch: Patch) -> None:
    """The customer that the body of a request names becomes the owner."""

    def take(_result: Any, call: Call) -> None:
        body = seams.json_body(call.self)
        if body and (named := body.pop("customer_id", None)):
            owner = dataclasses.replace(seams.identity_of(call.self), customer_id=UUID(named))
            seams.identify_as(call.self, owner)

    change_result(patch, Seam.LOAD_REQUEST, take)


@fault(breaks("TL-12.1[the address]", at="lists:has_own", code=Code.LIST_FOREIGN))
def owner_is_taken_from_the_address(patch: Patch) -> None:
    """The customer that the address of a request names becomes the owner."""
    take_owner_from(patch, lambda connection: connection.query_params.get("customer_id"))
    skip(patch, Seam.CHECK_QUERY)


@fault(breaks("TL-12.1[an extra heading]", at="lists:has_own", code=Code.LIST_FOREIGN))
def owner_is_taken_from_a_header(patch: Patch) -> None:
    """The customer that a header names, as proxies add them, becomes the owner."""
    take_owner_from(patch, lambda connection: connection.headers.get("x-user-id"))


@fault(breaks("TL-12.1[an extra heading]", at="lists:has_own", code=Code.LIST_MISSING))
def named_owner_gives_the_thread_away(patch: Patch) -> None:
    """A conversation whose request names an owner in a header goes to the customer who signed up first."""
    concerned: set[Any] = set()

    def note(identity: Any, call: Call) -> None:
        if call.connection.headers.get("x-user-id"):
            concerned.add(identity.customer_id)

    async def give_away(answer: Any, call: Call) -> Any:
        await seams.see_everything(call.connection)
        first = "(SELECT id FROM customers ORDER BY created_at LIMIT 1)"
        await call.connection.execute(f"UPDATE threads SET customer_id = {first} WHERE id = $1", answer.thread_id)
        return answer

    watch(patch, Seam.IDENTIFY, note)
    change_result(patch, Seam.START_THREAD, give_away, when=lambda call: call.customer_id in concerned)


@fault(breaks("TL-12.2", at="refusals:is_refused", code=Code.NOT_REFUSED))
def everybody_can_change_everything(patch: Patch) -> None:
    """Every customer who knows the id of a conversation can change it."""
    without_row_security(patch)
    instead(patch, Seam.OWNER_CONDITION, lambda _call: "$1::uuid IS NOT NULL")


@fault(breaks("TL-12.2", "TL-20.2", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def strangers_are_refused_and_obeyed(patch: Patch) -> None:
    """A stranger's change of a conversation is refused, and made all the same."""
    without_row_security(patch)

    async def change(_problem: Any, call: Call) -> None:
        await call.connection.execute("UPDATE threads SET version = version + 1 WHERE id = $1", call.thread_id)
        await call.connection.execute("COMMIT; BEGIN")

    change_refusal(patch, Seam.LOCK_THREAD, change)
