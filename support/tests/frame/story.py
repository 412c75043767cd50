"""A scenario in memory: what its people do step by step, recorded, and what the frame rule says in the end."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from support.drivers.contract.driver import Driver
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Account, BackendFailed, NewThread, Refused, Session, Thread
from support.drivers.recording import RecordingDriver, Tape
from support.frame.frame import find_differences
from support.frame.replay import Difference
from support.tests.actors.fake_product import FakeProduct

PHONE = "Mia's phone"


class Story:
    """Mia and Enid use a product. `ids` has their threads by title, `after` what happens behind a step.

    `spoil_answer` and `spoil` make the product do something wrong.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.product = FakeProduct(agents=True)
        self.tape = Tape()
        self.driver: Any = RecordingDriver(self.product.driver, self.tape)
        self.ids: dict[str, str] = {}
        self.after: dict[str, Callable[[Story], object]] = {}
        self.mia = self.enid = Session("", Account("", "", "", "", "", ""), "")
        self.phone: Any = None

    async def begin(self) -> None:
        """Both sign in, and Mia opens her phone."""
        identities = self.driver.identities
        for name in ("Mia", "Enid"):
            account = await identities.enrol(Account("", name, "a company", f"{name}@example.com", "", "mid"))
            setattr(self, name.lower(), await identities.sign_in(account))
        self.phone = await self.driver.live.connect(self.mia, PHONE)

    async def step(self, text: str, act: Awaitable[Any]) -> Any:
        """Play a step, refused or not; then what is to happen behind it."""
        self.tape.place = (text, len(self.tape.calls) + 1)
        answer: Any = None
        with suppress(Refused, BackendFailed):
            answer = await act
        if text in self.after:
            self.after[text](self)
        return answer

    async def play(self) -> None:
        """Every kind of act, each once."""
        await self.begin()
        await self.start(self.mia, NewThread("Boxes", {"project": "Paper"}, "How many?"))
        await self.start(self.mia, NewThread("Bags"))
        await self.start(self.enid, NewThread("Jars"))
        boxes, bags = self.ids["Boxes"], self.ids["Bags"]
        driver, mia = self.driver, self.mia
        await self.step("Mia opens Boxes", driver.threads.read(mia, boxes))
        await self.step("Mia writes in Boxes", driver.messages.post(mia, boxes, "Sixty."))
        await self.step("Mia changes Boxes", driver.metadata.merge(mia, boxes, {"done": True}))
        await self.step("Mia marks Boxes", driver.status.set(mia, boxes, "completed"))
        await self.step("Mia lists", driver.threads.list(mia))
        await self.step("Mia asks in Boxes", driver.runs.start(mia, boxes, "Why?"))
        await self.step("Mia opens Jars", driver.threads.read(mia, self.ids["Jars"]))
        await self.step("Mia archives Bags", driver.status.set(mia, bags, "archived"))
        await self.step("Mia completes Bags", driver.status.set(mia, bags, "completed"))
        await self.step("Mia erases Bags", driver.threads.delete(mia, bags))
        await self.step("Mia opens Bags", driver.threads.read(mia, bags))

    async def start(self, session: Session, new: NewThread) -> Thread | None:
        """A step in which somebody starts a thread."""
        text = f"{session.account.name} starts {new.title}"
        thread: Thread | None = await self.step(text, self.driver.threads.create(session, new))
        self.ids[str(new.title)] = thread.id if thread else "never started"
        return thread

    async def differences(self) -> list[Difference]:
        """What the frame rule finds, once the phone has received everything."""
        while self.phone is not None and not self.phone.coming.empty():
            await self.phone.receive()
        return await find_differences(cast("Driver", self.product), self.tape, self.policy, 1.0)

    def spoil(self, name: str, at: str, spoilt: Callable[..., Awaitable[Any]]) -> None:
        """At a step, let the product do `spoilt` with the original and its arguments."""
        group, _, method = name.partition(".")
        original = getattr(getattr(self.product, group), method)

        @functools.wraps(original)
        async def call(*arguments: Any, **more: Any) -> Any:
            if self.tape.place[0] != at:
                return await original(*arguments, **more)
            return await spoilt(original, *arguments, **more)

        setattr(getattr(self.product, group), method, call)

    def spoil_answer(self, name: str, at: str, **values: Any) -> None:
        """At a step, let the answer be wrong in some values."""

        async def answer(original: Callable[..., Awaitable[Any]], *arguments: Any, **more: Any) -> Any:
            return replace(await original(*arguments, **more), **values)

        self.spoil(name, at, answer)

    def change(self, title: str, *, shown: dict[str, Any] | None = None, stored: dict[str, Any] | None = None) -> None:
        """Change what owners see of a thread, and what the database has of it, behind everybody's back."""
        id_, product = self.ids[title], self.product
        product.shown[id_] = replace(product.shown[id_], **(shown or {}))
        product.stored[id_] = replace(product.stored[id_], **(stored or {}))
