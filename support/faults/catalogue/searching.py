"""Faults in searching."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, instead, skip
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-19.1[a percent sign]", "TL-19.1[an underline]", at="searches:finds_exactly", code=Code.ASSERTION))
def wildcards_match_everything(patch: Patch) -> None:
    """In a search, a percent sign or an underline matches any text."""
    instead(patch, Seam.ESCAPE_TEXT, lambda call: call.text)


@fault(breaks("TL-19.1[words in any case]", at="searches:finds_exactly", code=Code.ASSERTION))
def search_is_case_sensitive(patch: Patch) -> None:
    """A search for capital letters does not find small ones."""

    def add_text(call: Call) -> None:
        call.query.where("title LIKE {0}", f"%{call.filters.q}%")

    instead(patch, Seam.FILTER_TEXT, add_text, when=lambda call: bool(call.filters.q))


@fault(breaks("TL-19.1[an apostrophe]", at="searches:finds_exactly", code=Code.ASSERTION))
def apostrophes_are_dropped(patch: Patch) -> None:
    """A search drops apostrophes, and so never finds a title that has one."""
    change_call(patch, Seam.ESCAPE_TEXT, text=lambda text: text.replace("'", ""))


@fault(breaks("TL-19.1[a detail]", "TL-19.1[a mark and a detail]", at="searches:finds_exactly", code=Code.ASSERTION))
def searches_treat_the_archive_wrongly(patch: Patch) -> None:
    """Each search finds archived conversations, but not the search that asks for them."""

    def add_status(call: Call) -> None:
        if call.filters.status == "archived":
            call.query.where("status <> 'archived'")

    instead(patch, Seam.FILTER_STATUS, add_status, when=lambda call: call.filters.status in (None, "archived"))


@fault(breaks("TL-19.1[words and a detail]", at="searches:finds_exactly", code=Code.ASSERTION))
def detail_is_ignored_beside_words(patch: Patch) -> None:
    """A search for words and a detail looks for the words only."""
    skip(patch, Seam.FILTER_METADATA, when=lambda call: bool(call.filters.q))


@fault(breaks("TL-19.1[everything at once]", at="searches:finds_exactly", code=Code.ASSERTION))
def one_condition_is_enough(patch: Patch) -> None:
    """A search for several things finds conversations that have one of them."""

    def either(call: Call) -> Any:
        owner, *others = call.self.conditions
        call.self.conditions = [owner, f"({' OR '.join(others)})"]
        return call.go()

    instead(patch, Seam.FINISH_QUERY, either)
