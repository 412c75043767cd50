"""Everybody who takes part in a scenario."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from support.actors.attempts import Attempt, Attempts
from support.actors.attributes import as_shown
from support.actors.customer import BROWSER, Around, Conversation, Customer
from support.actors.device import Device
from support.actors.erasures import Erasure, expect_nothing_left, note_and_erase
from support.actors.operator import Operator
from support.actors.settling import settle
from support.actors.surroundings import Surroundings
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.core.people import EVERYBODY, NOBODY, PLAN_OF
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account, NewThread, Reason, Refusal, Refused, Session, StoredThread
from support.drivers.recording import RecordingDriver, Tape
from support.frame.frame import compare_stored, find_differences, told
from support.frame.replay import Difference
from support.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from faker import Faker

REMEMBERED = 50
"""How many conversations are read before the first When where the suite has no eyes: those that were started last."""
HIDING = (Reason.NOT_FOUND, Reason.NOT_SIGNED_IN)
"""Reasons for a refusal that must be the same, word for word, for a conversation that never existed."""


@cache
def _faker() -> Faker:
    """The source of names, made once for all scenarios: its data take long to load."""
    from faker import Faker

    return Faker("en_GB")


class People:
    """Enrols customers, each with their own company, and finds persons and conversations by their names.

    Surrounding data is made from `seed` (the scenario's title), so that a failure repeats; only addresses carry
    something fresh, so that a scenario can be played again against the same backend. `at_work_in` gives the ids of the
    threads in which a run is held on purpose. The driver records on `tape` what they do and what their devices receive;
    `found` is what a random story has found. `accounts` has everybody enrolled, also those who are not mentioned.
    """

    def __init__(
        self,
        driver: Driver,
        seed: str,
        wait_seconds: float,
        restart: Callable[[], Awaitable[None]] | None = None,
        *,
        crowded: bool = False,
    ) -> None:
        """With `crowded`, others who are not mentioned start the same conversations; see `Surroundings`."""
        self.tape = Tape()
        self.driver = cast("Driver", RecordingDriver(driver, self.tape))
        self.wait_seconds = wait_seconds
        self.surroundings = Surroundings(self._join, crowded=crowded)
        self.operator = Operator(driver, self._restarting(restart) if restart else None)
        self.found: PromiseBroken | None = None
        self._inner = driver
        self._before_when: list[Difference] = []
        self.accounts: list[Account] = []
        self.group: list[Customer] = []
        self.at_work_in: set[str] = set()
        self.before: dict[str, StoredThread] | None = None
        self._named: dict[str, Customer] = {}
        self._erasures: dict[str, Erasure] = {}
        self._deadlocks = 0
        self._phantom: str | None = None
        self._random = _faker()
        self._random.seed_instance(zlib.crc32(seed.encode()))

    def who(self, name: str) -> Customer:
        """The person of this name; `Somebody` is a person who has not signed in.

        Raises:
            EnvironmentFailed: the scenario has not introduced them.
        """
        if name == NOBODY and name not in self._named:
            nobody = Account("", NOBODY, "no company", "", "", "")
            self._named[name] = self._customer(Session("", nobody, ""))
        if name not in self._named:
            raise EnvironmentFailed(f"expected {name!r} to be introduced before, got a step that speaks of them")
        return self._named[name]

    def actors(self, who: str) -> Sequence[Customer]:
        """The persons that an act names: one, or everybody of the group.

        Raises:
            EnvironmentFailed: the scenario has not introduced them.
        """
        if who != EVERYBODY:
            return [self.who(who)]
        if not self.group:
            raise EnvironmentFailed("expected a group of customers, got no step before that introduces one")
        return self.group

    @property
    def everybody(self) -> list[Customer]:
        """Every customer of the scenario."""
        return [*self._named.values(), *self.group]

    def others(self, actor: Customer) -> list[Customer]:
        """Every customer of the scenario but one."""
        return [person for person in self.everybody if person is not actor]

    def absent(self, words: str) -> list[Conversation]:
        """The conversations that words of a feature say do not exist: one by its title, the group's, or the erased.

        Raises:
            EnvironmentFailed: there is none, so that nothing could be checked.
        """
        if words.startswith('"'):
            return [self.titled(words.rpartition('"')[0][1:])]
        if "erased" in words:
            what, found = "an erased conversation", [one for one in self.conversations if one.is_erased]
        else:
            what, found = "a conversation of the group", [one for person in self.group for one in person.conversations]
        if not found:
            raise EnvironmentFailed(f"expected {what}, got none: nothing could be checked")
        return found

    @property
    def conversations(self) -> Iterator[Conversation]:
        """Every conversation that somebody has started by an act."""
        for person in self.everybody:
            yield from person.conversations

    def find(self, actor: Customer, owner: str | None, title: str) -> Conversation:
        """The conversation of this title: the owner's if one is named, else the actor's, else anybody's.

        Raises:
            EnvironmentFailed: nobody has started it.
        """
        owners = [self.who(owner)] if owner else [actor, *self.everybody]
        for person in owners:
            for conversation in reversed(person.conversations):
                if conversation.title == title:
                    return conversation if self._phantom is None else self._never_was(conversation)
        raise EnvironmentFailed(f"expected a conversation {title!r}, got no step before that starts it")

    def titled(self, text: str | None) -> Conversation:
        """A conversation of any owner by its title; None means the one started last.

        Raises:
            EnvironmentFailed: there is none.
        """
        if text is not None:
            return self.find(self.everybody[0], None, text)
        latest = max(self.conversations, key=lambda one: one.asked_at, default=None)
        if latest is None:
            raise EnvironmentFailed("expected a conversation, got no step before that starts one")
        return latest

    async def find_differences(self) -> list[Difference]:
        """Everything that is other than their acts have made it, by the specification, the earliest act first.

        The database is compared once before the first When, and everything now.
        """
        if self._inner.durable is None:
            self._inner.sight.miss("everything that the acts have stored")
            await self.settle()
        now = await find_differences(self._inner, self.tape, self._inner.policy, self.wait_seconds, self.at_work_in)
        return sorted([*self._before_when, *now], key=lambda one: one.call.number)

    async def expect_as_made(self) -> None:
        """Everything is as their acts have made it, in random stories as well.

        Raises:
            PromiseBroken: something is not.
        """
        if self.found is not None:
            raise self.found
        if differences := await self.find_differences():
            raise PromiseBroken(differences[0].code, told(differences))

    def apart(self, seed: str) -> People:
        """Other people with a tape of their own, who know nothing of these."""
        people = People(self._inner, seed, self.wait_seconds)
        people.accounts = self.accounts  # what they leave behind belongs to the scenario
        return people

    async def remember(self) -> None:
        """Record every stored conversation, once: the state that `before` means in expectations."""
        if self.before is None:
            self._deadlocks = await self._count_deadlocks(complete=False)
            self.before = {thread.id: thread for thread in await self._known_threads()}
            if self.driver.durable is not None:
                self._before_when = compare_stored(self.tape, self.driver.policy, self.before)

    async def settle(self) -> None:
        """Return once the product has sent everything that it has confirmed, but for runs that are held on purpose."""
        await settle(self.driver, self.everybody, self.wait_seconds, self.at_work_in)

    async def attempt(self, actor: Customer, act: str, doing: Callable[[], Awaitable[object]]) -> Attempt:
        """Let somebody do an act, in words, that the product may refuse; a refusal comes with all effects that it had.

        It must leave no trace in the database or Redis, reach no device, and, where it hides a conversation, be equal
        to the refusal for one that never existed. Without the suite's eyes, everybody in the scenario looks for traces.
        """
        snapshot = await self.snapshot(self._at_work)
        arrived = {device.name: len(device.arrivals) for device in actor.devices.values()}
        with self.surroundings.none_beside():
            refusal = await self._refusal(doing)
        if refusal is None:
            return Attempt(act, None)
        await self.settle()
        effects = await snapshot.differences()
        for device in actor.devices.values():
            await device.settle()
            for arrival in device.arrivals[arrived.get(device.name, 0) :]:
                effects.append(f"{device.name} received {arrival.event.kind}")
        with self.surroundings.none_beside():
            unknown = await self._refusal_for_nothing(doing) if refusal.reason in HIDING else None
        return Attempt(act, self._without_ids(refusal), tuple(effects), unknown, self._secrets(actor))

    async def snapshot(self, except_for: Sequence[Account]) -> Snapshot:
        """Everything that is stored except for some customers, or everything that the others are shown."""
        if self.driver.durable is None:
            self.driver.sight.miss("stored data before and after")
            await self.settle()
        sessions = [one.session for one in self.everybody if one.account.id and one.account not in except_for]
        return await Snapshot.take(self.driver, except_for, self.wait_seconds, self.at_work_in, sessions)

    def attempted(self, outcomes: Sequence[Attempt]) -> Attempts:
        """The outcomes of one step."""
        return Attempts(tuple(outcomes), self.driver)

    def devices(self, words: str) -> list[Device]:
        """The devices that a sentence names: `Mia's phone`, or `each of Mia's devices`, which are those opened.

        Raises:
            EnvironmentFailed: the scenario has not introduced the person, or each of no devices is asked for.
        """
        if words.startswith("each of "):
            owner = self.who(words.removeprefix("each of ").removesuffix("'s devices"))
            found = [device for name, device in owner.devices.items() if name != BROWSER]
            if not found:
                raise EnvironmentFailed(f"expected an open device of {owner.name}, got none: nothing could be checked")
            return found
        owner, _, name = words.partition("'s ")
        return [self.who(owner).device(name)]

    def secret(self) -> str:
        """A sentence that is found nowhere else."""
        return f"The word for the safe is {uuid4().hex}"

    async def erase(self, actor: Customer, conversation: Conversation) -> None:
        """Let somebody erase a conversation, and keep the state before; a performer only erases.

        Raises:
            Refused: the product does not erase it.
        """
        if actor.performer is not None:
            await actor.erase(conversation)
            return
        others = await self.snapshot([conversation.owner.account])
        erasure = await note_and_erase(actor, conversation, others)
        self._erasures[conversation.id] = erasure

    async def expect_nothing_left(self, conversations: Sequence[Conversation]) -> None:
        """No table and no key has a marker of these conversations, which were erased.

        Raises:
            PromiseBroken: one has.
        """
        for conversation in conversations:
            erasure = self._erasures.get(conversation.id)
            await expect_nothing_left(conversation, erasure.markers if erasure else [conversation.id])

    async def expect_nothing_else_changed(self) -> None:
        """Everything except the erased conversations is as it was before.

        Raises:
            PromiseBroken: it is not.
            EnvironmentFailed: nothing was erased.
        """
        if not self._erasures:
            raise EnvironmentFailed("expected an erasure to compare with, got none")
        for erasure in self._erasures.values():
            await erasure.expect_nothing_else_changed()

    async def expect_none_blocked(self) -> None:
        """Since the first When no two acts waited for each other until one had to be given up.

        Raises:
            PromiseBroken: some did.
        """
        await self.settle()
        if self.driver.storage is None:
            self.driver.sight.miss("acts that blocked each other in the database", whole=True)
        if blocked := await self._count_deadlocks(complete=True) - self._deadlocks:
            raise PromiseBroken(Code.DEADLOCK, f"expected no two acts to block each other, got {blocked} deadlocks")

    async def expect_surroundings_untouched(self) -> None:
        """Nothing has happened to the same conversations of colleagues and a stranger, nor on a colleague's device.

        Raises:
            PromiseBroken: something has.
        """
        await self.settle()
        await self.surroundings.expect_untouched()

    async def enrol(self, name: str, plan: str) -> Customer:
        """Enrol one of the persons that features name, on the plan they are always on, and let them sign in.

        Raises:
            EnvironmentFailed: they are on another plan.
        """
        if PLAN_OF.get(name) != plan:
            raise EnvironmentFailed(f"expected {name} on the plan of features/README.md, got {plan!r}")
        self._named[name] = await self._signed_in(name, plan, around=self.surroundings.around)
        return self._named[name]

    async def enrol_newcomer(self, name: str, colleague: str | None) -> Customer:
        """Enrol a colleague of somebody, or else a stranger, on the plan they are always on, and let them sign in."""
        company = self.who(colleague).account.organisation if colleague else None
        self._named[name] = await self._signed_in(name, PLAN_OF[name], company, self.surroundings.around)
        return self._named[name]

    async def enrol_group(self, count: int, plan: str) -> list[Customer]:
        """Enrol `count` customers of different companies, and let them sign in."""
        self.group = list(await asyncio.gather(*(self._signed_in(f"Customer {n}", plan) for n in range(1, count + 1))))
        return self.group

    @property
    def outsider(self) -> Account:
        """Somebody of another company whom nobody has signed in as: the account is made up."""
        return Account(str(uuid4()), "Nobody", "No company", "nobody@example.com", "", "free")

    async def leave(self) -> None:
        """Everybody closes their devices, outages made for them end, and connections are released."""
        for person in self.everybody:
            await person.leave()
        await self.surroundings.leave()
        await self.operator.end_outages()
        await self.driver.close()

    @property
    def _at_work(self) -> list[Account]:
        """Customers for whom an agent is at work: their stored data changes by itself."""
        return [one.owner.account for one in self.conversations if one.id in self.at_work_in]

    async def _refusal(self, doing: Callable[[], Awaitable[object]]) -> Refusal | None:
        try:
            await doing()
        except Refused as refused:
            return refused.refusal
        return None

    async def _refusal_for_nothing(self, doing: Callable[[], Awaitable[object]]) -> str:
        self._phantom = self.driver.threads.unknown_id()
        try:
            refusal = await self._refusal(doing)
        finally:
            phantom, self._phantom = self._phantom, None
        return refusal.shown.replace(phantom, "<id>") if refusal else "it was done"

    def _never_was(self, conversation: Conversation) -> Conversation:
        never = Conversation(
            conversation.owner, conversation.given, self._phantom or "", conversation.title, conversation.asked_at, None
        )
        never.runs = [replace(run, id=never.id, thread_id=never.id) for run in conversation.runs]
        return never

    def _without_ids(self, refusal: Refusal) -> Refusal:
        shown = refusal.shown
        for conversation in self.conversations:
            for id_ in (conversation.id, *(run.id for run in conversation.runs)):
                shown = shown.replace(id_, "<id>")
        return replace(refusal, shown=shown)

    def _secrets(self, actor: Customer) -> tuple[str, ...]:
        """Texts of other customers' conversations that no refusal may contain."""
        others = [one for one in self.conversations if one.owner.account.id != actor.account.id]
        return tuple(word for one in others for word in (one.title, one.owner.account.email, *_texts(one.given)))

    def _customer(self, session: Session, around: Around | None = None, driver: Driver | None = None) -> Customer:
        return Customer(driver or self.driver, session, self.wait_seconds, self.find, self.settle, around=around)

    async def _signed_in(
        self,
        name: str,
        plan: str,
        organisation: str | None = None,
        around: Around | None = None,
        driver: Driver | None = None,
    ) -> Customer:
        """A customer who has signed in, and whose browser tells what was sent where the suite cannot see it."""
        driver = driver or self.driver
        customer = self._customer(await self._session(name, plan, organisation, driver), around, driver)
        if self.driver.durable is None:
            await customer.open_browser()
        return customer

    async def _known_threads(self) -> list[StoredThread]:
        durable = self.driver.durable
        if durable is not None:
            return await durable.threads_of(self.accounts) if self.accounts else []
        there = [one for one in self.conversations if not one.is_erased]
        return [await as_shown(one) for one in sorted(there, key=lambda one: one.asked_at)[-REMEMBERED:]]

    async def _count_deadlocks(self, *, complete: bool) -> int:
        return await self.driver.storage.deadlocks(complete=complete) if self.driver.storage else 0

    async def _join(self, name: str, plan: str, organisation: str | None) -> Customer:
        """Somebody who is not mentioned, whose acts are on no tape."""
        return await self._signed_in(name, plan, organisation, driver=self._inner)

    def _restarting(self, restart: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def with_all_away() -> None:
            await self.surroundings.leave()
            await restart()
            await self.surroundings.come_back()

        return with_all_away

    async def _session(self, name: str, plan: str, organisation: str | None, driver: Driver) -> Session:
        fresh = uuid4().hex[:12]
        account = Account(
            id="",
            name=name,
            organisation=organisation or f"{self._random.company()} {fresh}",
            email=f"{name.lower().replace(' ', '.')}.{fresh}@{self._random.domain_name()}",
            password=self._random.password(length=20),
            plan=plan,
        )
        enrolled = await self.operator.enrol(account)
        self.accounts.append(enrolled)
        return await driver.identities.sign_in(enrolled)


def _texts(given: NewThread) -> Iterator[str]:
    yield from (text for text in (given.first_message, *(given.metadata or {}).values()) if isinstance(text, str))
