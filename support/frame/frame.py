"""Looks at everything that the people of a scenario can see, and compares it with the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from support.core.failure import Code
from support.drivers.contract.driver import Driver
from support.drivers.contract.durable import DurableState
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Account, Event, Refused, Session, StoredThread, Thread
from support.drivers.recording import Call, Reception, Tape
from support.frame.replay import Difference, Life, Replay
from support.specification import differences
from support.specification.state import ThreadState

SAMPLE = 12
"""The number of threads of each customer that are opened: those that were touched last."""


async def find_differences(
    driver: Driver, tape: Tape, policy: Policy, wait_seconds: float, at_work_in: Collection[str] = ()
) -> list[Difference]:
    """Everything that is other than the acts of the scenario have made it, as far as the target shows it.

    The earliest call comes first.

    Runs may go on in the threads with the ids `at_work_in`, which are not looked at.

    Raises:
        PromiseBroken: other work is still under way after `wait_seconds`.
    """
    if driver.durable is not None:
        await driver.durable.settle(wait_seconds, at_work_in)
    replay = Replay(tape, policy)
    for call in replay.listings:
        _Listing(replay, call.account, call.arguments.get("status"), call.outcome, call).judge(policy)
    owners = [life.owner for life in replay.lives.values()]
    signed_in = [session.account for session in tape.sessions.values()] if tape.calls else []
    for account in {account.id: account for account in (*owners, *signed_in)}.values():
        await _Look(driver, tape, policy, replay, account).look(at_work_in)
    return sorted(replay.found, key=lambda one: (one.call.number, list(Code).index(one.code)))


def compare_stored(tape: Tape, policy: Policy, stored: Mapping[str, StoredThread]) -> list[Difference]:
    """What the database has otherwise than the acts so far have made it; `stored` has its threads by id."""
    replay = Replay(tape, policy)
    for thread, life in replay.lives.items():
        row, state = stored.get(thread), life.state
        if life.unsure or state is None or state.runs:
            continue
        for words in differences.of_stored(state, row, life.owner.id, state.said):
            replay.tell(life.last, Code.FRAME_STORED, words, life)
    return [one for one in replay.found if one.code is Code.FRAME_STORED]


def told(found: Sequence[Difference]) -> str:
    """The earliest difference in full, and the next ones in short; `found` has one at least."""
    first, rest = found[0], found[1:]
    others = "".join(f"\n  also: {one.words}" for one in rest[:3])
    more = f"\n  and {len(rest) - 3} more" if len(rest) > 3 else ""
    return f"after {first.call.place[0]!r}: {first.words}{others}{more}"


@dataclass(frozen=True)
class _Listing:
    """A list as one customer saw it by a `call`, or after all calls if that is None."""

    replay: Replay
    account: Account
    status: str | None
    seen: Sequence[Thread]
    call: Call | None = None

    def judge(self, policy: Policy) -> None:
        """The list has each thread whose status it is for, as it is, and in order."""
        own = self.replay.of(self.account)
        ids = [one.id for one in self.seen]
        for thread, times in Counter(ids).items():
            if times > 1 and thread in own:
                self._tell(own[thread], f"is {times} times in the list, expected once")
        strange = [one.title for one in self.seen if one.id not in own]
        if strange and self.account.id not in self.replay.unsure:
            words = f"{self.account.name} has {strange} in the list, expected only what {self.account.name} has started"
            self.replay.tell(self.call or self.replay.latest(self.account), Code.FRAME_LIST, words)
        seen = {one.id: one for one in reversed(self.seen)}  # of one that is there twice, the first
        for thread, life in own.items():
            if self._is_sure(life):
                self._judge_one(life, seen.get(thread))
        if policy.list_order != "none":
            self._judge_order([own[id_] for id_ in ids if id_ in own], policy)

    def _judge_one(self, life: Life, seen: Thread | None) -> None:
        state = life.at(self.call) if self.call else life.state
        wanted = ("active", "completed") if self.status is None else (self.status,)
        if (seen is not None) != (state is not None and state.status in wanted):
            due, got = ("not in", "it") if seen else ("in", "nothing")
            self._tell(life, f"is expected {due} the list of {' and '.join(wanted)} conversations, got {got}")
        elif seen is not None and state is not None:
            for words in differences.of_thread(state, seen, settled=not state.runs):
                self._tell(life, f"{words} in the list")

    def _judge_order(self, lives: Sequence[Life], policy: Policy) -> None:
        is_by_creation = policy.list_order == "creation"
        why = "it was started later" if is_by_creation else "its last activity is later"
        for one, other in pairwise(lives):
            above, below = (life.activity[0] if is_by_creation else life.active(self.call) for life in (one, other))
            is_certain = is_by_creation or not (one.state and one.state.runs)
            if above is not None and below is not None and is_certain and above[1] < below[0]:
                self._tell(other, f"is below {one.name} in the list, expected above: {why}")

    def _is_sure(self, life: Life) -> bool:
        return life.is_sure(self.call) if self.call else not life.unsure

    def _tell(self, life: Life, words: str) -> None:
        self.replay.tell(self.call or life.last, Code.FRAME_LIST, words, life)


class _Look:
    """Looks as one customer, after all calls."""

    def __init__(self, driver: Driver, tape: Tape, policy: Policy, replay: Replay, account: Account) -> None:
        self._driver = driver
        self._tape = tape
        self._policy = policy
        self._replay = replay
        self._account = account
        self._own = replay.of(account)

    async def look(self, at_work_in: Collection[str]) -> None:
        """Look at the lists, the threads and the events, in the database as well."""
        session = next((one for one in self._tape.sessions.values() if one.account.id == self._account.id), None)
        session = session or await self._driver.identities.sign_in(self._account)
        listed = await self._look_at_lists(session)
        latest = sorted(self._own, key=lambda thread: self._own[thread].last.number)[-SAMPLE:]
        for thread in latest:
            if not self._own[thread].unsure and thread not in at_work_in:
                await self._look_at(session, thread, listed.get(thread))
        if self._driver.durable is not None:
            await self._look_at_stored(self._driver.durable, at_work_in)

    async def _look_at_stored(self, durable: DurableState, at_work_in: Collection[str]) -> None:
        stored = await durable.events_of(self._account)
        self._judge_events(stored, at_work_in)
        if self._account.id in self._replay.unsure or any(life.unsure for life in self._own.values()):
            return
        for reception in self._tape.receptions.values():
            is_own = reception.account.id == self._account.id
            if is_own and reception.opened is not None and not reception.has_followed:
                self._judge_reception(reception, reception.opened, stored)
        for row in await durable.threads_of([self._account]):
            if row.id not in self._own:
                words = f"{row.title!r} is in the database, expected only what was confirmed"
                self._replay.tell(self._replay.latest(self._account), Code.FRAME_STORED, words)

    async def _look_at_lists(self, session: Session) -> dict[str, Thread]:
        listed: dict[str, Thread] = {}
        status_group = self._driver.status
        for status in (None, *(self._policy.transitions if status_group else ())):
            if status is None or status_group is None:
                threads = await self._driver.threads.list(session)
            else:
                threads = await status_group.list(session, status)
            _Listing(self._replay, self._account, status, threads).judge(self._policy)
            listed |= {one.id: one for one in threads}
        return listed

    async def _look_at(self, session: Session, thread: str, listed: Thread | None) -> None:
        life = self._own[thread]
        state, durable = life.state, self._driver.durable
        stored = None if durable is None else await durable.thread(thread)
        try:
            seen = await self._driver.threads.read(session, thread)
        except Refused as refused:
            if state is not None:
                self._tell(life, Code.FRAME_READ, f"cannot be opened: {refused.refusal.text}")
            elif stored is not None:
                self._tell(life, Code.FRAME_STORED, "is still in the database, expected it erased")
            return
        if state is None:
            self._tell(life, Code.FRAME_READ, "can still be opened, expected it erased")
            return
        found = list(differences.of_thread(state, seen))
        for words in found:
            self._tell(life, Code.FRAME_READ, f"{words} when read again")
        if not found and listed not in (None, seen):
            self._tell(life, Code.FRAME_LIST, f"is {listed} in the list, expected {seen} as when opened")
        texts = await self._look_at_messages(session, life, state, seen)
        for words in differences.of_stored(state, stored, life.owner.id, texts) if durable else ():
            self._tell(life, Code.FRAME_STORED, words)

    async def _look_at_messages(self, session: Session, life: Life, state: ThreadState, seen: Thread) -> list[str]:
        messages = await self._driver.messages.list(session, seen.id)
        lists = self._driver.run_lists
        runs = await lists.list(session, seen.id) if lists else None
        for words in differences.of_messages(state, messages, runs, life.loose):
            self._tell(life, Code.FRAME_MESSAGES, words)
        if seen.message_count not in (None, len(messages)):
            words = f"counts {seen.message_count} messages, expected {len(messages)} as it has"
            self._tell(life, Code.FRAME_MESSAGES, words)
        return [one.content for one in messages]

    def _judge_events(self, stored: Sequence[Event], at_work_in: Collection[str]) -> None:
        lives = differences.LIVES if self._policy.run_may_end_unstarted else differences.STARTED_LIVES
        for thread, life in self._own.items():
            if life.state is not None and not life.unsure:
                runs = None if thread in at_work_in else life.state.runs
                seen = [one for one in stored if one.thread_id == thread]
                for words in differences.of_events(life.due, seen, runs, life.loose, lives):
                    self._tell(life, Code.FRAME_EVENTS, words)

    def _judge_reception(self, reception: Reception, opened: float, stored: Sequence[Event]) -> None:
        """An open device has received everything since it was first opened, as it is kept."""
        name = f"{self._account.name}'s {reception.device.rpartition(' ')[2]}"
        gone = {thread: life for thread, life in self._own.items() if life.state is None}
        due = [event for event in stored if event.sequence > int(reception.since or 0)]
        for words in (*self._foreign(reception), *differences.of_reception(reception.events, due, gone)):
            self._replay.tell(self._replay.latest(self._account), Code.FRAME_DEVICE, f"{name} {words}")
        for thread, life in gone.items():
            if life.last.began > opened:
                kinds = [event.kind for event in reception.events if event.thread_id == thread]
                asked = sum(began > opened for began in life.asked)
                for words in differences.of_erased(kinds, asked):
                    self._replay.tell(life.last, Code.FRAME_DEVICE, f"{name} {words}")

    def _foreign(self, reception: Reception) -> Iterator[str]:
        for event in reception.events:
            if event.thread_id and event.thread_id not in self._own:
                yield f"received {event.kind}, expected nothing about conversations of others"

    def _tell(self, life: Life, code: Code, words: str) -> None:
        self._replay.tell(life.last, code, words, life)
