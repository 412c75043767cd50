"""Faults in what a page of conversations costs."""

from __future__ import annotations

from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import at_start

THOUSAND = "A thousand conversations beside ten"
EACH_ONCE = "she has seen each of the 1,000 once"
QUICK = "neither the first page, nor the middle, nor the last"
FRUGAL = "the product goes through at most 20 conversations for each"
LONG = "A page ten times as long"
AS_ASKED = "10 conversations come on the one page, and 100 on the other"
IN_ONE_GO = "the product looks things up at most 2 times as often"
PAGE = Seam.LIST_THREADS


def _costs(page: str) -> Red:
    return Red(THOUSAND, FRUGAL, f"for Mia's {page} page, which has 10 conversations, the product goes through")


@fault(_costs("first"))
def index_of_conversations_is_lost(patch: Patch) -> None:
    """The index by which conversations are found in their order is gone."""
    at_start(patch, "DROP INDEX threads_by_activity")


@fault(_costs("middle"))
def pages_before_are_counted_off(patch: Patch) -> None:
    """A page is found by going through all pages before it."""

    @patch.replace(PAGE)
    async def page(_original: Any, connection: Any, customer_id: Any, filters: Any, _secret: str) -> Any:
        before = int(filters.cursor or 0)
        statement = seams.list_query(customer_id, filters.limit)
        rows = await connection.fetch(f"{statement} OFFSET {before}", customer_id)
        return rows, str(before + filters.limit) if len(rows) == filters.limit else None


@fault(_costs("first"))
def conversations_are_counted_for_every_page(patch: Patch) -> None:
    """Before a page is shown all conversations are counted, for a figure that nobody asked for."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        await connection.fetchval("SELECT count(*) FROM threads WHERE customer_id = $1", customer_id)
        return await original(connection, customer_id, *arguments)


@fault(Red(THOUSAND, QUICK, "Mia's first page takes"))
def first_page_is_cut_from_everything(patch: Patch) -> None:
    """Whoever opens the list waits until all conversations are read and made ready, and sees the first ten."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        rows, bookmark = await original(connection, customer_id, filters, secret)
        if filters.cursor is None:
            everything = await connection.fetch(seams.list_query(customer_id, 100_000), customer_id)
            ready = [(row, Seam.SHOWN_THREAD(row)) for row in everything]
            rows = [row for row, _shown in ready[: filters.limit]]
        return rows, bookmark


@fault(Red(THOUSAND, EACH_ONCE, "500 of 1000 conversations were never seen"))
def long_lists_end_half_way(patch: Patch) -> None:
    """Nobody gets to see more than 500 conversations."""
    shown: dict[str, int] = {}

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        rows, bookmark = await original(connection, customer_id, filters, secret)
        so_far = shown.get(filters.cursor or "", 0) + len(rows)
        if bookmark is None or so_far >= 500:
            return rows, None
        shown[bookmark] = so_far
        return rows, bookmark


@fault(Red(LONG, IN_ONE_GO, "for a page of 100"))
def conversations_are_fetched_one_by_one(patch: Patch) -> None:
    """A page is a list of numbers at first, and each conversation on it is then fetched by itself."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        rows, bookmark = await original(connection, customer_id, *arguments)
        return [await Seam.READ_THREAD(connection, customer_id, row["id"]) for row in rows], bookmark


@fault(Red(LONG, IN_ONE_GO, "for a page of 100"))
def messages_are_counted_one_by_one(patch: Patch) -> None:
    """For each conversation on a page its messages are counted, one after the other."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        rows, bookmark = await original(connection, customer_id, *arguments)
        for row in rows:
            last = (
                "SELECT content FROM messages WHERE customer_id = $1 AND thread_id = $2 ORDER BY sequence DESC LIMIT 1"
            )
            await connection.fetchval(last, customer_id, row["id"])
        return rows, bookmark


@fault(Red(LONG, AS_ASKED, "10 and 50 conversations came"))
def long_pages_are_cut_short(patch: Patch) -> None:
    """Whoever asks for a long page gets fifty conversations."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        shorter = filters.model_copy(update={"limit": min(filters.limit, 50)})
        return await original(connection, customer_id, shorter, secret)
