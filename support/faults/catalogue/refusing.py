"""Faults in refusing what makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import store_empty_conversation

ACCEPTED = "this was to be refused"
FAILED = "failed at the product's end"


def _with(problem: str) -> str:
    return f"A conversation cannot be started with {problem}"


def _told(problem: str, part: str, seen: str = ACCEPTED) -> Red:
    return Red(_with(problem), f"she is told that the {part} is wrong", seen)


def _leniently(patch: Patch, mend: Callable[[dict[str, Any]], None]) -> None:
    @patch.replace(Seam.LOAD_REQUEST)
    async def load(original: Any, request: Any) -> None:
        await original(request)
        body: Any = seams.json_body(request)
        if isinstance(body, dict):
            mend(cast("dict[str, Any]", body))


def _no_check(patch: Patch, check: Seam) -> None:
    @patch.replace(check)
    def accept(_original: Any, *_arguments: Any) -> None:
        return None


@fault(_told("a title that is a number", "title"))
def numbers_pass_for_text(patch: Patch) -> None:
    """A number is silently made into a text."""
    _leniently(patch, lambda body: body.update({n: str(v) for n, v in body.items() if isinstance(v, int)}))


@fault(_told("an empty title", "title"), _told("an empty first message", "first message"))
def empty_passes_for_something(patch: Patch) -> None:
    """A text with nothing in it is accepted."""
    _no_check(patch, Seam.CHECK_NOT_BLANK)


@fault(
    _told("a title as long as a page", "title"),
    _told("a first message as long as a book", "first message"),
)
def any_length_is_accepted(patch: Patch) -> None:
    """A text may be as long as it likes."""
    _no_check(patch, Seam.CHECK_LENGTH)


@fault(
    _told("a title with a forbidden character", "title", FAILED),
    _told("details with a forbidden character", "details", FAILED),
)
def forbidden_characters_reach_the_database(patch: Patch) -> None:
    """A character that cannot be stored is noticed only when it is stored, and ends in an unexpected error."""
    _no_check(patch, Seam.CHECK_STORABLE)


@fault(_told("a title with a forbidden character", "title"))
def forbidden_characters_are_removed(patch: Patch) -> None:
    """A character that cannot be stored is silently left out."""

    @patch.replace(Seam.PARSE_JSON)
    def parse(original: Any, text: bytes) -> Any:
        return original(text.replace(b"\\u0000", b""))


@fault(_told("details that are a list", "details"))
def lists_pass_for_details(patch: Patch) -> None:
    """A list of details is silently numbered."""

    def number(body: dict[str, Any]) -> None:
        if isinstance(body.get("metadata"), list):
            body["metadata"] = {str(index): value for index, value in enumerate(body["metadata"])}

    _leniently(patch, number)


@fault(_told("details nested too deep", "details"))
def any_depth_is_accepted(patch: Patch) -> None:
    """Details may be nested as deep as one likes."""
    _no_check(patch, Seam.CHECK_METADATA_DEPTH)


@fault(_told("details larger than a picture", "details"))
def any_size_is_accepted(patch: Patch) -> None:
    """Details may be as large as one likes."""
    _no_check(patch, Seam.CHECK_METADATA_SIZE)


@fault(_told("another customer named as owner", "owner"), _told("a part that nobody knows", "unknown part"))
def unknown_parts_are_passed_over(patch: Patch) -> None:
    """What the product does not know in a request is silently thrown away, misspelt parts included."""
    known = {"title", "metadata", "first_message", "email", "password", "plan", "organisation"}

    def clear(body: dict[str, Any]) -> None:
        for name in set(body) - known:
            del body[name]

    _leniently(patch, clear)


@fault(_told("a request torn off half-way", "request"))
def torn_requests_count_as_empty(patch: Patch) -> None:
    """A request that cannot be read is taken for one with nothing in it."""

    @patch.replace(Seam.PARSE_JSON)
    def parse(original: Any, text: bytes) -> Any:
        try:
            return original(text)
        except seams.problem_type():
            return {}


@fault(
    _told("a title that is a number", "title", "names ('request',)"),
    _told("details nested too deep", "details", "names ('request',)"),
    _told("a part that nobody knows", "unknown part", "names ('request',)"),
)
def refusal_does_not_say_what_is_wrong(patch: Patch) -> None:
    """A refusal says that the request is bad, and not which part of it."""

    @patch.replace(Seam.FIELD_ERROR)
    def field_error(original: Any, _pointer: str, *arguments: Any) -> Any:
        return original("", *arguments)


@fault(_told("a title as long as a page", "title", FAILED))
def bad_requests_end_in_an_unexpected_error(patch: Patch) -> None:
    """A check that fails is answered as if the product had broken down."""

    @patch.replace(Seam.ON_INVALID)
    async def on_invalid(_original: Any, _request: Any, _error: Any) -> Any:
        return seams.answer_of(seams.refusal(500, "internal-error", "Something went wrong."))


def _answer_with(patch: Patch, detail: Callable[[Any], str]) -> None:
    @patch.replace(Seam.ON_INVALID)
    async def on_invalid(original: Any, request: Any, error: Any) -> Any:
        answer = await original(request, error)
        answer.headers["X-Debug"] = detail(request)
        return answer


@fault(Red(_with("an empty title"), "the answer gives nothing else away", "a token"))
def refusal_repeats_the_token(patch: Patch) -> None:
    """A refusal carries the customer's token back."""
    _answer_with(patch, lambda request: request.headers["authorization"])


@fault(Red(_with("an empty title"), "the answer gives nothing else away", "a database statement"))
def refusal_shows_a_statement(patch: Patch) -> None:
    """A refusal shows what was to be sent to the database."""
    _answer_with(patch, lambda _request: "INSERT INTO threads (id, customer_id, title) VALUES ($1, $2, $3)")


@fault(Red(_with("a title that is a number"), "nothing of it is kept or announced", "finds what is not theirs"))
def refused_and_kept_all_the_same(patch: Patch) -> None:
    """A refused request leaves an empty conversation behind."""
    _after_refusal(patch, announce=False)


@fault(Red(_with("a title that is a number"), "nothing of it is kept or announced", "events about something"))
def refused_and_announced_all_the_same(patch: Patch) -> None:
    """A refused request is announced to the customer's devices."""
    _after_refusal(patch, announce=True)


def _after_refusal(patch: Patch, *, announce: bool) -> None:
    @patch.replace(Seam.ON_INVALID)
    async def on_invalid(original: Any, request: Any, error: Any) -> Any:
        await store_empty_conversation(request, announce=announce)
        return await original(request, error)
