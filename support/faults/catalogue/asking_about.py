"""Faults in exports, in answers to requests that only ask about a conversation, and in parts that nobody knows."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, instead, skip
from support.faults.makers.requests import ask_for_anybody, mend_body, mend_query
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-02.11", at="threads:has", code=Code.EXPORT_DIFFERS))
def exports_lack_the_last_message(patch: Patch) -> None:
    """The export of a conversation ends before its last message."""
    change_result(patch, Seam.LIST_MESSAGES, lambda rows, _call: rows[:-1], when=lambda call: call.limit is None)


@fault(breaks("TL-02.11", at="threads:has", code=Code.EXPORT_DIFFERS))
def exports_have_messages_backwards(patch: Patch) -> None:
    """The export of a conversation has the latest message first."""
    change_result(patch, Seam.LIST_MESSAGES, lambda rows, _call: rows[::-1], when=lambda call: call.limit is None)


@fault(breaks("TL-02.11", at="threads:has", code=Code.EXPORT_DIFFERS))
def exports_have_no_details(patch: Patch) -> None:
    """The export of a conversation has no details."""
    change_result(patch, Seam.LOCK_THREAD, lambda row, _call: {**dict(row), "metadata": {}})


async def _tell_title(answer: Any, call: Call) -> Any:
    path = call.request.url.path
    if call.error.status_code == 405 and path.startswith("/api/threads/"):
        query = "SELECT title FROM threads WHERE id = :id"
        title = await ask_for_anybody(call.request, query, id=path.rpartition("/")[2])
        answer.headers["X-Title"] = (title or "").encode("ascii", "replace").decode()
    return answer


@fault(breaks("TL-17.1", "TL-04.1", at="lists:does_not_exist", code=Code.REFUSAL_TELLS))
def refused_methods_tell_that_a_thread_exists(patch: Patch) -> None:
    """A request that asks what can be done with a conversation is refused, with the title of the conversation."""
    change_result(patch, Seam.REFUSED_METHOD, _tell_title)


@fault(breaks("TL-20.1[without signing in]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def looking_needs_no_token(patch: Patch) -> None:
    """Who only asks whether a conversation is there gets an answer without having signed in."""

    async def answer(call: Call) -> None:
        await call.send({"type": "http.response.start", "status": 200, "headers": []})
        await call.send({"type": "http.response.body", "body": b""})

    instead(patch, Seam.ANSWER_HEAD, answer, when=lambda call: call.scope.get("method") == "HEAD")


@fault(
    breaks("TL-05.12[with a part that nobody knows in its address]", at="refusals:is_refused", code=Code.NOT_REFUSED)
)
def addresses_may_have_unknown_parts(patch: Patch) -> None:
    """A part of an address that the product does not know is passed over in silence."""
    skip(patch, Seam.CHECK_QUERY)


@fault(
    breaks("TL-05.12[with a part that nobody knows in its content]", at="refusals:is_refused", code=Code.NOT_REFUSED)
)
def requests_may_have_unknown_parts(patch: Patch) -> None:
    """A part of a request that the product does not know is passed over in silence."""
    mend_body(patch, lambda body: body.pop("colour", None))


@fault(
    breaks("TL-18.2[a filter that nobody knows]", at="refusals:is_refused", code=Code.NOT_REFUSED),
)
def unknown_filters_are_passed_over(patch: Patch) -> None:
    """A search with a filter that the product does not know finds everything."""
    mend_query(patch, {"colour=green": ""})


@fault(
    breaks("TL-18.2[a status that nobody knows]", at="refusals:is_refused", code=Code.NOT_REFUSED),
)
def unknown_statuses_mean_any(patch: Patch) -> None:
    """A list of a status that does not exist is the list without a status."""
    mend_query(patch, {"status=finished": ""})


@fault(
    breaks(
        "TL-18.2[a date that is no date]",
        "TL-18.2[a date without a time zone]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def bad_dates_are_passed_over(patch: Patch) -> None:
    """A search with a date that cannot be read finds conversations of any date."""
    mend_query(patch, {"created_after=yesterday": "", "created_before=2026-11-25T10%3A00%3A00": ""})
