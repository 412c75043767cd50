"""A product in memory that does what it should, until a test lets it do something else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.drivers.contract.driver import Driver
from support.drivers.contract.policy import TRANSITIONS
from support.drivers.contract.types import (
    Account,
    Event,
    EventKind,
    Kept,
    Message,
    Metadata,
    NewThread,
    Page,
    Reason,
    Refusal,
    Refused,
    Run,
    Session,
    StoredThread,
    Thread,
)
from support.specification.json_values import written

INVALID = Refusal(Reason.INVALID, "That cannot be done.", (), "422 that cannot be done")
CONFLICT = Refusal(Reason.CONFLICT, "It is archived.", (), "409 it is archived")
NOT_FOUND = Refusal(Reason.NOT_FOUND, "There is no such conversation.", (), "404 no such conversation")


class FakeProduct(Driver):
    """What each place has: `shown` to owners, `stored` in the database, `listed` where a list is not what is shown.

    `log` has the kept events of each account, by its id; `events` are more that the database shows to everybody. With
    `agents` there are runs: each one ends at once with an answer, or waits until it is stopped while `holds_runs`.
    """

    def __init__(self, *, agents: bool = False) -> None:
        self.owners: dict[str, str] = {}
        self.shown: dict[str, Thread] = {}
        self.stored: dict[str, StoredThread] = {}
        self.said: dict[str, tuple[str, ...]] = {}
        self.listed: dict[str | None, list[Thread]] = {}
        self.pages: list[Page] = []
        self.kept: dict[str, Kept] = {}
        self.answers: dict[str, list[int]] = {}
        self.log: dict[str, list[Event]] = {}
        self.numbers: dict[str, int] = {}
        self.open: list[FakeConnection] = []
        self.worked: dict[str, Run] = {}
        self.holds_runs = False
        self.events: list[Event] = []
        self.orphans: list[str] = []
        self.refusals: dict[str, Refusal] = {}
        self.threads: Any = _Threads(self)
        self.titles = self.threads
        self.status: Any = _Status(self)
        self.paging: Any = self.threads
        self.metadata: Any = _Metadata(self)
        self.versions: Any = _Versions(self)
        self.live: Any = _Live(self)
        self.messages: Any = _Messages(self)
        self.durable: Any = _Durable(self)
        self.identities = _Identities()
        self.runs: Any = _Runs(self) if agents else None
        self.run_lists = self.cancellation = self.runs
        self.access: Any = None
        self.keyed: Any = None
        self.glimpses: Any = None
        self._last_time = 0.0

    @property
    def driver(self) -> Driver:
        """The product as actors reach it."""
        return self

    def people(self) -> People:
        """The people of a scenario."""
        return People(self.driver, "a scenario", 0.2)

    def change(self, conversation: Conversation, shown: dict[str, Any], stored: dict[str, Any]) -> None:
        """Change what is shown of a conversation, and what is stored of it."""
        self.shown[conversation.id] = replace(self.shown[conversation.id], **shown)
        self.stored[conversation.id] = replace(self.stored[conversation.id], **stored)

    def list(self, session: Session, status: str | None) -> list[Thread]:
        """The threads of a status, or those that are not archived, the latest first."""
        if status in self.listed:
            return self.listed[status]
        own = [one for one in self.shown.values() if self.owners[one.id] == session.account.id]
        wanted = ("active", "completed") if status is None else (status,)
        found = [one for one in own if one.status in wanted]
        return sorted(found, key=lambda one: one.last_activity_at or 0, reverse=True)

    def now(self) -> float:
        """Seconds since the epoch, later than at every call before."""
        self._last_time = max(time.time(), self._last_time + 1e-3)
        return self._last_time

    def emit(
        self,
        kind: EventKind,
        thread_id: str,
        subject: Thread | Message | Run | None = None,
        change: tuple[str, str] | None = None,
        run_id: str | None = None,
    ) -> None:
        """Keep an event for the owner of a thread, and send it to their open devices."""
        owner = self.owners[thread_id]
        number = self.numbers[owner] = self.numbers.get(owner, 0) + 1
        title = subject.title if isinstance(subject, Thread) else None
        event = Event(str(number), kind, number, thread_id, title, change, run_id, subject)
        self.log.setdefault(owner, []).append(event)
        for connection in self.open:
            if connection.account.id == owner:
                connection.coming.put_nowait(event)

    def add_message(self, thread_id: str, text: str, run_id: str | None = None) -> Message:
        """A message comes after all others, in every place; with `run_id` it is an answer."""
        said = self.said[thread_id] = (*self.said.get(thread_id, ()), text)
        if run_id:
            self.answers.setdefault(thread_id, []).append(len(said))
        times = {"last_activity_at": self.now()}
        self.shown[thread_id] = replace(self.shown[thread_id], message_count=len(said), **times)
        self.stored[thread_id] = replace(self.stored[thread_id], messages=said, **times)
        message = Message(str(len(said)), thread_id, len(said), "agent" if run_id else "user", text)
        self.emit(EventKind.MESSAGE_CREATED, thread_id, message, run_id=run_id)
        return message

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
        title, now = new.title or "Untitled", product.now()
        if len(title) > 200:
            raise Refused("starting a conversation", INVALID)
        thread = Thread(id_, title, "active", metadata, 1, len(messages), now, now)
        product.owners[id_] = session.account.id
        product.shown[id_], product.said[id_] = thread, messages
        product.stored[id_] = StoredThread(id_, session.account.id, title, "active", metadata, messages, 1, now)
        product.emit(EventKind.THREAD_CREATED, id_, thread)
        for number, text in enumerate(messages, 1):
            product.emit(EventKind.MESSAGE_CREATED, id_, Message(str(number), id_, number, "user", text))
        return thread

    async def read(self, session: Session, thread_id: str) -> Thread:
        return self._product.shown[self.checked(session, thread_id)]

    async def list(self, session: Session) -> list[Thread]:
        return self._product.list(session, None)

    async def page(self, _session: Session, _size: int, cursor: str | None = None) -> Page:
        return self._product.pages[int(cursor or 0)]

    async def delete(self, session: Session, thread_id: str) -> None:
        del self._product.shown[self.checked(session, thread_id)]
        del self._product.stored[thread_id]
        self._product.emit(EventKind.THREAD_DELETED, thread_id)
        log = self._product.log[session.account.id]
        log[:] = [event for event in log if event.thread_id != thread_id]

    def checked(self, session: Session, thread_id: str) -> str:
        owner, refusal = self._product.owners.get(thread_id), self._product.refusals.get(thread_id)
        if refusal or thread_id not in self._product.shown or owner != session.account.id:
            raise Refused("reading a conversation", refusal or NOT_FOUND)
        return thread_id


class _Status:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def set(self, session: Session, thread_id: str, status: str) -> Thread:
        old = self._product.shown[self._product.threads.checked(session, thread_id)]
        before = old.status or "active"
        if status == before:
            return old
        if status not in TRANSITIONS[before]:
            raise Refused("marking a conversation", CONFLICT)
        values: dict[str, Any] = {"status": status, "version": (old.version or 0) + 1}
        new = self._product.shown[thread_id] = replace(old, **values)
        self._product.stored[thread_id] = replace(self._product.stored[thread_id], **values)
        self._product.emit(EventKind.THREAD_UPDATED, thread_id, new, change=(before, status))
        return new

    async def list(self, session: Session, status: str) -> list[Thread]:
        return self._product.list(session, status)


class _Versions:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def merge(self, session: Session, thread_id: str, changes: Metadata, version: int) -> Thread:
        return await self._product.metadata.merge(session, thread_id, changes, version)


class _Metadata:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def merge(self, session: Session, thread_id: str, changes: Metadata, if_version: int | None = None) -> Thread:
        old = await self._product.threads.read(session, thread_id)
        if if_version not in (None, old.version):
            told = Refusal(Reason.CONFLICT, "It has changed.", (), "409 changed", version=old.version)
            raise Refused("changing details", told)
        metadata = {name: value for name, value in {**old.metadata, **changes}.items() if value is not None}
        if written(metadata) == written(old.metadata):
            return old
        new = replace(old, metadata=metadata, version=(old.version or 0) + 1)
        self._product.shown[thread_id] = new
        self._product.stored[thread_id] = replace(
            self._product.stored[thread_id], metadata=metadata, version=new.version
        )
        self._product.emit(EventKind.THREAD_UPDATED, thread_id, new)
        return new


class _Messages:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def post(self, session: Session, thread_id: str, content: str) -> Message:
        await self._product.threads.read(session, thread_id)
        return self._product.add_message(thread_id, content)

    async def list(self, session: Session, thread_id: str) -> list[Message]:
        del session
        said, answers = self._product.said.get(thread_id, ()), self._product.answers.get(thread_id, ())
        roles = {True: "agent", False: "user"}
        return [Message(str(n), thread_id, n, roles[n in answers], text) for n, text in enumerate(said, 1)]


class _Runs:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def start(self, session: Session, thread_id: str, question: str) -> Run:
        product = self._product
        if (await product.threads.read(session, thread_id)).status == "archived":
            raise Refused("asking an agent", CONFLICT)
        product.add_message(thread_id, question)
        run = product.worked[id_] = Run(id_ := str(uuid4()), thread_id, "queued", None)
        if not product.holds_runs:
            product.worked[id_] = done = replace(run, status="completed", answer=f"{question} Forty.")
            product.emit(EventKind.AGENT_STARTED, thread_id, replace(run, status="running"), run_id=id_)
            product.add_message(thread_id, f"{question} Forty.", id_)
            product.emit(EventKind.AGENT_COMPLETED, thread_id, done, run_id=id_)
        return run

    async def list(self, session: Session, thread_id: str) -> list[Run]:
        del session
        return [run for run in self._product.worked.values() if run.thread_id == thread_id]

    async def cancel(self, session: Session, run_id: str) -> None:
        run = self._product.worked[run_id]
        await self._product.threads.read(session, run.thread_id)
        if run.status == "queued":
            self._product.worked[run_id] = ended = replace(run, status="cancelled")
            self._product.emit(EventKind.AGENT_CANCELLED, run.thread_id, ended, run_id=run_id)


class FakeConnection:
    """A live connection of an account; `coming` are the events that it has not received, and None where it ends."""

    def __init__(self, product: FakeProduct, account: Account, since: str | None) -> None:
        self._product = product
        self.account = account
        self.since = since
        self.coming: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> Event:
        event: Event | None = await self.coming.get()
        if event is None:
            raise ConnectionError("closed by the product")
        return event

    async def resume(self, since: str) -> None:
        self.missed_since(since)

    def missed_since(self, since: str) -> None:
        """Send what came after an event."""
        for event in self._product.log.get(self.account.id, ()):
            if event.sequence > int(since):
                self.coming.put_nowait(event)

    async def settle(self, seconds: float) -> None:
        """Everything that was sent is there already."""

    async def close(self) -> None:
        self._product.open.remove(self)

    async def vanish(self) -> None:
        self._product.open.remove(self)


class _Live:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def connect(
        self,
        session: Session,
        device: str,
        since: str | None = None,
        posing_as: Account | None = None,
        *,
        browser: bool = False,
    ) -> FakeConnection:
        del device, posing_as, browser
        id_ = session.account.id
        connection = FakeConnection(self._product, session.account, since or str(self._product.numbers.get(id_, 0)))
        if since:
            connection.missed_since(since)
        self._product.open.append(connection)
        return connection


class _Durable:
    def __init__(self, product: FakeProduct) -> None:
        self._product = product

    async def settle(self, seconds: float, at_work_in: object = ()) -> None:
        """Nothing is ever under way."""

    async def thread(self, thread_id: str) -> StoredThread | None:
        return self._product.stored.get(thread_id)

    async def threads_of(self, accounts: Sequence[Account]) -> list[StoredThread]:
        ids = {account.id for account in accounts}
        return [thread for thread in self._product.stored.values() if thread.owner_id in ids]

    async def messages_of(self, account: Account) -> list[str]:
        threads = await self.threads_of([account])
        return [*(message for thread in threads for message in thread.messages), *self._product.orphans]

    async def events_of(self, account: Account) -> list[Event]:
        return [*self._product.log.get(account.id, ()), *self._product.events]

    async def others(self, accounts: Sequence[Account]) -> dict[str, Kept]:
        ids = {account.id for account in accounts}
        return {place: kept for place, kept in self._product.kept.items() if place.rpartition(" ")[2] not in ids}
