"""Faults in leafing through the list of conversations."""

from __future__ import annotations

from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam

THIRTY = "Thirty conversations, seven at a time, while others are started"
ONCE = "she has seen each of the 30 once"
LEAFS = "she leafs through her conversations, 7 at a time"
PAGE = Seam.LIST_THREADS
POSITION = Seam.FILTER_POSITION


def _cannot(problem: str, part: str, seen: str) -> Red:
    return Red(f"A page cannot be asked for by {problem}", f"she is told that the {part} is wrong", seen)


@fault(Red(THIRTY, ONCE, "were seen twice"))
def pages_are_counted_from_the_top(patch: Patch) -> None:
    """A page begins after so many conversations, wherever those are by now."""
    pages: dict[str, int] = {}

    @patch.replace(PAGE)
    async def page(_original: Any, connection: Any, customer_id: Any, filters: Any, _secret: str) -> Any:
        skipped = pages.get(filters.cursor or "", 0)
        rows = await connection.fetch(
            "SELECT * FROM threads WHERE customer_id = $1 ORDER BY last_activity_at DESC OFFSET $2 LIMIT $3",
            customer_id,
            skipped,
            filters.limit,
        )
        if len(rows) < filters.limit:
            return rows, None
        bookmark = f"page-{skipped + filters.limit}"
        pages[bookmark] = skipped + filters.limit
        return rows, bookmark


@fault(Red(THIRTY, ONCE, "were never seen"))
def one_is_left_out_between_pages(patch: Patch) -> None:
    """Every page begins one conversation too late."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        rows, bookmark = await original(connection, customer_id, filters, secret)
        return (rows[1:] if filters.cursor else rows), bookmark


@fault(Red(THIRTY, ONCE, "did not come with the latest first"))
def pages_are_upside_down(patch: Patch) -> None:
    """On every page the oldest comes first."""

    @patch.replace(PAGE)
    async def page(original: Any, *arguments: Any) -> Any:
        rows, bookmark = await original(*arguments)
        return list(reversed(rows)), bookmark


@fault(Red(THIRTY, LEAFS, "there is no end to the pages"))
def there_is_always_another_page(patch: Patch) -> None:
    """The last page is followed by the first."""

    @patch.replace(POSITION)
    def add_position(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(THIRTY, LEAFS, "a page of 7 has 8 conversations"))
def pages_are_one_too_long(patch: Patch) -> None:
    """A page has one conversation more than was asked for."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        longer = filters.model_copy(update={"limit": filters.limit + 1})
        return await original(connection, customer_id, longer, secret)


@fault(_cannot("a bookmark that is made up", "bookmark", "this was to be refused"))
def made_up_bookmarks_lead_to_the_beginning(patch: Patch) -> None:
    """A bookmark that makes no sense is passed over."""

    @patch.replace(PAGE)
    async def page(original: Any, connection: Any, customer_id: Any, filters: Any, secret: str) -> Any:
        try:
            return await original(connection, customer_id, filters, secret)
        except Exception:
            first = filters.model_copy(update={"cursor": None})
            return await original(connection, customer_id, first, secret)


@fault(_cannot("a bookmark of somebody else", "bookmark", "this was to be refused"))
def bookmarks_are_good_for_everybody(patch: Patch) -> None:
    """A bookmark that was given to one customer works for another."""

    @patch.replace(Seam.SEAL_CURSOR)
    def seal(original: Any, text: bytes, _scope: str, secret: str) -> bytes:
        return original(text, "everybody", secret)


@fault(
    _cannot("a size of nothing", "size", "this was to be refused"),
    _cannot("a size that is far too large", "size", "this was to be refused"),
)
def any_size_is_brought_into_bounds(patch: Patch) -> None:
    """A size that cannot be is silently made into one that can."""

    @patch.replace(Seam.AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        await original(route, request)
        query = request.scope["query_string"].decode()
        mended = query.replace("limit=0", "limit=20").replace("limit=1000000", "limit=100")
        request.scope["query_string"] = mended.encode()
