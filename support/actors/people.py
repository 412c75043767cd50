"""Everybody who takes part in a scenario."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from support.actors.customer import Conversation, Customer, Stranger
from support.actors.operator import Operator
from support.core.failure import EnvironmentFailed
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Account, Session

if TYPE_CHECKING:
    from faker import Faker

PLANS = {"Fay": "free", "Ella": "early", "Mia": "mid", "Enid": "enterprise", "Sam": "enterprise"}
"""The plan that each named person is on, in every feature."""


@cache
def _faker() -> Faker:
    """What makes up names, made once for all scenarios: its data take long to load."""
    from faker import Faker

    return Faker("en_GB")


class People:
    """Enrols customers, each with a company of its own, and knows who is meant by a name or by `she`.

    Surrounding data is made from `seed` (the scenario's title), so that a failure repeats; only addresses carry
    something fresh, so that a scenario may be played again against the same backend.
    """

    def __init__(
        self,
        driver: Driver,
        seed: str,
        wait_seconds: float,
        restart: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.driver = driver
        self.operator = Operator(driver, restart)
        self.accounts: list[Account] = []
        self.group: list[Customer] = []
        self._named: dict[str, Customer] = {}
        self._last = ""
        self._wait_seconds = wait_seconds
        self.faker = _faker()
        self.faker.seed_instance(zlib.crc32(seed.encode()))

    def who(self, word: str) -> Customer:
        """The person that a sentence names; `she` and `her` mean the one named last.

        Raises:
            EnvironmentFailed: nobody of that name has been enrolled.
        """
        name = self._last if word in ("she", "her") else word
        if name not in self._named:
            raise EnvironmentFailed(f"the scenario speaks of {word!r} before it introduces them")
        self._last = name
        return self._named[name]

    def conversation_called(self, title: str) -> Conversation:
        """The conversation of that title, whoever of those named has started it.

        Raises:
            EnvironmentFailed: nobody has.
        """
        for person in self._named.values():
            for conversation in person.started:
                if conversation.thread.title == title:
                    return conversation
        raise EnvironmentFailed(f"the scenario speaks of {title!r}, which nobody has started")

    def stranger(self, name: str) -> Stranger:
        """The stranger of that name.

        Raises:
            EnvironmentFailed: whoever has that name is none.
        """
        person = self.who(name)
        if not isinstance(person, Stranger):
            raise EnvironmentFailed(f"the scenario speaks of {name} as a stranger, but introduced a customer")
        return person

    async def enrol(self, name: str, plan: str) -> Customer:
        """Enrol one of the persons that features name, on the plan they are always on, and let them sign in."""
        if PLANS.get(name) != plan:
            raise EnvironmentFailed(f"{name} is not on the plan {plan!r}; features/README.md says who is on which")
        return self._introduce(name, Customer(self.driver, await self._session(name, plan), self._wait_seconds))

    async def enrol_stranger(self, name: str) -> Stranger:
        """Enrol the stranger, and let them sign in."""
        session = await self._session(name, PLANS[name])
        stranger = Stranger(self.driver, session, self._wait_seconds)
        self._introduce(name, stranger)
        return stranger

    async def enrol_group(self, count: int, plan: str) -> list[Customer]:
        """Enrol so many customers, and let them sign in."""
        sessions = await asyncio.gather(*(self._session(f"Customer {n}", plan) for n in range(1, count + 1)))
        self.group = [Customer(self.driver, session, self._wait_seconds) for session in sessions]
        return self.group

    @property
    def outsider(self) -> Account:
        """Somebody of another company whom nobody has signed in as: the account is made up."""
        return Account(str(uuid4()), "Nobody", "No company", "nobody@example.com", "", "free")

    async def leave(self) -> None:
        """Everybody closes their devices, troubles made for them end, and connections are given back."""
        for person in [*self._named.values(), *self.group]:
            await person.leave()
        await self.operator.end_troubles()
        await self.driver.close()

    def _introduce(self, name: str, person: Customer) -> Customer:
        self._named[name] = person
        self._last = name
        return person

    async def _session(self, name: str, plan: str) -> Session:
        fresh = uuid4().hex[:12]
        account = Account(
            id="",
            name=name,
            organisation=f"{self.faker.company()} {fresh}",
            email=f"{name.lower().replace(' ', '.')}.{fresh}@{self.faker.domain_name()}",
            password=self.faker.password(length=20),
            plan=plan,
        )
        enrolled = await self.operator.enrol(account)
        self.accounts.append(enrolled)
        return await self.driver.identities.sign_in(enrolled)
