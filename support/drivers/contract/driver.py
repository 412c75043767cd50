"""The contract between the suite and a kind of backend, in small groups of acts and observations.

A driver alone knows paths, field names, status codes, frames, tables and keys. Every method that reaches the
backend raises `Refused` where the backend refuses clearly, and `BackendFailed` where it does not answer or answers
unreadably. A group that a kind of backend lacks is `None`; its profile says so under `does_not_offer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from support.drivers.contract.access import Access
from support.drivers.contract.described import Described
from support.drivers.contract.durable import DurableState
from support.drivers.contract.exports import Exports
from support.drivers.contract.glimpses import Glimpses
from support.drivers.contract.keyed import KeyedRequests
from support.drivers.contract.live import LiveEvents
from support.drivers.contract.renaming import Renaming, VersionedChanges
from support.drivers.contract.revocation import Revocation
from support.drivers.contract.storage import Storage
from support.drivers.contract.subscriptions import Subscriptions
from support.drivers.contract.threads import Messages, MetadataChanges, Runs, Search, Threads
from support.drivers.contract.types import Account, Session, Write


class Identities(Protocol):
    """Enrolling customers and signing in."""

    async def enrol(self, account: Account) -> Account:
        """Enrol a customer as an operator would; the account comes back with the id that the backend gave it."""
        ...

    async def sign_in(self, account: Account) -> Session:
        """Sign in with e-mail address and password."""
        ...

    def markers(self, account: Account) -> tuple[str, ...]:
        """Texts by which the model service recognises requests for this customer, if there are any."""
        ...


class Operations(Protocol):
    """Observations and acts of an operator."""

    async def ready(self) -> bool:
        """Whether the backend says that it can serve customers."""
        ...

    async def figures(self) -> dict[str, float]:
        """The backend's own figures, by name and labels."""
        ...

    async def drop_connections(self) -> None:
        """Let PostgreSQL end every connection of the backend, as a failover does."""
        ...

    def refusing(
        self, accounts: Sequence[Account], write: Write, *, once: bool = False
    ) -> AbstractAsyncContextManager[None]:
        """While open, the database refuses to write for these customers, and only for these; perhaps only once.

        It refuses in words of its own, which nobody may ever read.

        Raises:
            EnvironmentFailed: on closing, if the backend has not tried to write, so that nothing was refused.
        """
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
    def metadata(self) -> MetadataChanges | None:
        """See `MetadataChanges`."""
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
    def keyed(self) -> KeyedRequests | None:
        """See `KeyedRequests`."""
        ...

    @property
    def renaming(self) -> Renaming | None:
        """See `Renaming`."""
        ...

    @property
    def versioned(self) -> VersionedChanges | None:
        """See `VersionedChanges`."""
        ...

    @property
    def exports(self) -> Exports | None:
        """See `Exports`."""
        ...

    @property
    def subscriptions(self) -> Subscriptions | None:
        """See `Subscriptions`."""
        ...

    @property
    def revocation(self) -> Revocation | None:
        """See `Revocation`."""
        ...

    @property
    def glimpses(self) -> Glimpses | None:
        """See `Glimpses`."""
        ...

    @property
    def described(self) -> Described | None:
        """See `Described`."""
        ...

    @property
    def access(self) -> Access:
        """See `Access`."""
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

    @property
    def storage(self) -> Storage:
        """See `Storage`."""
        ...

    async def close(self) -> None:
        """Release the connections of this scenario's people."""
        ...
