"""A customer who has signed in, their conversations, and what one customer does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from support.actors.device import Device
from support.actors.reading import Reading
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.exports import Export
from support.drivers.contract.threads import MetadataChanges, Runs
from support.drivers.contract.types import (
    Account,
    Event,
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

Group = TypeVar("Group")
Around = Callable[["Customer", NewThread], AbstractAsyncContextManager[NewThread]]
"""Encloses the start of a conversation; gives the request to start it with."""
STATUSES = ("active", "completed", "archived")
BROWSER = "browser"
"""The device on which customers see that an agent has answered."""


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
    `key` is the key of the requests that make something, and `first_answers` has the first answer for each key.
    """

    driver: Driver
    session: Session
    wait_seconds: float
    find: Callable[[Customer, str | None, str], Conversation]
    conversations: list[Conversation] = field(default_factory=list[Conversation])
    devices: dict[str, Device] = field(default_factory=dict[str, Device])
    performer: int | None = None
    seen: dict[str, int] = field(default_factory=dict[str, int])
    found: list[Thread] | None = None
    reading: Reading | None = None
    around: Around | None = None
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

    @property
    def metadata(self) -> MetadataChanges:
        """The driver's group for metadata.

        Raises:
            EnvironmentFailed: there is none.
        """
        return _offered(self.driver.metadata, "details")

    @property
    def runs(self) -> Runs:
        """The driver's group for agents.

        Raises:
            EnvironmentFailed: there is none.
        """
        return _offered(self.driver.runs, "runs")

    def as_performer(self, number: int, driver: Driver) -> Customer:
        """One of several tools or devices of this customer, which acts through a driver that records."""
        return Customer(
            driver, self.session, self.wait_seconds, self.find, self.conversations, self.devices, performer=number
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

    async def start(self, new: NewThread, *, alone: bool = False) -> Conversation:
        """Start a conversation; `alone` leaves out all that happens around it."""
        if self.around is not None and not alone:
            async with self.around(self, new) as full:
                return await self.start(full, alone=True)
        asked_at = time.monotonic()
        if self.key is None:
            return self.add(new, await self.driver.threads.create(self.session, new), asked_at)
        thread = await _offered(self.driver.keyed, "keys").create(self.session, new, self.key)
        conversation = self.add(new, thread, asked_at)
        self._compare_with_first(conversation, thread)
        return conversation

    def add(self, new: NewThread, thread: Thread, asked_at: float) -> Conversation:
        """Keep a conversation that was started, under the title that was given, or else made, once."""
        known = next((one for one in self.conversations if one.id == thread.id), None)
        if known is not None:
            return known
        conversation = Conversation(self, new, thread.id, new.title or thread.title, asked_at, thread)
        self.conversations.append(conversation)
        return conversation

    async def write(self, conversation: Conversation, text: str) -> None:
        """Write a message in a conversation."""
        conversation.answered = None
        if self.key is None:
            await self.driver.messages.post(self.session, conversation.id, text)
            return
        keyed = _offered(self.driver.keyed, "keys")
        self._compare_with_first(conversation, await keyed.post(self.session, conversation.id, text, self.key))

    async def open(self, conversation: Conversation) -> None:
        """Read a conversation and its messages."""
        thread = await self.driver.threads.read(self.session, conversation.id)
        self.seen[conversation.id] = thread.version
        if self.performer is None:
            await self.driver.messages.list(self.session, conversation.id)

    async def set_status(self, conversation: Conversation, status: str, if_version: int | None = None) -> None:
        """Set the status of a conversation, perhaps on condition of a version."""
        if if_version is None:
            conversation.answered = await self.driver.threads.set_status(self.session, conversation.id, status)
            return
        versioned = _offered(self.driver.versioned, "versions")
        conversation.answered = await versioned.set_status(self.session, conversation.id, status, if_version)

    async def rename(self, conversation: Conversation, title: str, if_version: int | None = None) -> None:
        """Give a conversation another title, perhaps on condition of a version."""
        session, id_ = self.session, conversation.id
        if if_version is None:
            conversation.answered = await _offered(self.driver.renaming, "renaming").rename(session, id_, title)
        else:
            versioned = _offered(self.driver.versioned, "versions")
            conversation.answered = await versioned.rename(session, id_, title, if_version)
        conversation.title = title

    async def export(self, conversation: Conversation) -> None:
        """Export a conversation, and keep the file."""
        conversation.exported = await _offered(self.driver.exports, "export").export(self.session, conversation.id)

    async def sign_out(self) -> None:
        """End the session."""
        await _offered(self.driver.revocation, "revocation").revoke(self.session)

    async def change(self, conversation: Conversation, changes: Metadata, if_version: int | None = None) -> None:
        """Merge changes into the metadata of a conversation, perhaps on condition of a version."""
        changed = await self.metadata.merge(self.session, conversation.id, changes, if_version)
        conversation.answered = None if self.performer is not None else changed

    def version_seen(self, conversation: Conversation) -> int:
        """The version at which this performer saw the conversation last.

        Raises:
            EnvironmentFailed: it has not opened it.
        """
        if conversation.id not in self.seen:
            raise EnvironmentFailed(f"expected {self.label} to open {conversation.title!r} before, got no such act")
        return self.seen[conversation.id]

    async def search(self, query: Query) -> None:
        """Search for conversations, and keep the result."""
        self.found = await _offered(self.driver.search, "search").find(self.session, query)

    async def list(self, status: str | None = None) -> list[Thread]:
        """The conversations in the list, or in that of a status."""
        return await self.driver.threads.list(self.session, status)

    def device(self, name: str) -> Device:
        """A device by its name, such as phone. It exists from its first mention, and is not open yet."""
        if name not in self.devices:
            self.devices[name] = Device(f"{self.name}'s {name}", self.driver, self.session, self.wait_seconds)
        return self.devices[name]

    async def see_end_of(self, run_id: str) -> Event:
        """Wait for the event that ends a run.

        Raises:
            PromiseBroken: it did not come in time.
        """
        return await self.device(BROWSER).ending_of(run_id)

    async def expect_end(self, conversation: Conversation, run_id: str, *, answered: bool = True) -> None:
        """The run ends with an answer, or else fails.

        Raises:
            PromiseBroken: it ended otherwise, or not in time.
        """
        expected = EventKind.AGENT_COMPLETED if answered else EventKind.AGENT_FAILED
        ending = await self.see_end_of(run_id)
        if ending.kind is not expected:
            raise PromiseBroken(
                Code.RUN_ENDING, f"expected {expected} of the agent in {conversation.title!r}, got {ending.kind}"
            )

    async def ask(self, conversation: Conversation, question: str) -> str:
        """Ask the agent; gives the run's id. The browser is open by then, to see the answer."""
        browser = self.device(BROWSER)
        if not browser.is_open and self.performer is None:
            await browser.open()
        conversation.answered = None
        if self.key is None:
            run = await self.runs.start(self.session, conversation.id, question)
        else:
            run = await _offered(self.driver.keyed, "keys").ask(self.session, conversation.id, question, self.key)
            self._compare_with_first(conversation, run)
        if run.id not in [one.id for one in conversation.runs]:
            conversation.runs.append(run)
        return run.id

    def _compare_with_first(self, conversation: Conversation, answer: object) -> None:
        """Keep the first answer for a key, and put each later one beside it."""
        key = self.key or ""
        if key in self.first_answers:
            conversation.repeats.append(Repeat(self.first_answers[key], answer))
        self.first_answers.setdefault(key, answer)

    async def leave(self) -> None:
        """Close every device."""
        for device in self.devices.values():
            await device.close()


def _offered(group: Group | None, need: str) -> Group:
    if group is None:
        raise EnvironmentFailed(f"expected a target that offers {need}, got none: tag the scenario @needs.{need}")
    return group
