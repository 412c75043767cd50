"""Faults in searching."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, instead, skip
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

EAST = timedelta(hours=5, minutes=30)
"""How far the clock is ahead in the zone in which the suite names a moment."""


@fault(breaks("TL-19.1[a percent sign]", "TL-19.1[an underscore]", at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def wildcards_match_everything(patch: Patch) -> None:
    """In a search, a percent sign or an underline matches any text."""
    instead(patch, Seam.ESCAPE_TEXT, lambda call: call.text)


@fault(breaks("TL-19.1[words in any case]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def search_is_case_sensitive(patch: Patch) -> None:
    """A search for capital letters does not find small ones."""

    def add_text(call: Call) -> None:
        call.query.where("title LIKE {0}", f"%{call.filters.q}%")

    instead(patch, Seam.FILTER_TEXT, add_text, when=lambda call: bool(call.filters.q))


@fault(breaks("TL-19.1[an apostrophe]", at="lists:finds_exactly", code=Code.LIST_MISSING))
def apostrophes_are_dropped(patch: Patch) -> None:
    """A search drops apostrophes, and so never finds a title that has one."""
    change_call(patch, Seam.ESCAPE_TEXT, text=lambda text: text.replace("'", ""))


@fault(
    breaks(
        "TL-19.1[a detail]",
        "TL-19.1[a status and a detail]",
        "TL-19.1[something that is not there]",
        at="lists:finds_exactly",
        code=Code.LIST_FOREIGN,
    )
)
def searches_treat_the_archive_wrongly(patch: Patch) -> None:
    """Each search finds archived conversations, but not the search that asks for them."""

    def add_status(call: Call) -> None:
        if call.filters.status == "archived":
            call.query.where("status <> 'archived'")

    instead(patch, Seam.FILTER_STATUS, add_status, when=lambda call: call.filters.status in (None, "archived"))


@fault(breaks("TL-19.1[words and a detail]", at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def detail_is_ignored_beside_words(patch: Patch) -> None:
    """A search for words and a detail looks for the words only."""
    skip(patch, Seam.FILTER_METADATA, when=lambda call: bool(call.filters.q))


@fault(breaks("TL-19.1[everything at once]", at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def one_condition_is_enough(patch: Patch) -> None:
    """A search for several things finds conversations that have one of them."""

    def either(call: Call) -> Any:
        owner, *others = call.self.conditions
        call.self.conditions = [owner, f"({' OR '.join(others)})"]
        return call.go()

    instead(patch, Seam.FINISH_QUERY, either)


@fault(
    breaks(
        'TL-19.11[after "Paper boxes"]',
        'TL-19.11[before "Lids and lining"]',
        'TL-19.11[after "Paper boxes" and before "Glued boxes"]',
        'TL-19.11[before "Glued boxes"]',
        'TL-19.11[after "Card boxes"]',
        'TL-19.11[after "Glued boxes"]',
        at="lists:finds_exactly",
        code=Code.LIST_FOREIGN,
    )
)
def dates_are_ignored(patch: Patch) -> None:
    """A search finds conversations of any date."""
    skip(patch, Seam.FILTER_DATES)


@fault(breaks('TL-19.11[before "Lids and lining"]', at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def time_zones_are_ignored(patch: Patch) -> None:
    """A search compares the clocks of two time zones, not the moments."""

    def as_clock(call: Call) -> None:
        call.query.where("created_at < {0}", call.filters.created_before + EAST)

    instead(patch, Seam.FILTER_DATES, as_clock, when=lambda call: bool(call.filters.created_before))


@fault(
    breaks(
        'TL-19.11[after "Paper boxes"]',
        'TL-19.11[after "Glued boxes"]',
        at="lists:finds_exactly",
        code=Code.LIST_FOREIGN,
    )
)
def the_first_moment_is_included(patch: Patch) -> None:
    """A search for what was started after a conversation finds that conversation too."""

    def from_there(call: Call) -> None:
        call.query.where("created_at >= {0}", call.filters.created_after)

    instead(patch, Seam.FILTER_DATES, from_there, when=lambda call: bool(call.filters.created_after))


@fault(
    breaks(
        "TL-19.12[a number]",
        "TL-19.12[a larger number]",
        "TL-19.12[a broken number]",
        "TL-19.12[a yes]",
        "TL-19.12[a no]",
        at="lists:finds_exactly",
        code=Code.LIST_MISSING,
    )
)
def details_are_searched_as_text_alone(patch: Patch) -> None:
    """A search finds no detail that is a number, or yes or no."""
    instead(patch, Seam.VALUES_SEARCHED, lambda call: [call.value])


@fault(breaks("TL-19.12[a number]", "TL-19.12[an item of a list]", at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def details_are_searched_by_their_beginning(patch: Patch) -> None:
    """A search for a number finds larger numbers that begin with it, and a word finds longer texts that have it."""

    def begin(call: Call) -> None:
        for key, value in call.filters.metadata.items():
            call.query.where("metadata ->> {0} LIKE {1}", key, f"%{value}%")

    instead(patch, Seam.FILTER_METADATA, begin)


@fault(
    breaks(
        "TL-19.12[a number]",
        "TL-19.12[a larger number]",
        "TL-19.12[a broken number]",
        "TL-19.12[a yes]",
        "TL-19.12[a no]",
        "TL-19.12[an item of a list]",
        "TL-19.12[another number]",
        at="lists:finds_exactly",
        code=Code.LIST_FOREIGN,
    )
)
def details_are_not_looked_at(patch: Patch) -> None:
    """A search for a detail alone finds everything."""
    skip(patch, Seam.FILTER_METADATA)
