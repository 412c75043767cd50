"""The groups of a driver for conversations, their contents, and the agents at work in them.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from typing import Protocol

from support.drivers.contract.types import (
    Account,
    BadPage,
    Malformed,
    Message,
    Metadata,
    NamingPlace,
    NewThread,
    Page,
    Query,
    Refusal,
    Run,
    Session,
    Thread,
)


class Threads(Protocol):
    """Starting, reading and listing conversations."""

    async def create(self, session: Session, new: NewThread) -> Thread:
        """Start a thread."""
        ...

    async def create_malformed(self, session: Session, malformed: Malformed, stranger: Account) -> Refusal | Thread:
        """Send a request that is wrong in the way named; a thread comes back where the backend accepted it.

        The refusal's `parts` are in the words of the features: title, details, first message, owner, request.
        """
        ...

    async def create_posing(
        self, session: Session, new: NewThread, owner: Account, place: NamingPlace
    ) -> Refusal | Thread:
        """Start a thread, naming another customer as its owner somewhere; refused or not, both may be right."""
        ...

    async def read(self, session: Session, thread_id: str) -> Thread:
        """One thread by its id."""
        ...

    async def list(self, session: Session, status: str | None = None) -> list[Thread]:
        """All threads of a status, or all that are listed without one, over as many pages as there are."""
        ...

    async def page(self, session: Session, size: int, cursor: str | None = None) -> Page:
        """One page of the list, the last active first."""
        ...

    async def bad_page(self, session: Session, bad: BadPage, cursor: str) -> Refusal | Page:
        """Ask for a page wrongly; `cursor` belongs to the list of another customer, or to one's own of all statuses."""
        ...

    async def set_status(self, session: Session, thread_id: str, status: str) -> Thread:
        """Change a thread's status: active, completed or archived."""
        ...

    async def delete(self, session: Session, thread_id: str) -> None:
        """Erase a thread with all that belongs to it."""
        ...

    def unknown_id(self) -> str:
        """A well-formed id that no thread has."""
        ...


class MetadataChanges(Protocol):
    """Changing the metadata of a thread."""

    async def merge(self, session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        """Merge changes into a thread's metadata; a member given as None is removed (RFC 7396).

        With `if_version` only where the thread is at that version; the refusal tells which it is at.
        """
        ...


class Search(Protocol):
    """Finding threads."""

    async def find(self, session: Session, query: Query) -> list[Thread]:
        """The customer's threads for which all of the query is true."""
        ...


class Messages(Protocol):
    """Writing and reading messages."""

    async def post(self, session: Session, thread_id: str, content: str) -> Message:
        """Add a customer's message to a thread."""
        ...

    async def list(self, session: Session, thread_id: str) -> list[Message]:
        """All messages of a thread in their order."""
        ...


class Runs(Protocol):
    """Letting an agent work in a thread."""

    async def start(self, session: Session, thread_id: str, question: str) -> Run:
        """Ask the agent that every plan has; it answers later, with a message in the thread."""
        ...

    async def read(self, session: Session, run_id: str) -> Run:
        """One run by its id."""
        ...

    async def list(self, session: Session, thread_id: str) -> list[Run]:
        """All runs of a thread in their order."""
        ...

    async def cancel(self, session: Session, run_id: str) -> None:
        """Stop a run."""
        ...
