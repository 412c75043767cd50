"""Faults of a backend whose database refuses a write: what is left behind, what is lost, and what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import before, change_result, instead, refuse
from support.faults.makers.requests import EVENT, THREAD
from support.faults.makers.storage import fill_in
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


async def _commit(call: Call, owner: Any) -> None:
    await call.connection.execute("COMMIT")
    await call.connection.execute(seams.begin_statement(owner))


def _go_on_without(patch: Patch, seam: Seam, result: Any) -> None:
    """Take no notice of a failure at a seam, and go on with a result."""

    @patch.replace(seam, counts=False)
    async def tried(call: Call) -> Any:
        await call.connection.execute("SAVEPOINT before_it")
        try:
            return await call.go()
        except OSError:
            raise
        except Exception:
            patch.acted()
            await call.connection.execute("ROLLBACK TO SAVEPOINT before_it")
            return result


@fault(
    breaks(
        "TL-06.2[conversations]",
        "TL-06.2[messages]",
        "TL-06.2[events]",
        at="starting:starts_by_asking",
        code=Code.ACT_REFUSED,
    ),
    breaks(
        "TL-06.3[conversations]", "TL-06.3[messages]", "TL-06.3[events]", at="threads:writes", code=Code.ACT_REFUSED
    ),
    breaks(
        "TL-06.4[conversations]",
        "TL-06.4[messages]",
        "TL-06.4[runs]",
        "TL-06.4[events]",
        at="agents:asks",
        code=Code.ACT_REFUSED,
    ),
)
def failed_writes_use_up_their_key(patch: Patch) -> None:
    """A key is stored before the request is carried out, so that a failed request cannot be repeated."""

    async def commit(claimed: Any, call: Call) -> Any:
        await _commit(call, call.key.owner_id)
        return claimed

    change_result(patch, Seam.CLAIM_KEY, commit)


@fault(
    breaks("TL-06.2[keys]", "TL-06.3[keys]", "TL-06.4[keys]", at="refusals:is_refused", code=Code.NOT_REFUSED),
)
def requests_go_on_without_their_key(patch: Patch) -> None:
    """A request whose key cannot be stored is carried out all the same, and again when it is repeated."""
    _go_on_without(patch, Seam.CLAIM_KEY, result=True)


@fault(
    breaks(
        "TL-06.2[events]",
        "TL-06.3[events]",
        "TL-06.5[events]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    ),
    breaks("TL-06.4[events]", at="agents:asks", code=Code.EVENT_MISSING),
)
def events_that_cannot_be_stored_are_lost(patch: Patch) -> None:
    """A change is confirmed even when no device can be told of it."""
    _go_on_without(patch, Seam.ENQUEUE_EVENT, result=None)


@fault(breaks("TL-06.5[events]", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def change_is_committed_before_its_event(patch: Patch) -> None:
    """A change is stored first, and its event in a second step that may fail."""
    before(patch, Seam.ENQUEUE_EVENT, lambda call: _commit(call, call.customer_id))


@fault(breaks("TL-06.5[conversations]", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def event_is_committed_before_its_change(patch: Patch) -> None:
    """Devices are told of a change before it is stored, and even if that fails."""

    async def announce(call: Call) -> None:
        ids = {"customer_id": call.customer_id, "thread_id": call.thread_id}
        event = EVENT.format(kind="thread_updated", thread_id=":thread_id::uuid", data=json.dumps(THREAD))
        await call.connection.execute(fill_in(event, **ids))
        await _commit(call, call.customer_id)

    before(patch, Seam.SAVE_CHANGES, announce)


@fault(
    breaks(
        "TL-06.1",
        "TL-06.2[messages]",
        "TL-06.3[conversations]",
        "TL-06.4[runs]",
        "TL-06.5[conversations]",
        at="refusals:is_refused",
        code=Code.REFUSAL_LEAKS,
    )
)
def refusals_show_the_words_of_the_database(patch: Patch) -> None:
    """When the database refuses, customers read what it said."""

    def show(call: Call) -> Any:
        return seams.answer_of(seams.refusal(503, "unavailable", str(call.error.__cause__)))

    instead(patch, Seam.ON_PROBLEM, show, when=lambda call: call.error.status == 503)


@fault(
    breaks(
        "TL-16.3[conversations]",
        "TL-16.3[messages]",
        "TL-16.3[runs]",
        "TL-16.3[events]",
        at="threads:has",
        code=Code.MESSAGES_SHOWN,
    )
)
def answers_are_stored_once_or_never(patch: Patch) -> None:
    """An answer that the database refuses once is thrown away, and the run counts as failed."""
    refused: set[Any] = set()

    @patch.replace(Seam.END_RUN, counts=False)
    async def end(call: Call) -> Any:
        if call.run_id in refused:
            patch.acted()
            failed = replace(call.outcome, status="failed", result=None, error_code="internal_error", error_message="-")
            return await call.go(outcome=failed)
        try:
            return await call.go()
        except Exception:
            refused.add(call.run_id)
            raise


@fault(breaks("TL-16.3[messages]", at="agents:answers_now", code=Code.UNFINISHED))
def runs_hang_after_an_error_of_the_database(patch: Patch) -> None:
    """An agent whose answer cannot be stored waits for ever."""
    refuse(patch, Seam.STORE_ANSWER, seams.unavailable)


@fault(breaks("TL-16.3[events]", at="devices:received", code=Code.CONNECTION_LOST))
def devices_show_the_words_of_the_database(patch: Patch) -> None:
    """When an agent's answer cannot be stored at once, its devices read what the database said."""
    said: list[str] = []

    @patch.replace(Seam.ENQUEUE_EVENT, counts=False)
    async def enqueue(call: Call) -> Any:
        if said and call.kind == "agent_completed":
            patch.acted()
            return await call.go(data={**call.data, "error": {"code": "interrupted", "message": said[0]}})
        try:
            return await call.go()
        except OSError:
            raise
        except Exception as error:
            said.append(str(error))
            raise
