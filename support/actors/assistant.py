"""The AI model behind the product, as the suite scripts it at its network boundary."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from support.actors.customer import Customer
from support.core.failure import EnvironmentFailed, PromiseBroken
from support.model_service.control import ModelControl
from support.model_service.record import ModelRequest
from support.model_service.scripts import Turn

POLL_SECONDS = 0.005


class Assistant:
    """Says to each customer what a scenario wants it to say, and remembers what it was asked on their behalf."""

    def __init__(self, control: ModelControl) -> None:
        self._control = control
        self._words: dict[str, str] = {}
        self._held: dict[str, str] = {}

    async def will_say(self, customer: Customer, words: str) -> None:
        """From now on, answer this customer so."""
        self._words[customer.account.id] = words
        await self._control.script(Turn.saying(words), contains=self._marks(customer))

    async def will_think(self, customer: Customer, words: str) -> None:
        """From now on, answer this customer so, but not before `answer` is called."""
        self._words[customer.account.id] = words
        turn = Turn.saying(words, held=True)
        self._held[customer.account.id] = await self._control.script(turn, contains=self._marks(customer))

    async def answer(self, customer: Customer) -> None:
        """Say to this customer what was thought about.

        Raises:
            EnvironmentFailed: nothing was.
        """
        if customer.account.id not in self._held:
            raise EnvironmentFailed(f"the assistant was not told to think about what {customer.name} asks")
        await self._control.release(self._held.pop(customer.account.id))

    async def until_asked(self, customer: Customer) -> None:
        """Wait until the assistant has been asked for this customer.

        Raises:
            PromiseBroken: it was not, within the customer's patience.
        """
        if not await self._comes_to(customer, bool):
            raise PromiseBroken(f"the assistant was not asked for {customer.name} within {customer.wait_seconds:g} s")

    async def expect_let_go(self, customer: Customer) -> None:
        """Whoever asked for this customer has gone away before there was an answer."""
        if not await self._comes_to(customer, lambda asked: [request.ended for request in asked] == ["client gone"]):
            raise PromiseBroken(
                f"the assistant is still waited for, {customer.wait_seconds:g} s later, or has answered"
            )

    async def answer_everybody(self) -> None:
        """Say whatever is still thought about."""
        while self._held:
            _customer, script = self._held.popitem()
            await self._control.release(script)

    async def will_refuse(self, customer: Customer) -> None:
        """From now on, have no answer for this customer but an error."""
        await self._control.script(Turn.refusing(500), contains=self._marks(customer))

    def last_words_to(self, customer: Customer) -> str:
        """What the assistant was told to say to this customer.

        Raises:
            EnvironmentFailed: it was told nothing.
        """
        try:
            return self._words[customer.account.id]
        except KeyError:
            raise EnvironmentFailed(f"the scenario did not say what the assistant says to {customer.name}") from None

    async def questions_of(self, customer: Customer) -> list[str]:
        """Everything that was put to the assistant for this customer, a text for each time it was asked."""
        asked = await self._control.requests(*self._marks(customer))
        return [" ".join(str(message["content"]) for message in request.body["messages"]) for request in asked]

    async def expect_asked_only(self, customer: Customer, question: str) -> None:
        """The assistant was asked once for this customer, and the question was part of it."""
        asked = await self.questions_of(customer)
        if len(asked) != 1 or question not in asked[0]:
            raise PromiseBroken(
                f"the assistant was asked {len(asked)} times, where {question!r} was to be asked: {asked}"
            )

    async def _comes_to(self, customer: Customer, done: Callable[[list[ModelRequest]], bool]) -> bool:
        """Whether this becomes true of what was asked for a customer, within the customer's patience."""
        with suppress(TimeoutError):
            async with asyncio.timeout(customer.wait_seconds):
                while not done(await self._control.requests(*self._marks(customer))):  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(POLL_SECONDS)
                return True
        return False

    def _marks(self, customer: Customer) -> tuple[str, ...]:
        return customer.driver.identities.marks(customer.account)
