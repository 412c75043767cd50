"""A customer who has signed in."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from support.actors.attempt import Attempt
from support.actors.device import Device
from support.core.failure import EnvironmentFailed, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.threads import Metadata, Runs
from support.drivers.contract.types import (
    Account,
    Details,
    Event,
    Malformed,
    NewThread,
    Query,
    Refused,
    Session,
    StoredThread,
    Thread,
)

Group = TypeVar("Group")
STATUSES = ("active", "completed", "archived")


@dataclass(frozen=True)
class Conversation:
    """A conversation as its owner started it: what was given, and what came back.

    `asked_at` is in seconds of `time.monotonic()`, `seconds` how long the answer took.
    """

    owner: Customer
    given: NewThread
    thread: Thread
    asked_at: float
    seconds: float

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self.thread.id

    async def read_again(self) -> Thread:
        """The conversation as its owner finds it now."""
        return await self.owner.conversation(self.id)

    def expect_short_title(self, limit: int, beginning: str) -> None:
        """The title is one line of at most `limit` characters, and starts with the first words of `beginning`."""
        title = self.thread.title
        if not title or "\n" in title or len(title) > limit:
            raise PromiseBroken(f"the title is not one line of 1 to {limit} characters: {title!r}")
        kept = title.rstrip("….").split()
        if len(kept) < 3 or kept != beginning.split()[: len(kept)]:
            raise PromiseBroken(f"the title {title!r} does not begin like {beginning!r}")


class Customer:
    """Acts through a driver, as the account and session say."""

    def __init__(self, driver: Driver, session: Session, wait_seconds: float) -> None:
        self.driver = driver
        self.session = session
        self.devices: dict[str, Device] = {}
        self.wait_seconds = wait_seconds
        self._started: dict[str, Conversation] = {}

    @property
    def account(self) -> Account:
        """Who this is."""
        return self.session.account

    @property
    def name(self) -> str:
        """The customer's first name, as features use it."""
        return self.account.name

    @property
    def metadata(self) -> Metadata:
        """The driver's group for details.

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

    async def sign_in_again(self) -> None:
        """Begin a new session, as on another day."""
        self.session = await self.driver.identities.sign_in(self.account)

    async def start_conversation(self, new: NewThread) -> Conversation:
        """Start a conversation."""
        asked_at = time.monotonic()
        thread = await self.driver.threads.create(self.session, new)
        conversation = Conversation(self, new, thread, asked_at, time.monotonic() - asked_at)
        self._started[thread.title] = conversation
        return conversation

    def called(self, title: str) -> Conversation:
        """The conversation of that title which this customer has started.

        Raises:
            EnvironmentFailed: there is none.
        """
        if title not in self._started:
            raise EnvironmentFailed(f"the scenario speaks of {title!r}, which {self.name} has not started")
        return self._started[title]

    @property
    def started(self) -> list[Conversation]:
        """Every conversation that this customer has started, and that was confirmed."""
        return list(self._started.values())

    async def mark(self, title: str, status: str) -> Thread:
        """Mark a conversation as active, completed or archived."""
        return await self.driver.threads.mark(self.session, self.called(title).id, status)

    async def try_to_mark(self, conversation: Conversation, status: str) -> Attempt:
        """Mark a conversation, which may be somebody else's, as something that it may well not become."""
        try:
            thread = await self.driver.threads.mark(self.session, conversation.id, status)
        except Refused as refused:
            return Attempt(refused.refusal)
        return Attempt(f"{thread.title!r} is {thread.status}")

    async def expect_own(self) -> None:
        """The customer finds, and the database has for them, exactly what they have started, as it was confirmed."""
        await self.expect_listed(self._started.values())
        for conversation in self._started.values():
            await self.expect_kept(conversation)
            if await conversation.read_again() != conversation.thread:
                raise PromiseBroken(f"{conversation.thread.title!r} is no longer as {self.name} left it")
        if strange := {one.title for one in await self.kept()} - set(self._started):
            raise PromiseBroken(f"the database has conversations of {self.name} that they never started: {strange}")

    async def try_to_start(self, new: NewThread) -> Attempt:
        """Start a conversation that may well be refused."""
        try:
            return Attempt(f"{(await self.start_conversation(new)).thread.title!r} was started")
        except Refused as refused:
            return Attempt(refused.refusal)

    async def try_to_start_with(self, malformed: Malformed, stranger: Account) -> Attempt:
        """Ask for a conversation with something wrong in the request."""
        answer = await self.driver.threads.create_malformed(self.session, malformed, stranger)
        return Attempt(f"{answer.title!r} was started" if isinstance(answer, Thread) else answer)

    async def conversation(self, thread_id: str) -> Thread:
        """Open one of the customer's conversations."""
        return await self.driver.threads.read(self.session, thread_id)

    async def conversations(self) -> list[Thread]:
        """Every conversation in the customer's list."""
        return await self.driver.threads.list(self.session)

    async def kept(self) -> list[StoredThread]:
        """The customer's conversations as they lie in the database."""
        return await self.driver.durable.threads_of([self.account])

    def device(self, name: str) -> Device:
        """A device by its name: phone, laptop, tablet. It is there from its first mention on, and yet to be opened."""
        if name not in self.devices:
            self.devices[name] = Device(f"{self.name}'s {name}", self.driver, self.session, self.wait_seconds)
        return self.devices[name]

    def show_announced(self, device: Device) -> dict[str, Thread | PromiseBroken]:
        """Let a device open whatever is announced, at once; what it found, by the conversation's id."""
        shown: dict[str, Thread | PromiseBroken] = {}

        async def show(event: Event) -> None:
            if event.thread_id:
                try:
                    shown[event.thread_id] = await self.conversation(event.thread_id)
                except PromiseBroken as broken:
                    shown[event.thread_id] = broken

        device.on_arrival = show
        return shown

    async def find(self, query: Query) -> list[Thread]:
        """Search for conversations."""
        return await _offered(self.driver.search, "search").find(self.session, query)

    async def change_details(self, conversation: Conversation, changes: Details) -> Thread:
        """Merge changes into a conversation's details."""
        return await self.metadata.merge(self.session, conversation.id, changes)

    async def stored(self, conversation: Conversation) -> StoredThread:
        """A conversation as it lies in the database.

        Raises:
            PromiseBroken: it is not there.
        """
        stored = await self.driver.durable.thread(conversation.id)
        if stored is None:
            raise PromiseBroken(f"conversation {conversation.id} was confirmed, but the database does not have it")
        return stored

    async def expect_kept(self, conversation: Conversation) -> StoredThread:
        """The conversation lies in the database, as this customer's own, with what was given and what was answered."""
        stored = await self.stored(conversation)
        question = conversation.given.first_message
        expected = (self.account.id, conversation.thread.title, (question,) if question else ())
        seen = (stored.owner_id, stored.title, stored.messages)
        if seen != expected:
            raise PromiseBroken(f"the database has owner, title and messages {seen}, where {expected} was confirmed")
        return stored

    async def expect_listed(self, conversations: Iterable[Conversation]) -> None:
        """The customer finds exactly these conversations in their list, under the titles that were confirmed."""
        expected = {(one.id, one.thread.title) for one in conversations}
        listed = {(one.id, one.title) for one in await self.conversations()}
        if strange := sorted(title for _id, title in listed - expected):
            raise PromiseBroken(f"{self.name} finds what is not theirs: {strange}")
        if missing := sorted(title for _id, title in expected - listed):
            raise PromiseBroken(f"{self.name} misses {missing}")

    async def expect_listed_under(self, title: str, status: str) -> None:
        """The conversation is in the list of this status, and in that of no other."""
        id_ = self.called(title).id
        for each in STATUSES:
            listed = id_ in [one.id for one in await self.driver.threads.list(self.session, each)]
            if listed != (each == status):
                raise PromiseBroken(f"{title!r} is {'' if listed else 'not '}listed among the {each} conversations")

    async def expect_only(self, conversation: Conversation) -> None:
        """The customer has this conversation and nothing else, in their list as in the database."""
        await self.expect_kept(conversation)
        await self.expect_listed([conversation])
        if strange := [one.title for one in await self.kept() if one.id != conversation.id]:
            raise PromiseBroken(f"the database has conversations of {self.name} that were never confirmed: {strange}")
        question = conversation.given.first_message
        messages = await self.driver.durable.messages_of(self.account)
        if messages != ([question] if question else []):
            raise PromiseBroken(f"the messages stored are {messages}, not those of the one conversation confirmed")
        events = await self.driver.durable.events_of(self.account)
        if strange := [str(event.kind) for event in events if event.thread_id != conversation.id]:
            raise PromiseBroken(f"events about something that was never confirmed are kept: {strange}")

    async def expect_no_trace_of(self, conversation: Conversation) -> None:
        """Asking for the conversation is answered just as asking for one that never existed, and it is not listed."""
        foreign = await self._refusal_of(conversation.id)
        unknown = await self._refusal_of(self.driver.threads.unknown_id())
        if foreign != unknown:
            raise PromiseBroken(
                f"a conversation of {conversation.owner.name} is answered differently from one that never existed: "
                f"{foreign} and {unknown}"
            )
        if conversation.id in [one.id for one in await self.conversations()]:
            raise PromiseBroken(f"{conversation.thread.title!r} is still listed for {self.name}")

    async def _refusal_of(self, thread_id: str) -> str:
        try:
            thread = await self.conversation(thread_id)
        except Refused as refused:
            return refused.refusal.shown.replace(thread_id, "<id>")
        raise PromiseBroken(f"{self.name} could open {thread.title!r}, which should not be there for them")

    async def leave(self) -> None:
        """Close every device."""
        for device in self.devices.values():
            await device.close()


class Stranger(Customer):
    """A customer of another company who tries what is not theirs to try."""

    async def pose(self, device: Device, victim: Account) -> None:
        """Open a device, naming somebody else wherever a careless backend might believe it."""
        await device.open(posing_as=victim)


def _offered(group: Group | None, need: str) -> Group:
    if group is None:
        raise EnvironmentFailed(f"the target does not offer {need}: tag the scenario @needs.{need}")
    return group
