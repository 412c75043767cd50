"""Faults in requests that are repeated with their key."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, instead, on_refusal, skip
from support.faults.makers.storage import sql_before, without_row_security
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(
    breaks("TL-06.11", at="lists:finds_exactly", code=Code.LIST_FOREIGN),
    breaks("TL-06.12", at="threads:has", code=Code.MESSAGES_SHOWN),
)
def keys_are_ignored(patch: Patch) -> None:
    """A repeated request has its effect again."""
    instead(patch, Seam.IDEMPOTENCY_KEY, lambda _call: None)


@fault(breaks("TL-06.11", "TL-06.12", at="threads:has", code=Code.REPEAT_ANSWERED))
def repetitions_get_another_answer(patch: Patch) -> None:
    """A repeated request is answered with something that its sender has not seen before."""

    def change(answer: Any, _call: Call) -> Any:
        if answer is not None:
            answer.body = answer.body.replace(b'"user"', b'"tool"').replace(b'"queued"', b'"running"')
            answer.body = answer.body.replace(b'"message_count":0', b'"message_count":1')
            answer.headers["content-length"] = str(len(answer.body))
        return answer

    change_result(patch, Seam.STORED_ANSWER, change)


@fault(breaks("TL-06.11", at="devices:received", code=Code.EVENT_TWICE))
def repetitions_are_announced_again(patch: Patch) -> None:
    """A repeated request changes nothing, and devices receive its event once more."""

    async def announce(answer: Any, call: Call) -> Any:
        if answer is not None:
            data = json.loads(answer.body)
            await Seam.ENQUEUE_EVENT(call.connection, call.key.owner_id, "thread_created", UUID(data["id"]), data)
        return answer

    change_result(patch, Seam.STORED_ANSWER, announce)


@fault(breaks("TL-06.13", at="starting:starts_by_asking", code=Code.ACT_REFUSED))
def failed_requests_use_up_their_key(patch: Patch) -> None:
    """The key of a request that failed is taken, and its repetition is refused for ever."""

    async def claim(claimed: Any, call: Call) -> Any:
        await call.connection.execute("COMMIT; " + seams.begin_statement(call.key.owner_id))
        return claimed

    change_result(patch, Seam.CLAIM_KEY, claim)


@fault(breaks("TL-05.11", at="refusals:is_refused", code=Code.NOT_REFUSED))
def keys_stand_for_any_request(patch: Patch) -> None:
    """Another request with a key that was used gets the answer of the first, and is not carried out."""
    instead(patch, Seam.HASH_REQUEST, lambda _call: b"any")


@fault(breaks("TL-05.11", at="refusals:is_refused", code=Code.REFUSAL_NAMES))
def refusals_do_not_name_the_key(patch: Patch) -> None:
    """The refusal of a key that stands for another request does not say that the key is wrong."""

    def tell(problem: Any, _call: Call) -> Any:
        problem.members.clear()
        raise problem

    on_refusal(patch, Seam.STORED_ANSWER, tell)


@fault(breaks("TL-12.11", at="lists:has_own", code=Code.LIST_MISSING))
def keys_are_shared_by_all_customers(patch: Patch) -> None:
    """Two customers who choose the same key get the same answer, with the conversation of the first."""
    without_row_security(patch)
    answers: dict[tuple[str, bytes], Any] = {}

    async def once(call: Call) -> Any:
        if call.key is None:
            return await call.go()
        place = call.key.value, call.key.request_hash
        if place not in answers:
            answers[place] = await call.go()
        return answers[place]

    instead(patch, Seam.DO_ONCE, once)


@fault(breaks("TL-23.11", at="refusals:is_refused", code=Code.NOT_REFUSED))
def keys_bring_back_erased_threads(patch: Patch) -> None:
    """The answer kept for a key still shows a conversation after it was erased."""
    answers: dict[tuple[Any, str], Any] = {}

    async def once(call: Call) -> Any:
        if call.key is None:
            return await call.go()
        place = call.key.owner_id, call.key.value
        if place not in answers:
            answers[place] = await call.go()
        return answers[place]

    instead(patch, Seam.DO_ONCE, once)
    skip(patch, Seam.STORED_ANSWER)


@fault(breaks("TL-23.11", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def kept_answers_outlive_erasing(patch: Patch) -> None:
    """The answer kept for a key stays in the database after its conversation is erased, though nobody gets it."""
    create = "CREATE TABLE IF NOT EXISTS answers AS SELECT * FROM idempotency_keys WHERE false"
    insert = "INSERT INTO answers SELECT * FROM idempotency_keys WHERE thread_id = :thread_id"
    sql_before(patch, Seam.DELETE_THREAD, create, insert)
