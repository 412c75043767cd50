"""Faults in searching."""

from __future__ import annotations

from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import without_row_security


def _finds(what: str, seen: str = "assert") -> Red:
    return Red(f"Looking for {what}", "she finds exactly these", seen)


@fault(_finds("a percent sign", "1000 recycled boxes"), _finds("an underline", "Box-lids"))
def signs_stand_for_anything(patch: Patch) -> None:
    """A percent sign or an underline in a search finds whatever one likes."""

    @patch.replace(Seam.ESCAPE_TEXT)
    def literal(_original: Any, text: str) -> str:
        return text


@fault(_finds("words in any case"))
def case_matters(patch: Patch) -> None:
    """Capital letters are not found in small ones."""

    @patch.replace(Seam.FILTER_TEXT)
    def add_text(_original: Any, query: Any, filters: Any) -> None:
        if filters.q:
            query.where("title LIKE {0}", f"%{filters.q}%")


@fault(_finds("an apostrophe"))
def apostrophes_are_dropped(patch: Patch) -> None:
    """Quotes are taken out of a search, so that what has them is never found."""

    @patch.replace(Seam.ESCAPE_TEXT)
    def literal(original: Any, text: str) -> str:
        return original(text.replace("'", ""))


@fault(_finds("a mark"), _finds("words and a mark", "1000 recycled boxes"), _finds("what is not there"))
def mark_is_passed_over(patch: Patch) -> None:
    """A search for conversations of one mark finds those of all."""

    @patch.replace(Seam.FILTER_STATUS)
    def add_status(_original: Any, *_arguments: Any) -> None:
        return None


@fault(_finds("a detail"), _finds("a mark and a detail", "assert"))
def archive_is_searched_in_any_case(patch: Patch) -> None:
    """What is archived turns up in every search, and is not found when it is asked for."""

    @patch.replace(Seam.FILTER_STATUS)
    def add_status(original: Any, query: Any, filters: Any) -> None:
        if filters.status == "archived":
            query.where("status <> 'archived'")
        elif filters.status:
            original(query, filters)


@fault(_finds("words and a detail", "Box_lids"))
def detail_is_passed_over_beside_words(patch: Patch) -> None:
    """A search for words and a detail looks for the words alone."""

    @patch.replace(Seam.FILTER_METADATA)
    def add_metadata(original: Any, query: Any, filters: Any) -> None:
        if not filters.q:
            original(query, filters)


@fault(_finds("everything at once"))
def one_thing_is_enough(patch: Patch) -> None:
    """A search for several things finds what has any of them."""

    @patch.replace(Seam.FINISH_QUERY)
    def sql(original: Any, query: Any, limit: int) -> str:
        owner, *others = query.conditions
        query.conditions = [owner, f"({' OR '.join(others)})"]
        return original(query, limit)


@fault(_finds("a percent sign", "100% recycled boxes"))
def everybody_is_searched(patch: Patch) -> None:
    """A search finds conversations of other customers."""
    without_row_security(patch)

    @patch.replace(Seam.BEGIN_QUERY)
    def everybody(original: Any, query: Any, customer_id: Any) -> None:
        original(query, customer_id)
        query.conditions = ["$1::uuid IS NOT NULL"]
