"""The contract between the suite and a kind of backend, in small groups of what people can do and see.

A driver alone knows paths, field names, status codes, frames, tables and keys. Every method that reaches the
backend raises `Refused` where the backend refuses clearly, and `BackendFailed` where it does not answer or answers
with what cannot be read. A group that a kind of backend lacks is `None`; its profile says so under `does_not_offer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from support.drivers.types import (
    Account,
    BadPage,
    Details,
    Event,
    Holding,
    Malformed,
    Message,
    NamingPlace,
    NewThread,
    Page,
    Query,
    Refusal,
    Session,
    StoredThread,
    Thread,
)


class Identities(Protocol):
    """Enrolling customers and signing in."""

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer as an operator would; the account comes back with the id that the backend gave it."""
        ...

    async def sign_in(self, account: Account) -> Session:
        """Sign in with e-mail address and password."""
        ...

    def marks(self, account: Account) -> tuple[str, ...]:
        """Texts by which the model service can tell that a request was made for this customer, if there are any."""
        ...


class Threads(Protocol):
    """Starting, reading and listing conversations."""

    async def create(self, session: Session, new: NewThread) -> Thread:
        """Start a thread."""
        ...

    async def create_malformed(self, session: Session, malformed: Malformed, stranger: Account) -> Refusal | Thread:
        """Send a request that is wrong in the way named; a thread comes back where the backend accepted it.

        The refusal's `parts` are in the words of `part_of`.
        """
        ...

    async def create_posing(
        self, session: Session, new: NewThread, owner: Account, place: NamingPlace
    ) -> Refusal | Thread:
        """Start a thread, naming another customer as its owner somewhere; refused or not, both may be right."""
        ...

    def part_of(self, malformed: Malformed) -> str:
        """The part of the request that a good refusal names: title, details, first message, owner, request."""
        ...

    async def read(self, session: Session, thread_id: str) -> Thread:
        """One thread by its id."""
        ...

    async def list(self, session: Session, status: str | None = None) -> list[Thread]:
        """All threads of a status, or all that are listed without one, over as many pages as there are."""
        ...

    async def page(self, session: Session, size: int, bookmark: str | None = None) -> Page:
        """One page of the list, the last active first."""
        ...

    async def bad_page(self, session: Session, bad: BadPage, foreign: str) -> Refusal | Page:
        """Ask for a page wrongly; `foreign` is a bookmark that another customer was given."""
        ...

    async def mark(self, session: Session, thread_id: str, status: str) -> Thread:
        """Change a thread's status: active, completed or archived."""
        ...

    def unknown_id(self) -> str:
        """A well-formed id that no thread has."""
        ...


class Metadata(Protocol):
    """Changing what a customer keeps with a thread."""

    async def merge(self, session: Session, thread_id: str, changes: Details) -> Thread:
        """Merge changes into a thread's details; a member given as None is removed (RFC 7396)."""
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

    async def start(self, session: Session, thread_id: str, agent: str, text: str) -> str:
        """Start a run and give its id."""
        ...


class LiveConnection(Protocol):
    """One open connection over which events come.

    `since` is the id of the last event before it, so that a device that has received nothing yet can catch up too.
    """

    @property
    def since(self) -> str | None:
        """The id of the last event before the connection."""
        ...

    async def receive(self) -> Event:
        """The next event; waits for it.

        Raises:
            ConnectionError: the connection has ended; the message says how.
        """
        ...

    async def settle(self, seconds: float) -> None:
        """Return once everything that the backend had sent before this call has been received.

        Raises:
            BackendFailed: the backend did not answer within `seconds`.
        """
        ...

    async def close(self) -> None:
        """Say goodbye and close."""
        ...

    async def vanish(self) -> None:
        """Break off without a word, as a device out of power does."""
        ...


class LiveEvents(Protocol):
    """Watching what happens."""

    async def connect(
        self, session: Session, device: str, since: str | None = None, posing_as: Account | None = None
    ) -> LiveConnection:
        """Open a connection; with `since`, the events after that id come first.

        `device` is only a name for the wire log. With `posing_as`, the request names another customer wherever a
        careless backend might believe it.
        """
        ...


class Operations(Protocol):
    """What an operator sees and does."""

    async def ready(self) -> bool:
        """Whether the backend says that it can serve customers."""
        ...

    async def figures(self) -> dict[str, float]:
        """The backend's own figures, by name and labels."""
        ...

    async def drop_connections(self) -> None:
        """Let PostgreSQL end every connection of the backend, as a failover does."""
        ...

    def refusing_messages(self, account: Account) -> AbstractAsyncContextManager[None]:
        """While open, the database refuses to store any message of this customer, and of nobody else."""
        ...


class DurableState(Protocol):
    """What lies in PostgreSQL and Redis, read over connections of the suite's own."""

    async def thread(self, thread_id: str) -> StoredThread | None:
        """A thread as stored, whoever owns it."""
        ...

    async def threads_of(self, accounts: Sequence[Account]) -> list[StoredThread]:
        """Every thread stored for these customers."""
        ...

    async def messages_of(self, account: Account) -> list[str]:
        """The text of every message stored for a customer, in whatever thread."""
        ...

    async def events_of(self, account: Account) -> list[Event]:
        """Every event kept or still waiting to be sent for this customer, in order."""
        ...

    async def others(self, accounts: Sequence[Account]) -> Mapping[str, Holding]:
        """Everything kept anywhere but what belongs to these customers, by its place, such as a table and an owner.

        What time alone changes is left out.
        """
        ...

    async def settle(self, seconds: float) -> None:
        """Return once the backend has nothing more to do for anybody of what was confirmed so far.

        Raises:
            EnvironmentFailed: it still had after `seconds`.
        """
        ...

    async def traces_of(self, identifier: str) -> list[str]:
        """Every place that has this id, in whatever spelling: columns of any table, names and values of any key."""
        ...


class Driver(Protocol):
    """A backend under test, as the actors reach it."""

    @property
    def identities(self) -> Identities:
        """See `Identities`."""
        ...

    @property
    def threads(self) -> Threads:
        """See `Threads`."""
        ...

    @property
    def metadata(self) -> Metadata | None:
        """See `Metadata`."""
        ...

    @property
    def search(self) -> Search | None:
        """See `Search`."""
        ...

    @property
    def messages(self) -> Messages:
        """See `Messages`."""
        ...

    @property
    def runs(self) -> Runs | None:
        """See `Runs`."""
        ...

    @property
    def live(self) -> LiveEvents:
        """See `LiveEvents`."""
        ...

    @property
    def operations(self) -> Operations:
        """See `Operations`."""
        ...

    @property
    def durable(self) -> DurableState:
        """See `DurableState`."""
        ...

    async def close(self) -> None:
        """Give the connections of this scenario's people back."""
        ...
