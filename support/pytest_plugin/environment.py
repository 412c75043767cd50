"""Environments of scenarios: a stack, the suite's connections to it, and the bystander who watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

from support.actors.bystander import Bystander
from support.core.failure import PromiseBroken
from support.core.settings import settings
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Target
from support.drivers.kinds import kind
from support.drivers.profile import profile
from support.faults.fault import catalogue
from support.gherkin.sentences import background_loop
from support.model_service.control import ModelControl
from support.observation.wire import WireLog
from support.services import ServicesDescription, Stack, open_stack
from support.services.stack import PROCESSES


class Environment:
    """A running stack with the objects that its scenarios share.

    It is `spoilt` once a scenario has failed in it: work still under way there must not disturb the next scenario.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.spoilt = False
        self.connections = kind(profile().driver)(target_of(stack))
        self.model = ModelControl(stack.model_url, stack.model_space) if stack.model_url else None
        self.bystander: Bystander | None = None

    @property
    def alone(self) -> bool:
        """Whether nobody else uses the backend, so that every change there comes from the scenario."""
        return bool(self.stack.processes)

    def driver(self, wire: WireLog, tagged: frozenset[str] | None = None) -> Driver:
        """A driver for one scenario, as the profile describes the target; `tagged` are the capabilities of its tags."""
        return profile().fit(self.connections.driver(wire), tagged)

    async def prepare(self) -> None:
        """Let the bystander arrive.

        Raises:
            PromiseBroken: the product does not let a customer sign in, start a conversation and open a device.
        """
        try:
            self.bystander = await Bystander.arrive(self.driver(WireLog()), settings().wait_seconds)
        except PromiseBroken as broken:
            raise PromiseBroken(broken.code, f"a customer who takes no part in the scenario: {broken}") from None

    async def restart(self) -> None:
        """Kill every process of the backend without warning, and start it again on its port.

        The bystander's device is closed meanwhile, and catches up afterwards.
        """
        if self.bystander:
            await self.bystander.leave()
        for process in self.stack.processes:
            await asyncio.to_thread(process.kill)
            await asyncio.to_thread(process.start)
        if self.bystander:
            await self.bystander.come_back()

    def close(self) -> None:
        """Close the suite's connections first, then the stack."""
        try:
            _run(self._disconnect)
        finally:
            self.stack.close()

    async def _disconnect(self) -> None:
        if self.bystander:
            await self.bystander.leave()
        if self.model:
            await self.model.aclose()
        await self.connections.close()


class Environments:
    """Opens environments on the services of a run, one at a time, and reuses the last one while it fits."""

    def __init__(self, description: ServicesDescription, worker: str) -> None:
        self._description = description
        self._worker = worker
        self._fault: str | None = None
        self._kept: Environment | None = None
        self._count = 0

    def shared(self, fault: str | None) -> Environment:
        """An environment that any number of scenarios may use, with this fault in its backend, or with none."""
        if self._kept is None or self._kept.spoilt or fault != self._fault:
            self.close()
            self._kept, self._fault = self.open(fault), fault
        return self._kept

    def open(self, fault: str | None, *, own_services: bool = False) -> Environment:
        """An environment that the caller closes."""
        self._count += 1
        name = f"{self._worker}-{self._count}"
        known = catalogue().get(fault or "")  # a mutant is in no catalogue
        processes = 1 if known is not None and known.one_process else PROCESSES
        stack = open_stack(self._description, name, processes=processes, fault=fault, own_services=own_services)
        with ExitStack() as failed:
            failed.callback(stack.close)
            environment = Environment(stack)
            failed.callback(environment.close)
            _run(environment.prepare)
            failed.pop_all()
        return environment

    def close(self) -> None:
        """Close the environment that is kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def _run(work: Callable[[], Awaitable[Any]]) -> None:
    async def go() -> None:
        await work()

    background_loop().run(go(), settings().step_seconds)


def target_of(stack: Stack) -> Target:
    """The addresses that a driver needs to reach a stack."""
    return Target(
        backend_urls=tuple(stack.backend_urls),
        operator_token=stack.operator_token,
        database_url=stack.database_url or None,
        redis_url=stack.redis_url or None,
        key_prefix=stack.key_prefix,
        model_url=stack.model_url or None,
        model_space=stack.model_space,
        signing_key=stack.signing_key,
    )
