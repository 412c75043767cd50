"""Faults that damage texts and details with unusual characters, numbers and sizes, or accept what cannot be kept."""

from __future__ import annotations

import html
import json
import unicodedata
from collections.abc import Callable
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, change_result, instead, refuse, skip
from support.faults.patch import Patch
from support.faults.seams import Seam

Change = Callable[[str], str]
DEEPEST = 5
LARGEST = 16_000


def _store_text(patch: Patch, change: Change) -> None:
    """Store titles and messages with a change."""
    change_call(patch, Seam.STORE_THREAD, title=change)
    change_call(patch, Seam.STORE_MESSAGE, content=change)


def _store_details(patch: Patch, change: Callable[[Any], Any]) -> None:
    """Store details with a change of every value; one that becomes `...` is left out."""
    change_call(patch, Seam.STORE_THREAD, metadata=lambda metadata: _changed(metadata, change))
    change_call(patch, Seam.MERGE_METADATA, change=lambda metadata: _changed(metadata, change))


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    value = change(value)
    match value:
        case {**members}:
            inner = {name: _changed(member, change) for name, member in members.items()}
            return {name: member for name, member in inner.items() if member is not ...}
        case [*items]:
            return [item for item in (_changed(item, change) for item in items) if item is not ...]
        case _:
            return value


