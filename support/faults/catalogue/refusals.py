"""Faults in refusing requests that make no sense."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, instead, skip, swallow
from support.faults.makers.requests import Body, leak, mend_body, store_when_refused
from support.faults.patch import Patch
from support.faults.seams import Seam

KNOWN = {"title", "metadata", "first_message", "email", "password", "plan", "organisation"}


@fault(breaks("TL-05.1[a title that is a number]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def numbers_are_accepted_as_text(patch: Patch) -> None:
    """The product silently makes a number into a text."""
    mend_body(patch, lambda body: body.update({n: str(v) for n, v in body.items() if isinstance(v, int)}))


@fault(
    breaks(
        "TL-05.1[an empty title]", "TL-05.1[an empty first message]", at="refusals:is_refused", code=Code.NOT_REFUSED
    )
)
def empty_text_is_accepted(patch: Patch) -> None:
    """The product accepts a text with nothing in it."""
    skip(patch, Seam.CHECK_NOT_BLANK)


@fault(
    breaks(
        "TL-05.1[a first message that is too long]",
        "TL-05.1[a title that is too long]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def text_of_each_length_is_accepted(patch: Patch) -> None:
    """The product accepts a text of any length."""
    skip(patch, Seam.CHECK_LENGTH)


@fault(
    breaks(
        "TL-05.1[details with a forbidden character]",
        "TL-05.1[a title with a forbidden character]",
        at="refusals:is_refused",
        code=Code.REFUSAL_REASON,
    )
)
def forbidden_characters_reach_the_database(patch: Patch) -> None:
    """A character that cannot be stored ends in an unexpected error."""
    skip(patch, Seam.CHECK_STORABLE)


@fault(breaks("TL-05.1[a title with a forbidden character]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def forbidden_characters_are_removed(patch: Patch) -> None:
    """The product silently leaves out a character that cannot be stored."""
    change_call(patch, Seam.PARSE_JSON, text=lambda text: text.replace(b"\\u0000", b""))


@fault(breaks("TL-05.1[details that are a list]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def lists_are_accepted_as_details(patch: Patch) -> None:
    """The product silently numbers a list of details."""

    def number(body: Body) -> None:
        match body.get("metadata"):
            case [*items]:
                body["metadata"] = {str(index): value for index, value in enumerate(items)}
            case _:
                pass

    mend_body(patch, number)


@fault(breaks("TL-05.1[details nested too deep]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def details_of_each_depth_are_accepted(patch: Patch) -> None:
    """The product accepts details that are nested without end."""
    skip(patch, Seam.CHECK_METADATA_DEPTH)


@fault(breaks("TL-05.1[details that are too large]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def details_of_each_size_are_accepted(patch: Patch) -> None:
    """The product accepts details of any size."""
    skip(patch, Seam.CHECK_METADATA_SIZE)


@fault(
    breaks(
        "TL-05.1[another customer named as owner]",
        "TL-05.1[a part that nobody knows]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def unknown_parts_are_ignored(patch: Patch) -> None:
    """The product silently ignores parts of a request that it does not know, even misspelt ones."""
    mend_body(patch, lambda body: [body.pop(name) for name in set(body) - KNOWN])


@fault(breaks("TL-05.1[a request torn off half-way]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def torn_requests_count_as_empty(patch: Patch) -> None:
    """A request that cannot be read counts as one with nothing in it."""

    def nothing(_call: Any) -> Body:
        return {}

    swallow(patch, Seam.PARSE_JSON, nothing)


@fault(
    breaks(
        "TL-05.1[a title that is a number]",
        "TL-05.1[details nested too deep]",
        "TL-05.1[a part that nobody knows]",
        at="refusals:is_refused",
        code=Code.REFUSAL_NAMES,
    )
)
def refusal_does_not_name_the_part(patch: Patch) -> None:
    """A refusal says that the request is wrong, and not which part of it."""
    change_call(patch, Seam.FIELD_ERROR, pointer=lambda _pointer: "")


@fault(breaks("TL-05.1[a title that is too long]", at="refusals:is_refused", code=Code.REFUSAL_REASON))
def wrong_requests_end_in_an_unexpected_error(patch: Patch) -> None:
    """A wrong request is answered as if the product had failed."""
    failure = (500, "internal-error", "Something went wrong.")
    instead(patch, Seam.ON_INVALID, lambda _call: seams.answer_of(seams.refusal(*failure)))


@fault(breaks("TL-05.1[an empty title]", at="refusals:is_refused", code=Code.REFUSAL_LEAKS))
def refusal_shows_the_token(patch: Patch) -> None:
    """A refusal shows the customer's token."""
    leak(patch, lambda request: request.headers["authorization"])


@fault(breaks("TL-05.1[an empty title]", at="refusals:is_refused", code=Code.REFUSAL_LEAKS))
def refusal_shows_a_statement(patch: Patch) -> None:
    """A refusal shows a statement for the database."""
    leak(patch, lambda _request: "INSERT INTO threads (id, customer_id, title) VALUES ($1, $2, $3)")


@fault(breaks("TL-05.1[a title that is a number]", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_request_stores_a_thread(patch: Patch) -> None:
    """A refused request leaves an empty conversation behind."""
    store_when_refused(patch, 422)


@fault(breaks("TL-05.1[a title that is a number]", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_request_sends_an_event(patch: Patch) -> None:
    """The customer's devices receive an event of a refused request."""
    store_when_refused(patch, 422, announce_only=True)
