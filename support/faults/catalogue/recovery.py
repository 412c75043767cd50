"""Faults in recovering from errors."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import refuse, watch
from support.faults.makers.requests import Body, mend_body, sql_when_refused
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-16.1", at="threads:marks", code=Code.ACT_REFUSED))
def broken_connections_are_used_again(patch: Patch) -> None:
    """The product goes on using a connection that the database has dropped."""
    kept: list[Any] = []

    @patch.replace(Seam.BEGIN)
    async def begin(call: Call) -> Any:
        if not seams.is_for_customer(call.begin):
            return await call.go()
        kept[:] = kept or [await call.pool.acquire()]
        try:
            await kept[0].execute(call.begin)
        except Exception as error:
            raise seams.unavailable() from error
        return kept[0]

    @patch.replace(Seam.RELEASE_CONNECTION, counts=False)
    async def release(call: Call) -> None:
        if call.connection not in kept:
            await call.go()
        elif not call.connection.is_closed() and call.connection.is_in_transaction():
            await call.connection.execute("ROLLBACK")


@fault(breaks("TL-16.1", at="threads:marks", code=Code.ACT_REFUSED), one_process=True)
def one_error_stops_all_changes(patch: Patch) -> None:
    """After a refused change nobody can change anything any more."""
    refused: list[Call] = []
    watch(patch, Seam.ON_INVALID, lambda _answer, call: refused.append(call))
    refuse(patch, Seam.LOCK_THREAD, seams.unavailable, when=lambda _call: bool(refused))


@fault(breaks("TL-16.1", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_change_counts_as_one(patch: Patch) -> None:
    """A refused change raises the version of the conversation."""
    sql_when_refused(patch, 422, "UPDATE threads SET version = version + 1 WHERE customer_id = :customer_id")


@fault(breaks("TL-16.1", at="refusals:is_refused", code=Code.NOT_REFUSED))
def unknown_statuses_are_ignored(patch: Patch) -> None:
    """The product silently leaves a status that does not exist out of a change."""

    def mend(body: Body) -> None:
        if body.get("status") == "finished":
            del body["status"]

    mend_body(patch, mend)
