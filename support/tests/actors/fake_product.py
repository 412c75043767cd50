"""A product in memory that does what it should, until a test lets it do something else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

from support.actors.customer import Conversation, Customer
from support.actors.metadata_table import kinds_of
from support.actors.people import People
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import (
    Account,
    Event,
    Kept,
    Message,
    Metadata,
    NewThread,
    Page,
    Reason,
    Refusal,
    Refused,
    Session,
    StoredThread,
    Thread,
)

NOT_FOUND = Refusal(Reason.NOT_FOUND, "There is no such conversation.", (), "404 no such conversation")


class FakeProduct:
    """What each place has: `shown` to owners, `stored` in the database, `listed` where a list is not what is shown."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.shown: dict[str, Thread] = {}
        self.stored: dict[str, StoredThread] = {}
        self.said: dict[str, tuple[str, ...]] = {}
        self.kinds: dict[str, dict[str, str]] = {}
        self.listed: dict[str | None, list[Thread]] = {}
        self.pages: list[Page] = []
        self.kept: dict[str, Kept] = {}
        self.events: list[Event] = []
        self.orphans: list[str] = []
        self.refusals: dict[str, Refusal] = {}
        self.threads: Any = _Threads(self)
        self.metadata: Any = _Metadata(self)
        self.messages: Any = _Messages(self)
        self.durable: Any = _Durable(self)
        self.identities = _Identities()
        self.runs = None

    @property
    def driver(self) -> Driver:
        """The product as actors reach it."""
        return cast("Driver", self)

    def people(self) -> People:
        """The people of a scenario."""
        return People(self.driver, "a scenario", 0.2)

    def change(self, conversation: Conversation, shown: dict[str, Any], stored: dict[str, Any]) -> None:
        """Change what is shown of a conversation, and what is stored of it."""
        self.shown[conversation.id] = replace(self.shown[conversation.id], **shown)
        self.stored[conversation.id] = replace(self.stored[conversation.id], **stored)

    async def close(self) -> None:
        """There is nothing to close."""


async def mia(product: FakeProduct) -> Customer:
    """Mia, who has signed in."""
    return await product.people().enrol("Mia", "mid")


async def boxes(product: FakeProduct) -> Conversation:
    """A conversation of Mia called Boxes, with a detail and a message."""
    customer = await mia(product)
    return await customer.start(NewThread("Boxes", {"project": "Paper"}, "How many?"))


class _Identities:
    async def enrol(self, account: Account) -> Account:
        return replace(account, id=str(uuid4()))

    async def sign_in(self, account: Account) -> Session:
        return Session(str(uuid4()), account, "token")


class _Threads:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    def unknown_id(self) -> str:
        return "unknown"

    async def create(self, session: Session, new: NewThread) -> Thread:
        product, id_ = self._product, str(uuid4())
        metadata = dict(new.metadata or {})
        messages = (new.first_message,) if new.first_message else ()
        title, now = new.title or "Untitled", time.time()
        thread = Thread(id_, title, "active", metadata, 1, len(messages), now, now)
        product.owners[id_] = session.account.id
        product.shown[id_], product.said[id_] = thread, messages
        product.stored[id_] = StoredThread(id_, session.account.id, title, "active", metadata, messages, 1, now)
        product.kinds[id_] = kinds_of(metadata)
        return thread

    async def read(self, session: Session, thread_id: str) -> Thread:
        return self._product.shown[self._checked(session, thread_id)]

    async def list(self, session: Session, status: str | None = None) -> list[Thread]:
        product = self._product
        if status in product.listed:
            return product.listed[status]
        own = [one for one in product.shown.values() if product.owners[one.id] == session.account.id]
        found = [one for one in own if one.status == (status or "active")]
        return sorted(found, key=lambda one: one.last_activity_at, reverse=True)

    async def page(self, _session: Session, _size: int, cursor: str | None = None) -> Page:
        return self._product.pages[int(cursor or 0)]

    async def delete(self, session: Session, thread_id: str) -> None:
        del self._product.shown[self._checked(session, thread_id)]
        del self._product.stored[thread_id]

    def _checked(self, session: Session, thread_id: str) -> str:
        owner, refusal = self._product.owners.get(thread_id), self._product.refusals.get(thread_id)
        if refusal or thread_id not in self._product.shown or owner != session.account.id:
            raise Refused("reading a conversation", refusal or NOT_FOUND)
        return thread_id


class _Metadata:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def merge(self, session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        old = await self._product.threads.read(session, thread_id)
        if if_version not in (None, old.version):
            told = Refusal(Reason.CONFLICT, "It has changed.", (), "409 changed", version=old.version)
            raise Refused("changing details", told)
        metadata = {**old.metadata, **changes}
        new = replace(old, metadata=metadata, version=old.version + 1)
        self._product.shown[thread_id] = new
        self._product.stored[thread_id] = replace(
            self._product.stored[thread_id], metadata=metadata, version=new.version
        )
        self._product.kinds[thread_id] = kinds_of(metadata)
        return new


class _Messages:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def list(self, _session: Session, thread_id: str) -> list[Message]:
        said = self._product.said.get(thread_id, ())
        return [Message(str(n), thread_id, n, "user", text) for n, text in enumerate(said, 1)]


class _Durable:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def settle(self, seconds: float, at_work_in: object = ()) -> None:
        """Nothing is ever under way."""

    async def thread(self, thread_id: str) -> StoredThread | None:
        return self._product.stored.get(thread_id)

    async def metadata_kinds(self, thread_id: str) -> dict[str, str]:
        return self._product.kinds[thread_id]

    async def threads_of(self, accounts: Sequence[Account]) -> list[StoredThread]:
        ids = {account.id for account in accounts}
        return [thread for thread in self._product.stored.values() if thread.owner_id in ids]

    async def messages_of(self, account: Account) -> list[str]:
        threads = await self.threads_of([account])
        return [*(message for thread in threads for message in thread.messages), *self._product.orphans]

    async def events_of(self, _account: Account) -> list[Event]:
        return self._product.events

    async def others(self, accounts: Sequence[Account]) -> dict[str, Kept]:
        ids = {account.id for account in accounts}
        return {place: kept for place, kept in self._product.kept.items() if place.rpartition(" ")[2] not in ids}
