"""Does the runs: at once what was queued in this process, and by a sweep what is left of any process.

What stops a run (its customer, the deletion of its thread, a lost lease) is decided in PostgreSQL; the worker
hears of it as an event, at the latest when it renews its leases, and lets go of the model. It writes nothing then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import openai

from support.backend.agents import agents
from support.backend.agents.agents import Speaker
from support.backend.events.events import Event
from support.backend.events.relay import Relay
from support.backend.http.routing import part
from support.backend.platform import correlation, problems
from support.backend.platform.config import Settings
from support.backend.platform.database import Connection, Database, Record
from support.backend.runs import queue, runs
from support.backend.runs.queue import Claim
from support.backend.runs.runs import RunEnd

SLOTS = 50
"""Runs that one process does at a time."""

INTERRUPTED = RunEnd("failed", error_code="interrupted", error_message="The process that did the run has ended.")
TIMED_OUT = RunEnd("timed_out", error_code="timed_out", error_message="The run took longer than it may.")
MODEL_FAILED = RunEnd("failed", error_code="model_failed", error_message="The model gave no answer that can be used.")
INTERNAL_ERROR = RunEnd("failed", error_code="internal_error", error_message="Something went wrong here.")

Step = TypeVar("Step")
_RETRY_SECONDS = 0.2
_log = logging.getLogger(__name__)


class Worker:
    """Claims runs and does each in a task."""

    def __init__(self, database: Database, relay: Relay, speaker: Speaker, settings: Settings) -> None:
        self.name = f"{settings.process_name} {uuid4().hex}"  # another one after every start
        self._database = database
        self._relay = relay
        self._speaker = speaker
        # A lease that lapses is seen by the next sweep: both together are the time in the settings.
        self._sweep_seconds = settings.run_lease_seconds / 10
        self._lease_seconds = settings.run_lease_seconds - self._sweep_seconds * 2
        self._stoppable: dict[UUID, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Say that a run has been queued."""
        self._awake.set()

    def hear(self, event: Event) -> None:
        """Take note of an event of any customer."""
        if event.type == "agent_cancelled":
            self.stop(UUID(event.data["id"]))

    def stop(self, run_id: UUID) -> None:
        """Let go of a run, if it is done here."""
        if task := self._stoppable.get(run_id):
            task.cancel()

    async def run(self) -> None:
        """Claim and do runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    await self.renew_leases()
                    while len(self._tasks) < SLOTS and (claim := await self.claim()):
                        self._begin(group, claim)
                except problems.Problem as problem:
                    _log.warning("runs have to wait: %s", problem)
                await self._wait()

    async def claim(self) -> Claim | None:
        """The next run to do, if there is one."""
        async with self._database.service_transaction() as connection:
            return await queue.claim(connection, self.name, self._lease_seconds)

    async def renew_leases(self) -> None:
        """Keep the runs that are done here, and let go of those that another worker has by now."""
        mine = list(self._stoppable)
        if not mine:
            return
        async with self._database.service_transaction() as connection:
            kept = await queue.renew(connection, self.name, mine, self._lease_seconds)
        for run_id in mine:
            if run_id not in kept:
                self.stop(run_id)

    async def execute(self, claim: Claim) -> None:
        """Do a run from its beginning, or end the one whose worker has died."""
        if claim.begun:
            outcome = INTERRUPTED
        else:
            started = await self.start(claim)
            if started is None:
                return
            outcome = await self.answer(*started)
        self._stoppable.pop(claim.run_id, None)  # from here on nothing stops it but the database
        await self.end(claim, outcome)

    async def start(self, claim: Claim) -> tuple[Record, list[Record]] | None:
        """Store and announce that the run has started."""
        return await self._stored(claim, lambda connection: runs.start(connection, claim, self.name))

    async def answer(self, run: Record, said: list[Record]) -> RunEnd:
        """Ask the model, within the run's time."""
        try:
            prompt = agents.prompt(agents.find(run["agent"]), said)
            async with asyncio.timeout(run["timeout_seconds"]):
                reply = await self._speaker.ask(run["customer_id"], prompt)
        except TimeoutError:
            return TIMED_OUT
        except (openai.OpenAIError, ValueError) as error:
            _log.warning("the model gave no answer: %s", type(error).__name__)
            return MODEL_FAILED
        except Exception:  # noqa: BLE001 - one run's failure is no other's
            _log.exception("the run failed")
            return INTERNAL_ERROR
        return RunEnd("completed", reply.text, None, None, reply.prompt_tokens, reply.completion_tokens)

    async def end(self, claim: Claim, outcome: RunEnd) -> None:
        """Store and announce how the run ended."""
        ids = claim.customer_id, claim.thread_id, claim.run_id
        await self._stored(claim, lambda connection: runs.end(connection, *ids, outcome, self.name))

    async def _stored(self, claim: Claim, step: Callable[[Connection], Awaitable[Step]]) -> Step:
        """A step of a run, stored; while PostgreSQL is away, it is tried until another worker has the run.

        Raises:
            problems.Problem: 404, the thread has been deleted.
        """
        while True:
            try:
                async with self._database.transaction(claim.customer_id) as connection:
                    result = await step(connection)
            except problems.Problem as problem:
                if problem.status != 503:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._relay.wake(claim.customer_id)
                return result

    def _begin(self, group: asyncio.TaskGroup, claim: Claim) -> None:
        task = group.create_task(self._work(claim))
        self._tasks.add(task)
        self._stoppable[claim.run_id] = task
        task.add_done_callback(lambda _: self._let_go(task, claim))

    def _let_go(self, task: asyncio.Task[None], claim: Claim) -> None:
        self._tasks.discard(task)
        self._stoppable.pop(claim.run_id, None)
        self.wake()  # its slot is free, and its thread's next run may begin

    async def _work(self, claim: Claim) -> None:
        correlation.begin(str(claim.run_id))
        try:
            await self.execute(claim)
        except problems.Problem as problem:
            _log.info("the run is left: %s", problem)  # its thread is gone, or its lease will be
        except Exception:  # noqa: BLE001 - the lease ends, and with it the run
            _log.exception("the run is left")

    async def _wait(self) -> None:
        """Until `wake` is called, or the next sweep is due."""
        try:
            async with asyncio.timeout(self._sweep_seconds):
                await self._awake.wait()
        except TimeoutError:
            return
        self._awake.clear()


WorkerPart = Annotated[Worker, part("worker")]