def _in_lists(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A change of each entry of a list; one that becomes `...` is left out."""

    def changed(value: Any) -> Any:
        match value:
            case [*items]:
                return [one for one in map(change, items) if one is not ...]
            case _:
                return value

    return changed


def _depth(value: Any) -> int:
    match value:
        case {**members}:
            return 1 + max(map(_depth, members.values()), default=0)
        case [*items]:
            return 1 + max(map(_depth, items), default=0)
        case _:
            return 0


def _without(*characters: str) -> Change:
    return lambda text: "".join(one for one in text if one not in characters)


MARKS = ("\u200e", "\u200f", "\u200d", "\ufe0f")
"""Characters that nobody sees, and that decide how others are shown."""


@fault(
    breaks(
        "TL-01.4[family emoji]",
        "TL-01.4[flags]",
        "TL-01.4[letters with two accents]",
        "TL-01.5[family emoji]",
        "TL-01.5[flags]",
        "TL-01.5[letters with two accents]",
        "TL-01.5[emoji with a skin tone]",
        at="threads:has",
        code=Code.TITLE_FORM,
    )
)
def titles_are_cut_within_a_character(patch: Patch) -> None:
    """A title ends with half of a family, a flag or an accented letter."""
    instead(patch, Seam.CUT_TEXT, lambda call: call.text[: call.length])


@fault(
    breaks(
        "TL-01.4[only spaces]",
        "TL-01.4[only zero-width characters]",
        "TL-01.4[only blank letters]",
        at="threads:has",
        code=Code.TITLE_FORM,
    )
)
def blank_answers_become_titles(patch: Patch) -> None:
    """An answer of the model in which nothing can be read becomes the title."""
    instead(patch, Seam.CLEAN_TITLE, lambda call: call.answer)


@fault(
    breaks(
        "TL-01.4[the first half of an emoji]",
        "TL-01.4[a NUL character]",
        at="starting:starts_by_asking",
        code=Code.ACT_REFUSED,
    )
)
def answers_that_cannot_be_stored_become_titles(patch: Patch) -> None:
    """No conversation can start when the model's answer has a character that cannot be stored."""
    skip(patch, Seam.CHECK_STORABLE)


@fault(
    breaks("TL-01.4[right-to-left text]", "TL-01.5[right-to-left text]", at="threads:has", code=Code.TITLE_SHOWN),
    breaks("TL-01.4[line breaks]", at="threads:has", code=Code.TITLE_SHOWN),
    breaks("TL-01.4[text like an order to the assistant]", at="threads:has", code=Code.TITLE_FORM),
)
def generated_titles_have_plain_letters_only(patch: Patch) -> None:
    """A generated title has no other script, and no capital letters."""
    for seam in (Seam.CLEAN_TITLE, Seam.TITLE_FROM_MESSAGE):
        change_result(patch, seam, lambda title, _call: title.encode("ascii", "ignore").decode().lower())


@fault(
    breaks(
        "TL-01.5[text like a database command]", "TL-01.5[spaces at both ends]", at="threads:has", code=Code.TITLE_SHOWN
    )
)
def questions_are_escaped_in_titles(patch: Patch) -> None:
    """A title made of a question has its spaces, and codes in place of its quotes."""
    instead(patch, Seam.TITLE_FROM_MESSAGE, lambda call: html.escape(call.message)[:60])


@fault(breaks("TL-01.6[decomposed accents]", at="threads:has", code=Code.TITLE_SHOWN))
def text_is_composed(patch: Patch) -> None:
    """Letters with accents are stored as one character each."""
    _store_text(patch, lambda text: unicodedata.normalize("NFC", text))


@fault(breaks("TL-01.6[composed accents]", at="threads:has", code=Code.TITLE_SHOWN))
def text_is_decomposed(patch: Patch) -> None:
    """Letters with accents are stored as a letter and an accent."""
    _store_text(patch, lambda text: unicodedata.normalize("NFD", text))


@fault(breaks("TL-01.6[right-to-left text]", "TL-01.6[joined emoji]", at="threads:has", code=Code.TITLE_SHOWN))
def hidden_marks_are_removed(patch: Patch) -> None:
    """Characters that nobody sees are removed, and with them families and the order of words."""
    _store_text(patch, _without(*MARKS))


@fault(breaks("TL-01.6[the longest text in emoji]", at="threads:has", code=Code.TITLE_SHOWN))
def emoji_become_question_marks(patch: Patch) -> None:
    """Each emoji is stored as a question mark."""
    _store_text(patch, lambda text: "".join(one if one <= "\uffff" else "?" for one in text))


@fault(breaks("TL-01.6[spaces at both ends]", at="threads:has", code=Code.TITLE_SHOWN))
def text_is_trimmed(patch: Patch) -> None:
    """Spaces at both ends of a text are removed."""
    _store_text(patch, str.strip)


@fault(breaks("TL-01.6[line breaks]", at="threads:has", code=Code.MESSAGES_SHOWN))
def line_breaks_of_messages_change(patch: Patch) -> None:
    """Line breaks of a message are all of one kind afterwards."""
    change_call(patch, Seam.STORE_MESSAGE, content=lambda text: "\n".join(text.splitlines()))


@fault(
    breaks(
        "TL-01.6[quotes and backslashes]",
        "TL-01.6[text like a database command]",
        at="threads:has",
        code=Code.TITLE_SHOWN,
    )
)
def quotes_are_doubled(patch: Patch) -> None:
    """Each apostrophe is stored twice."""
    _store_text(patch, lambda text: text.replace("'", "''"))


@fault(breaks("TL-01.6[text like a web page]", at="threads:has", code=Code.TITLE_SHOWN))
def text_is_escaped_for_web_pages(patch: Patch) -> None:
    """Text is stored with the codes that a web page needs."""
    _store_text(patch, html.escape)


@fault(breaks("TL-01.6[text like a template]", at="threads:has", code=Code.TITLE_SHOWN))
def templates_are_filled_in(patch: Patch) -> None:
    """Text in braces is taken for a template, and filled in."""
    _store_text(patch, lambda text: text.replace("{{7*7}}", "49"))


@fault(
    breaks(
        "TL-01.6[the longest text]",
        "TL-01.6[the longest text in emoji]",
        at="starting:starts_with",
        code=Code.ACT_REFUSED,
    )
)
def longest_text_is_refused(patch: Patch) -> None:
    """A text of exactly the length that is allowed is refused."""
    change_call(patch, Seam.CHECK_LENGTH, maximum=lambda maximum: maximum - 1)


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def whole_numbers_are_rounded(patch: Patch) -> None:
    """Whole numbers lose digits beyond the sixteenth."""
    _store_details(patch, lambda value: int(float(value)) if type(value) is int else value)


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def small_numbers_become_zero(patch: Patch) -> None:
    """Numbers have six digits after the point."""
    _store_details(patch, lambda value: round(value, 6) if isinstance(value, float) and value < 1 else value)


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def empty_lists_are_lost(patch: Patch) -> None:
    """A detail that is an empty list is thrown away."""
    _store_details(patch, lambda value: ... if value == [] else value)


@fault(breaks("TL-02.3", at="threads:has", code=Code.METADATA_ANSWERED))
def empty_groups_are_lost(patch: Patch) -> None:
    """A group of details that has none is thrown away."""
    _store_details(patch, lambda value: ... if value == {} else value)


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def nothing_is_removed_from_lists(patch: Patch) -> None:
    """An entry of a list that has no value is thrown away."""
    _store_details(patch, _in_lists(lambda one: ... if one is None else one))


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def yes_becomes_one(patch: Patch) -> None:
    """Yes and no in lists are stored as 1 and 0."""
    _store_details(patch, _in_lists(lambda one: int(one) if isinstance(one, bool) else one))


@fault(breaks("TL-02.3", "TL-10.3", at="threads:has", code=Code.METADATA_ANSWERED))
def details_are_composed(patch: Patch) -> None:
    """Letters with accents are stored as one character each in details."""
    _store_details(patch, lambda value: unicodedata.normalize("NFC", value) if isinstance(value, str) else value)


@fault(breaks("TL-02.3", at="threads:has", code=Code.METADATA_ANSWERED))
def names_of_details_are_cleaned(patch: Patch) -> None:
    """Signs in the names of details are replaced."""

    def change(value: Any) -> Any:
        match value:
            case {**members}:
                return {str(name).replace("$", "_"): one for name, one in members.items()}
            case _:
                return value

    _store_details(patch, change)


@fault(breaks("TL-02.4[the deepest details]", at="starting:starts_with", code=Code.ACT_REFUSED))
def deepest_details_are_refused(patch: Patch) -> None:
    """Details of exactly the depth that is allowed are refused."""
    refuse(patch, Seam.CHECK_METADATA_DEPTH, _too_much, when=lambda call: _depth(call.metadata) == DEEPEST)


@fault(breaks("TL-02.4[the largest details]", at="starting:starts_with", code=Code.ACT_REFUSED))
def largest_details_are_refused(patch: Patch) -> None:
    """Details of exactly the size that is allowed are refused."""
    refuse(patch, Seam.CHECK_METADATA_SIZE, _too_much, when=lambda call: len(json.dumps(call.metadata)) > LARGEST)


def _too_much() -> Exception:
    return seams.refusal(422, "invalid-request", "too much")


@fault(
    breaks(
        "TL-05.1[only zero-width characters as its title]",
        "TL-05.1[only blank letters as its title]",
        "TL-05.1[only zero-width characters as its first message]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def only_spaces_count_as_blank(patch: Patch) -> None:
    """The product takes characters that nobody sees for text."""
    skip(patch, Seam.CHECK_NOT_BLANK, when=lambda call: bool(call.text.strip()))


@fault(
    breaks(
        "TL-05.1[only spaces as its title]",
        "TL-05.1[only no-break spaces as its title]",
        "TL-05.1[only line breaks as its first message]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def spaces_count_as_text(patch: Patch) -> None:
    """The product takes spaces and line breaks for text."""
    skip(patch, Seam.CHECK_NOT_BLANK, when=lambda call: bool(call.text))


@fault(
    breaks(
        "TL-05.1[one emoji too many as its title]",
        "TL-05.1[one emoji too many as its first message]",
        "TL-05.1[a text one character too long as its title]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def one_character_too_many_is_accepted(patch: Patch) -> None:
    """A text may be one character longer than the product says."""
    change_call(patch, Seam.CHECK_LENGTH, maximum=lambda maximum: maximum + 1)


@fault(
    breaks(
        "TL-05.1[the first half of an emoji as its title]",
        "TL-05.1[the second half of an emoji as its title]",
        "TL-05.1[the first half of an emoji as its first message]",
        "TL-05.1[a NUL character as its first message]",
        "TL-10.4[a NUL character]",
        "TL-19.3[a NUL character]",
        at="refusals:is_refused",
        code=Code.REFUSAL_REASON,
    )
)
def half_characters_end_in_an_unexpected_error(patch: Patch) -> None:
    """A character that cannot be stored is answered as if the product had failed."""
    skip(patch, Seam.CHECK_STORABLE)


@fault(
    breaks(
        "TL-05.1[the second half of an emoji as a detail]",
        "TL-05.1[a name with half of an emoji as a detail]",
        "TL-10.4[the first half of an emoji]",
        "TL-10.4[the second half of an emoji]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def half_characters_become_question_marks(patch: Patch) -> None:
    """Half of an emoji in details is stored as a question mark."""
    change_call(patch, Seam.PARSE_JSON, text=lambda text: text.replace(b"\\ud83d", b"?").replace(b"\\udce6", b"?"))


@fault(
    breaks(
        "TL-05.1[a number out of range as a detail]",
        "TL-10.4[a number out of range]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def numbers_out_of_range_become_nothing(patch: Patch) -> None:
    """A number that is too large is stored as no value."""
    change_call(patch, Seam.PARSE_JSON, text=lambda text: text.replace(b"1e400", b"null"))


@fault(
    breaks(
        "TL-05.1[details one level too deep as a detail]",
        "TL-10.4[details one level too deep]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def details_one_level_too_deep_are_accepted(patch: Patch) -> None:
    """Details may be one level deeper than the product says."""
    skip(patch, Seam.CHECK_METADATA_DEPTH, when=lambda call: _depth(call.metadata) == DEEPEST + 1)


@fault(
    breaks(
        "TL-05.1[details one byte too large as a detail]",
        "TL-10.4[details one byte too large]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def details_one_byte_too_large_are_accepted(patch: Patch) -> None:
    """Details may be larger than the product says."""
    skip(patch, Seam.CHECK_METADATA_SIZE)


@fault(breaks("TL-19.2[decomposed accents]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def searches_are_composed(patch: Patch) -> None:
    """A search looks for letters with accents as one character each, and misses the others."""
    change_call(patch, Seam.ESCAPE_TEXT, text=lambda text: unicodedata.normalize("NFC", text))


@fault(
    breaks(
        "TL-19.2[composed accents]",
        "TL-19.2[right-to-left text]",
        "TL-19.2[joined emoji]",
        at="lists:finds_exactly",
        code=Code.LIST_MISSING,
    )
)
def searches_have_plain_letters_only(patch: Patch) -> None:
    """A search drops every character that is not a plain letter, digit or sign."""
    change_call(patch, Seam.ESCAPE_TEXT, text=lambda text: text.encode("ascii", "replace").decode())


@fault(breaks("TL-19.2[quotes and backslashes]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def backslashes_are_taken_for_signs(patch: Patch) -> None:
    """In a search a backslash takes its meaning from the next character."""
    instead(patch, Seam.ESCAPE_TEXT, lambda call: call.text.replace("%", "\\%").replace("_", "\\_"))


@fault(breaks("TL-19.2[signs of a search]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def signs_are_dropped_from_searches(patch: Patch) -> None:
    """A search drops the signs that have a meaning in other searches, and misses text that has them."""
    change_call(patch, Seam.ESCAPE_TEXT, text=_without(*'*?|"()-'))


@fault(breaks("TL-19.2[spaces at both ends]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def spaces_in_searches_become_one(patch: Patch) -> None:
    """A search takes several spaces for one, and misses text that has several."""
    change_call(patch, Seam.ESCAPE_TEXT, text=lambda text: " ".join(text.split()))


@fault(
    breaks(
        "TL-19.3[the first half of an emoji]",
        "TL-19.3[the second half of an emoji]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def unreadable_searches_are_guessed(patch: Patch) -> None:
    """A search that is not text looks for something else, and finds nothing."""
    skip(patch, Seam.CHECK_QUERY_TEXT)
