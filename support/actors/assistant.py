"""The model behind the product, as the suite scripts it at its network boundary."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from support.actors.customer import Customer
from support.core.failure import Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.core.text import well_formed
from support.model_service.control import ModelControl
from support.model_service.record import ModelRequest
from support.model_service.scripts import Turn

POLL_SECONDS = 0.005


class Assistant:
    """Answers each customer as a scenario says, and records the requests for them."""

    def __init__(self, control: ModelControl | None) -> None:
        """`control` is None where the suite does not script the model."""
        self._scripted = control
        self._held: dict[str, str] = {}
        self._unavailable: set[str] = set()

    @property
    def _control(self) -> ModelControl:
        if self._scripted is None:
            raise NotOffered("model: the suite does not script the model of this target")
        return self._scripted

    async def will_answer(self, customer: Customer, text: str) -> None:
        """From now on, answer this customer with a text."""
        self._unavailable.discard(customer.account.id)
        await self._control.script(_saying(text), contains=self._markers(customer))

    async def will_think(self, customers: Iterable[Customer], text: str) -> None:
        """From now on, answer each of these customers with a text, but not before `answer` is called."""
        for customer in customers:
            self._unavailable.discard(customer.account.id)
            turn = Turn.saying(text, held=True)
            self._held[customer.account.id] = await self._control.script(turn, contains=self._markers(customer))

    async def will_refuse(self, customers: Iterable[Customer]) -> None:
        """From now on, answer these customers with an error."""
        for customer in customers:
            await self._control.script(Turn.refusing(500), contains=self._markers(customer))
            self._unavailable.add(customer.account.id)

    def is_unavailable(self, customer: Customer) -> bool:
        """Whether this customer is answered with an error."""
        return customer.account.id in self._unavailable

    def is_thinking(self, customer: Customer) -> bool:
        """Whether answers to this customer are held."""
        return customer.account.id in self._held

    async def answer(self, customer: Customer) -> None:
        """Give this customer the answers that are held.

        Raises:
            EnvironmentFailed: none are.
        """
        if not self.is_thinking(customer):
            raise EnvironmentFailed(
                f"expected the assistant to think before it answers {customer.name}, got no such step"
            )
        await self._control.release(self._held.pop(customer.account.id))

    async def answer_everybody(self) -> None:
        """Give every answer that is still held."""
        while self._held:
            _customer, script = self._held.popitem()
            await self._control.release(script)

    async def asked(self, customer: Customer) -> list[ModelRequest]:
        """The requests that were made for this customer so far, oldest first."""
        return await self._control.requests(*self._markers(customer))

    async def until_asked(self, customer: Customer, times: int) -> None:
        """Wait until the model has been asked `times` times for this customer.

        Raises:
            PromiseBroken: it was not in time.
        """
        if not await self._comes_true(customer, lambda asked: len(asked) >= times):
            raise PromiseBroken(
                Code.MODEL_NOT_ASKED,
                f"expected the model to be asked for {customer.name} in {customer.wait_seconds:g} s, got no request",
            )

    async def expect_stopped(self, customer: Customer) -> None:
        """The product stopped waiting for the answer to this customer before there was one.

        Raises:
            PromiseBroken: it still waits, or it has the answer.
        """
        if not await self._comes_true(customer, lambda asked: [one.ended for one in asked] == ["client gone"]):
            raise PromiseBroken(
                Code.MODEL_NOT_RELEASED,
                f"expected the product to stop waiting for the model within {customer.wait_seconds:g} s, but it waits",
            )

    async def expect_asked(self, customers: Sequence[Customer], questions: Sequence[str]) -> None:
        """The model was asked these questions for these customers, in this order, and nothing else.

        Raises:
            PromiseBroken: it got other questions, or a different number of them.
        """
        requests = [request for customer in customers for request in await self.asked(customer)]
        asked = [" ".join(str(message["content"]) for message in request.body["messages"]) for request in requests]
        if len(asked) != len(questions) or any(q not in text for q, text in zip(questions, asked, strict=True)):
            raise PromiseBroken(
                Code.MODEL_ASKED,
                f"expected the model to be asked {list(questions)}, got {len(asked)} requests: {asked}",
            )

    async def _comes_true(self, customer: Customer, done: Callable[[list[ModelRequest]], bool]) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(customer.wait_seconds):
                while not done(await self.asked(customer)):  # noqa: ASYNC110 - the service sends no event
                    await asyncio.sleep(POLL_SECONDS)
                return True
        return False

    def _markers(self, customer: Customer) -> tuple[str, ...]:
        return customer.driver.sight.need(customer.driver.model, "model").markers(customer.account)


def _saying(text: str) -> Turn:
    """An answer in words; one that UTF-8 cannot hold is written in ASCII, with escapes."""
    if text == well_formed(text):
        return Turn.saying(text)
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    reply = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice]}
    return Turn(garbage=json.dumps(reply))
