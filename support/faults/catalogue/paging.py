"""Faults in the pages of the list: which conversations are on them, where the next begins, and what a page costs."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import before, change_call, change_result, change_rows, instead, skip, swallow
from support.faults.makers.requests import mend_query
from support.faults.makers.storage import sql_at_start
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


def _with_limit(filters: Any, limit: int) -> Any:
    return filters.model_copy(update={"limit": limit})


@fault(
    breaks("TL-18.1", at="lists:has_seen_each", code=Code.LIST_TWICE),
    breaks("TL-21.1", at="page_cost:looks_through", code=Code.EFFORT),
)
def pages_are_counted_from_the_top(patch: Patch) -> None:
    """A page is found by counting from the top: all before it are read, and new ones push old ones onto it."""

    async def page(call: Call) -> Any:
        skipped = int((call.filters.cursor or "page-0").removeprefix("page-"))
        statement = seams.list_query(call.customer_id, call.filters.limit)
        rows = await call.connection.fetch(f"{statement} OFFSET {skipped}", call.customer_id)
        return rows, f"page-{skipped + len(rows)}" if len(rows) == call.filters.limit else None

    instead(patch, Seam.LIST_THREADS, page)


@fault(breaks("TL-18.1", at="lists:has_seen_each", code=Code.LIST_MISSING))
def one_thread_is_lost_between_pages(patch: Patch) -> None:
    """Each page begins one conversation too late."""
    change_rows(patch, lambda rows, call: rows[1:] if call.filters.cursor else rows)


@fault(breaks("TL-18.1", at="lists:has_seen_each", code=Code.LIST_ORDER))
def pages_are_upside_down(patch: Patch) -> None:
    """On each page the oldest conversation comes first."""
    change_rows(patch, lambda rows, _call: rows[::-1])


@fault(breaks("TL-18.1", at="lists:reads_list_starting", code=Code.PAGE_ENDLESS))
def pages_never_end(patch: Patch) -> None:
    """The last page is followed by the first."""
    skip(patch, Seam.FILTER_POSITION)


@fault(breaks("TL-18.1", at="lists:reads_list_starting", code=Code.PAGE_SIZE))
def pages_are_one_too_long(patch: Patch) -> None:
    """A page has one conversation more than was asked for."""
    change_call(patch, Seam.LIST_THREADS, filters=lambda filters: _with_limit(filters, filters.limit + 1))


@fault(
    breaks(
        "TL-18.2[a next page that is made up]",
        "TL-18.2[the next page of another customer's list]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def unknown_cursors_give_the_first_page(patch: Patch) -> None:
    """The product ignores a cursor that makes no sense."""
    swallow(patch, Seam.LIST_THREADS, lambda call: call.go(filters=call.filters.model_copy(update={"cursor": None})))


@fault(breaks("TL-18.2[the next page of another customer's list]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def cursors_work_for_everybody(patch: Patch) -> None:
    """A cursor that one customer was given works for another."""
    change_call(patch, Seam.SEAL_CURSOR, scope=lambda _scope: "everybody")


@fault(breaks("TL-18.2[the next page of a list of other statuses]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def cursors_work_for_every_list(patch: Patch) -> None:
    """A cursor of one list works for the same customer's list of another status."""
    change_call(patch, Seam.SEAL_CURSOR, scope=lambda scope: scope.split()[0])


@fault(breaks("TL-18.3", at="lists:has_seen_each", code=Code.PAGE_ENDLESS))
def full_pages_are_never_the_last(patch: Patch) -> None:
    """A full page is followed by another, even if that is empty."""

    async def page(call: Call) -> Any:
        if call.filters.cursor == "after the last":
            return [], None
        rows, cursor = await call.go()
        return rows, "after the last" if cursor is None and len(rows) == call.filters.limit else cursor

    instead(patch, Seam.LIST_THREADS, page)


@fault(breaks("TL-18.3", at="lists:has_seen_each", code=Code.LIST_MISSING))
def last_full_page_is_lost(patch: Patch) -> None:
    """The product offers no next page where that would be full, and the last."""

    async def end(page: Any, call: Call) -> Any:
        rows, cursor = page
        if cursor is None:
            return page
        following, more = await call.go(filters=call.filters.model_copy(update={"cursor": cursor}))
        return rows, None if more is None and len(following) == call.filters.limit else cursor

    change_result(patch, Seam.LIST_THREADS, end)


@fault(
    breaks(
        "TL-18.2[a page of a million conversations]",
        "TL-18.2[an empty page]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def impossible_page_sizes_are_corrected(patch: Patch) -> None:
    """The product silently replaces an impossible page size."""
    mend_query(patch, {"limit=0": "limit=20", "limit=1000000": "limit=100"})


@fault(breaks("TL-21.1", at="lists:has_seen_each", code=Code.LIST_MISSING), one_process=True)
def long_lists_end_half_way(patch: Patch) -> None:
    """Nobody can see more than 500 conversations."""
    shown: dict[str, int] = {}

    def end(page: Any, call: Call) -> Any:
        rows, cursor = page
        so_far = shown.get(call.filters.cursor or "", 0) + len(rows)
        if cursor is None or so_far >= 500:
            return rows, None
        shown[cursor] = so_far
        return page

    change_result(patch, Seam.LIST_THREADS, end)


@fault(breaks("TL-21.2", at="page_cost:have_sizes", code=Code.PAGE_SIZE))
def long_pages_are_cut_short(patch: Patch) -> None:
    """A page never has more than fifty conversations, though a hundred are asked for and allowed."""
    change_call(patch, Seam.LIST_THREADS, filters=lambda filters: _with_limit(filters, min(filters.limit, 50)))


@fault(breaks("TL-21.1", at="page_cost:looks_through", code=Code.EFFORT))
def list_has_no_index(patch: Patch) -> None:
    """The database has lost the index that lists conversations in order."""
    sql_at_start(patch, "DROP INDEX IF EXISTS threads_by_activity")


@fault(breaks("TL-21.1", at="page_cost:looks_through", code=Code.EFFORT))
def threads_are_counted_for_each_page(patch: Patch) -> None:
    """For each page the product counts all conversations of the customer."""
    query = "SELECT count(*) FROM threads WHERE customer_id = $1"
    before(patch, Seam.LIST_THREADS, lambda call: call.connection.fetchval(query, call.customer_id))


@fault(breaks("TL-21.1", at="page_cost:took_as_long", code=Code.RATIO))
def first_page_reads_everything(patch: Patch) -> None:
    """For the first page the product reads and prepares all conversations, and shows ten of them."""

    async def read_all(page: Any, call: Call) -> Any:
        everything = await call.connection.fetch(seams.list_query(call.customer_id, 100_000), call.customer_id)
        ready = [(row, Seam.SHOWN_THREAD(row)) for row in everything]
        return [row for row, _shown in ready[: call.filters.limit]], page[1]

    change_result(patch, Seam.LIST_THREADS, read_all, when=lambda call: call.filters.cursor is None)


@fault(breaks("TL-21.2", at="page_cost:makes_lookups", code=Code.EFFORT))
def threads_are_read_one_by_one(patch: Patch) -> None:
    """For a page the product first reads a list of numbers, and then each conversation alone."""

    async def read_each(page: Any, call: Call) -> Any:
        rows, cursor = page
        return [await Seam.READ_THREAD(call.connection, call.customer_id, row["id"]) for row in rows], cursor

    change_result(patch, Seam.LIST_THREADS, read_each)
