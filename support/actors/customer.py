"""A customer who has signed in, their conversations, and what one customer does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from support.actors.device import Device
from support.actors.reading import Reading
from support.actors.run_endings import until_ended
from support.core.failure import Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.exports import Export
from support.drivers.contract.keyed import KeyedRequests
from support.drivers.contract.policy import TRANSITIONS
from support.drivers.contract.types import (
    Account,
    EventKind,
    Message,
    Metadata,
    NewThread,
    Query,
    Run,
    Session,
    Thread,
)
from support.gherkin.kinds import Title

Around = Callable[["Customer", NewThread], AbstractAsyncContextManager[NewThread]]
"""Encloses the start of a conversation; gives the request to start it with."""
BROWSER = "browser"
"""The device on which customers see that an agent has answered; features never name it."""
COMPLETED, FAILED = "completed", "failed"


class Repeat(NamedTuple):
    """The answer to a request with a key, and the answer to a repetition of it."""

    first: object
    again: object


@dataclass
class Conversation:
    """`answered` is the thread as the last answer showed it, or None where something has happened to it since.

    `asked_at` is when its start was asked for, in seconds of `time.monotonic()`. `runs` are those started by acts.
    `exported` is what its owner exported last, and `repeats` has the answers to requests that were repeated with a key.
    """

    owner: Customer
    given: NewThread
    id: str
    title: str
    asked_at: float
    answered: Thread | None
    runs: list[Run] = field(default_factory=list[Run])
    is_erased: bool = False
    exported: Export | None = None
    repeats: list[Repeat] = field(default_factory=list["Repeat"])

    async def read(self) -> Thread:
        """The thread as its owner reads it now."""
        return await self.owner.driver.threads.read(self.owner.session, self.id)

    async def messages(self) -> list[Message]:
        """Its messages as its owner reads them now."""
        return await self.owner.driver.messages.list(self.owner.session, self.id)


@dataclass
class Customer:
    """Acts through a driver, as the account and session say.

    Several tools or devices of one customer that act at the same moment are performers: they share the account and its
    conversations, and each remembers alone what it has seen. `find` gives a conversation by owner (or None) and title.
    `found` is the result of the last search, and `reading` the conversations that the customer saw page by page.
    `around` is what happens around each start of a conversation; nothing does for performers and groups.
    `due` are the events that the customer's acts lead to, by kind and thread, and `settle` returns once the product has
    sent everything that it has confirmed to anybody in the scenario. `key` is the key of the requests that make
    something, and `first_answers` has the first answer for each key.
    """

    driver: Driver
    session: Session
    wait_seconds: float
    find: Callable[[Customer, str | None, str], Conversation]
    settle: Callable[[], Awaitable[None]]
    conversations: list[Conversation] = field(default_factory=list[Conversation])
    devices: dict[str, Device] = field(default_factory=dict[str, Device])
    performer: int | None = None
    seen: dict[str, int] = field(default_factory=dict[str, int])
    found: list[Thread] | None = None
    reading: Reading | None = None
    around: Around | None = None
    due: list[tuple[EventKind, str]] = field(default_factory=list[tuple[EventKind, str]])
    key: str | None = None
    first_answers: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def account(self) -> Account:
        """The account of this customer."""
        return self.session.account

    @property
    def name(self) -> str:
        """The first name, as features use it."""
        return self.account.name

    @property
    def label(self) -> str:
        """The name, with the number of the performer if this is one."""
        return self.name if self.performer is None else f"{self.name} {self.performer}"

    def as_performer(self, number: int, driver: Driver) -> Customer:
        """One of several tools or devices of this customer, which acts through a driver that records."""
        return Customer(
            driver,
            self.session,
            self.wait_seconds,
            self.find,
            self.settle,
            self.conversations,
            self.devices,
            performer=number,
            due=self.due,
        )

    def called(self, title: Title) -> Conversation:
        """The conversation that a sentence about this customer names."""
        return self.find(self, title.owner, title.text)

    async def sign_in_again(self) -> None:
        """Begin a new session, as on another day."""
        self.session = await self.driver.identities.sign_in(self.account)

    async def sign_in_wrongly(self) -> None:
        """Ask for a session with a wrong password.

        Raises:
            Refused: the product refuses it, as it should.
        """
        await self.driver.identities.sign_in(replace(self.account, password=f"{self.account.password}?"))

    async def start(self, new: NewThread) -> Conversation:
        """Start a conversation, with all that happens around it."""
        if new.metadata:
            self.driver.sight.need(self.driver.metadata, "metadata")
        if self.around is None:
            return await self.start_alone(new)
        async with self.around(self, new) as full:
            return await self.start_alone(full)

    async def start_alone(self, new: NewThread) -> Conversation:
        """Start a conversation, and leave out all that happens around it."""
        driver = self.driver
        threads = driver.threads if new.title else driver.sight.need(driver.titles, "titles")
        asked_at = time.monotonic()
        if self.key is None:
            return self.add(new, await threads.create(self.session, new), asked_at)
        thread = await self._keyed.create(self.session, new, self.key)
        conversation = self.add(new, thread, asked_at)
        self._is_first(conversation, thread)
        return conversation

    def add(self, new: NewThread, thread: Thread, asked_at: float) -> Conversation:
        """Keep a conversation that was started, under the title that was given, or else made, once."""
        known = next((one for one in self.conversations if one.id == thread.id), None)
        if known is not None:
            return known
        conversation = Conversation(self, new, thread.id, new.title or thread.title, asked_at, thread)
        self.conversations.append(conversation)
        self.due.append((EventKind.THREAD_CREATED, thread.id))
        if new.first_message:
            self.due.append((EventKind.MESSAGE_CREATED, thread.id))
        return conversation

    async def write(self, conversation: Conversation, text: str) -> None:
        """Write a message in a conversation."""
        conversation.answered = None
        if self.key is None:
            await self.driver.messages.post(self.session, conversation.id, text)
        else:
            message = await self._keyed.post(self.session, conversation.id, text, self.key)
            if not self._is_first(conversation, message):
                return
        self.due.append((EventKind.MESSAGE_CREATED, conversation.id))

    async def open(self, conversation: Conversation) -> None:
        """Read a conversation and its messages."""
        thread = await self.driver.threads.read(self.session, conversation.id)
        if thread.version is not None:
            self.seen[conversation.id] = thread.version
        if self.performer is None:
            await self.driver.messages.list(self.session, conversation.id)

    async def set_status(self, conversation: Conversation, status: str, if_version: int | None = None) -> None:
        """Set the status of a conversation, perhaps on condition of a version.

        Raises:
            NotOffered: the target has no such status.
        """
        sight, id_ = self.driver.sight, conversation.id
        group = sight.need(self.driver.status, "status")
        statuses = self.driver.policy.transitions
        if status in TRANSITIONS and status not in statuses:
            raise NotOffered(f"status: the target has {', '.join(statuses)}, and no status {status!r}")
        before = conversation.answered.status if conversation.answered else None
        if if_version is None:
            conversation.answered = await group.set(self.session, id_, status)
        else:
            versions = sight.need(self.driver.versions, "versions")
            conversation.answered = await versions.set_status(self.session, id_, status, if_version)
        if status != before:
            self.due.append((EventKind.THREAD_UPDATED, id_))

    async def rename(self, conversation: Conversation, title: str, if_version: int | None = None) -> None:
        """Give a conversation another title, perhaps on condition of a version."""
        sight, id_ = self.driver.sight, conversation.id
        group = sight.need(self.driver.renaming, "renaming")
        if if_version is None:
            conversation.answered = await group.rename(self.session, id_, title)
        else:
            versions = sight.need(self.driver.versions, "versions")
            conversation.answered = await versions.rename(self.session, id_, title, if_version)
        if title != conversation.title:
            self.due.append((EventKind.THREAD_UPDATED, id_))
        conversation.title = title

    async def export(self, conversation: Conversation) -> None:
        """Export a conversation, and keep the file."""
        exports = self.driver.sight.need(self.driver.exports, "exports")
        conversation.exported = await exports.export(self.session, conversation.id)

    async def sign_out(self) -> None:
        """End the session."""
        await self.driver.sight.need(self.driver.revocation, "revocation").revoke(self.session)

    async def change(self, conversation: Conversation, changes: Metadata, if_version: int | None = None) -> None:
        """Merge changes into the metadata of a conversation, perhaps on condition of a version."""
        sight, id_ = self.driver.sight, conversation.id
        if if_version is None:
            changed = await sight.need(self.driver.metadata, "metadata").merge(self.session, id_, changes)
        else:
            versions = sight.need(self.driver.versions, "versions")
            changed = await versions.merge(self.session, id_, changes, if_version)
        conversation.answered = None if self.performer is not None else changed
        self.due.append((EventKind.THREAD_UPDATED, id_))

    async def erase(self, conversation: Conversation) -> None:
        """Erase a conversation."""
        await self.driver.threads.delete(self.session, conversation.id)
        conversation.is_erased = True
        self.due.append((EventKind.THREAD_DELETED, conversation.id))

    def version_seen(self, conversation: Conversation) -> int:
        """The version at which this performer saw the conversation last.

        Raises:
            EnvironmentFailed: it has not opened it, or the conversation shows no version.
        """
        if conversation.id not in self.seen:
            raise EnvironmentFailed(f"expected {self.label} to see a version of {conversation.title!r}, got none")
        return self.seen[conversation.id]

    async def search(self, query: Query) -> None:
        """Search for conversations, and keep the result."""
        self.found = await self.driver.sight.need(self.driver.search, "search").find(self.session, query)

    async def list(self) -> list[Thread]:
        """The conversations in the list."""
        return await self.driver.threads.list(self.session)

    async def lists(self) -> dict[str | None, list[Thread]]:
        """Every list: one for each status, or the only one under None where the target lists no statuses."""
        status = self.driver.status
        if status is None:
            return {None: await self.list()}
        return {one: await status.list(self.session, one) for one in self.driver.policy.transitions}

    def device(self, name: str) -> Device:
        """A device by its name, such as phone. It exists from its first mention, and is not open yet."""
        if name != BROWSER:
            self.driver.sight.need(self.driver.live, "live")
        if name not in self.devices:
            self.devices[name] = Device(
                f"{self.name}'s {name}", self.driver, self.session, self.wait_seconds, self.settle
            )
        return self.devices[name]

    async def open_browser(self) -> None:
        """Open the browser, where the target has live events and it is not open yet."""
        browser = self.device(BROWSER)
        if self.driver.live is not None and not browser.is_open:
            await browser.open()

    async def see_end_of(self, run_id: str) -> str:
        """Wait until a run has ended, by its event or else by reading it, and return the status that it ended with.

        Raises:
            PromiseBroken: it did not end in time.
        """
        if self.driver.live is not None:
            return await self.device(BROWSER).ending_of(run_id)
        return await until_ended(self.driver.runs, self.session, run_id, self.wait_seconds)

    async def expect_end(self, conversation: Conversation, run_id: str, *, answered: bool = True) -> None:
        """The run ends with an answer, or else fails.

        Raises:
            PromiseBroken: it ended otherwise, or not in time.
        """
        expected = COMPLETED if answered else FAILED
        status = await self.see_end_of(run_id)
        if status != expected:
            raise PromiseBroken(
                Code.RUN_ENDING, f"expected a run {expected} in {conversation.title!r}, got a run {status}"
            )

    async def ask(self, conversation: Conversation, question: str) -> str:
        """Ask the agent; gives the run's id. The browser is open by then, to see the answer."""
        if self.performer is None:
            await self.open_browser()
        conversation.answered = None
        if self.key is None:
            run = await self.driver.runs.start(self.session, conversation.id, question)
        else:
            run = await self._keyed.ask(self.session, conversation.id, question, self.key)
            self._is_first(conversation, run)
        if run.id not in [one.id for one in conversation.runs]:
            conversation.runs.append(run)
        return run.id

    @property
    def _keyed(self) -> KeyedRequests:
        return self.driver.sight.need(self.driver.keyed, "keyed")

    def _is_first(self, conversation: Conversation, answer: object) -> bool:
        """Keep the first answer for a key, and put each later one beside it; returns whether this is the first."""
        key = self.key or ""
        is_first = key not in self.first_answers
        if not is_first:
            conversation.repeats.append(Repeat(self.first_answers[key], answer))
        self.first_answers.setdefault(key, answer)
        return is_first

    async def leave(self) -> None:
        """Close every device."""
        for device in self.devices.values():
            await device.close()
