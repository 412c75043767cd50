"""The groups of a driver for pages of the list, and for searches.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import BadPage, Page, Query, Refusal, Session, Thread


class Paging(Protocol):
    """Reading the list page by page."""

    async def page(self, session: Session, size: int, cursor: str | None = None) -> Page:
        """One page of the list, in the list's order."""
        ...

    async def bad_page(self, session: Session, bad: BadPage, cursor: str) -> Refusal | Page:
        """Ask for a page wrongly; `cursor` belongs to the list of another customer, or to one's own of all statuses."""
        ...


class Search(Protocol):
    """Finding threads."""

    async def find(self, session: Session, query: Query) -> list[Thread]:
        """The customer's threads for which all of the query is true."""
        ...
