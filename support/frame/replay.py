"""The calls of a scenario, replayed on the specification: what became of each thread, and how answers differ."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from support.core.failure import Code
from support.drivers.contract.access import AccessAct
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Account, Message, Reason, Refusal, Run, Thread
from support.drivers.recording import Call, Lost, Tape
from support.specification import differences
from support.specification.acts import Act, Ask, Erase, Open, Start, Stop, Write, effect
from support.specification.calls import EITHER_IS_RIGHT, act_of, thread_of
from support.specification.refusals import refusal_due, refusals_possible
from support.specification.state import Due, ThreadState, bind

EXCUSED = (Reason.NOT_SIGNED_IN, Reason.NOT_IN_PLAN, Reason.LIMIT, Reason.UNAVAILABLE, Reason.FAILED)
"""Reasons of refusals that depend on more than the thread: on the session, the plan, or an outage."""
READING = (
    AccessAct.LIST,
    AccessAct.SEARCH,
    AccessAct.OPEN,
    AccessAct.LOOK,
    AccessAct.READ,
    AccessAct.LIST_RUNS,
    AccessAct.OPEN_RUN,
    AccessAct.EXPORT,
    AccessAct.OPEN_DEVICE,
    AccessAct.OPEN_BROWSER,
    AccessAct.CATCH_UP,
    AccessAct.FOLLOW,
)
"""Attempts that change nothing."""


@dataclass(frozen=True)
class Difference:
    """Something that is not as it should be: after which call, in which place (by its code), in words."""

    call: Call
    code: Code
    words: str


@dataclass
class Life:
    """What became of one thread.

    `states` has each state with the time from which it was certain. `busy` are the times at which something was done to
    it, `activity` when it was started and each activity was asked for and confirmed, `asked` when each question to an
    agent began. `loose` are the parts of its messages whose order only the product can say. It is `unsure` once a call
    was lost, so that nobody can say what it is like.
    """

    owner: Account
    last: Call
    activity: list[tuple[float, float]]
    states: list[tuple[float, ThreadState | None]] = field(default_factory=list[tuple[float, ThreadState | None]])
    due: list[Due] = field(default_factory=list[Due])
    busy: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    asked: list[float] = field(default_factory=list[float])
    loose: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    unsure: bool = False

    @property
    def state(self) -> ThreadState | None:
        """The state as it should be now; None once it is erased."""
        return self.states[-1][1]

    @property
    def name(self) -> str:
        """Its last title, in quotes."""
        return repr(next(state.title for _since, state in reversed(self.states) if state))

    def is_sure(self, call: Call) -> bool:
        """Whether its state was the same throughout a call."""
        return not self.unsure and not any(began < call.ended and call.began < ended for began, ended in self.busy)

    def active(self, call: Call | None) -> tuple[float, float] | None:
        """When its last activity before a call was, or before now; None if activity and call overlap, or if unsure."""
        known = [one for one in self.activity if call is None or one[0] <= call.ended]
        if self.unsure or not known or (call is not None and known[-1][1] >= call.began):
            return None
        return known[-1]

    def at(self, call: Call) -> ThreadState | None:
        """The state when a call began; None where there was none."""
        return next((state for since, state in reversed(self.states) if since <= call.began), None)


class Replay:
    """Every call of a tape, in the order in which it can have taken effect.

    `lives` has each thread by its id. `found` are the differences of answers. `unsure` has the accounts that may own
    threads of which no call tells.
    """

    def __init__(self, tape: Tape, policy: Policy) -> None:
        self._policy = policy
        self._calls = tape.calls
        self._runs: dict[str, str] = {}
        self._tried: dict[str, float] = {}
        self._keys: set[tuple[str, str]] = set()
        self.lives: dict[str, Life] = {}
        self.found: list[Difference] = []
        self.unsure: set[str] = set()
        self.listings: list[Call] = []
        acts = list(self._acts(tape.calls))
        for burst in _bursts(acts):
            self._play(burst)
        for thread in self._tried.keys() & self.lives.keys():
            self.lives[thread].unsure = True

    def of(self, account: Account) -> dict[str, Life]:
        """The threads of one customer, by id."""
        return {thread: life for thread, life in self.lives.items() if life.owner.id == account.id}

    def latest(self, account: Account) -> Call:
        """The call that did something last to the threads of a customer; the last of all calls if they have none."""
        own = [life.last for life in self.of(account).values()]
        return max(own, key=lambda call: call.number) if own else self._calls[-1]

    def tell(self, call: Call, code: Code, words: str, life: Life | None = None) -> None:
        """Add a difference."""
        self.found.append(Difference(call, code, f"{life.name} {words}" if life else words))

    def _acts(self, calls: Sequence[Call]) -> Iterator[_ThreadAct]:
        for call in calls:
            if isinstance(call.outcome, Run):
                self._runs[call.outcome.id] = call.outcome.thread_id
            if call.name in ("threads.list", "status.list") and call.done:
                self.listings.append(call)
            elif call.name == "access.attempt":
                self._attempt(call)
            elif self._is_repeated(call):
                continue  # it has no effect, and its answer is the first one, or a refusal
            elif act := act_of(call.name, call.arguments):
                yield from self._on_thread(act, call)

    def _on_thread(self, act: Act, call: Call) -> Iterator[_ThreadAct]:
        """The act with its thread, if an answer tells which that is; an opening without an answer tells nothing."""
        is_lost = isinstance(call.outcome, Lost)
        if isinstance(act, Start) and is_lost:
            self.unsure.add(call.account.id)
        thread = thread_of(call.arguments, call.outcome, self._runs)
        if thread is not None and not (isinstance(act, Open) and is_lost):
            yield _ThreadAct(thread, act, call)
        elif isinstance(act, Start) and call.name not in EITHER_IS_RIGHT:
            self._judge_refusal(None, _ThreadAct("", act, call), alone=True)

    def _is_repeated(self, call: Call) -> bool:
        """Whether a request has a key with which its sender has had something done before."""
        if "key" not in call.arguments:
            return False
        key = call.account.id, call.arguments["key"]
        is_known = key in self._keys
        if call.done:
            self._keys.add(key)
        return is_known

    def _attempt(self, call: Call) -> None:
        """An attempt with the simplest request says whether it was done, but not what it was given."""
        act: AccessAct = call.arguments["act"]
        if isinstance(call.outcome, Refusal) or act in READING:
            return
        if act is AccessAct.START:
            self.unsure.add(call.account.id)
        else:
            self._tried.setdefault(call.arguments["subject"].thread_id, call.began)

    def _play(self, burst: list[_ThreadAct]) -> None:
        """Apply the acts of one moment."""
        life, alone = self.lives.get(burst[0].thread), len(burst) == 1
        said = len(life.state.said) if life and life.state else 0
        if life is not None and self._is_open(burst, life):
            life.unsure = True
        waiting = _ordered(burst)
        while waiting:
            one = self._next(waiting)
            waiting.remove(one)
            self._apply(one, alone=alone)
        if not alone and life and life.state and any(isinstance(one.act, Ask) for one in burst):
            life.loose.append((said, len(life.state.said)))

    def _is_open(self, burst: Sequence[_ThreadAct], life: Life) -> bool:
        """Whether nobody can say what the acts of one moment have made of a thread."""
        own = [one for one in burst if one.call.account.id == life.owner.id and not isinstance(one.act, Open)]
        changes = [one for one in own if one.call.done and isinstance(one.call.outcome, Thread)]
        is_lost = any(isinstance(one.call.outcome, Lost) for one in own)
        is_tried = any(self._tried.get(one.thread, math.inf) <= one.call.ended for one in burst)
        return is_lost or is_tried or (len(changes) > 1 and self._policy.version != "rises")

    def _next(self, waiting: Sequence[_ThreadAct]) -> _ThreadAct:
        """Of the acts that answer with the next version, the one that makes it; another one has changed nothing."""
        first, life = waiting[0], self.lives.get(waiting[0].thread)
        if life is None or life.state is None or not isinstance(first.call.outcome, Thread):
            return first
        for one in waiting:
            answer = one.call.outcome
            if isinstance(answer, Thread) and answer.version == first.call.outcome.version:
                after = effect(life.state, one.act, self._policy).state
                if after is not None and after.version == answer.version:
                    return one
        return first

    def _apply(self, one: _ThreadAct, *, alone: bool) -> None:
        act, call, life = one.act, one.call, self.lives.get(one.thread)
        if call.account.id in self.unsure and isinstance(act, Start) and not call.done:
            return
        if life is not None and call.account.id != life.owner.id:
            if call.done:
                self.tell(call, Code.FRAME_ANSWER, "was given to somebody who does not own it", life)
            return
        if life is not None and isinstance(call.outcome, Lost):
            return
        self._judge_refusal(life, one, alone=alone)
        if not call.done or (life is None and not isinstance(act, Start)) or (isinstance(act, Open) and not alone):
            return
        if life is not None and life.state is None:
            if alone and not isinstance(act, Erase):
                self.tell(call, Code.FRAME_ANSWER, "was there for this act, expected it erased", life)
            return
        self._take_effect(life, one, alone=alone)

    def _take_effect(self, life: Life | None, one: _ThreadAct, *, alone: bool) -> None:
        act, call = one.act, one.call
        before = life.state if life else None
        if before and not alone:
            before = replace(before, active_at=None)  # other acts of the same moment may be activity
        result = effect(before, act, self._policy)
        if life is None:
            life = self.lives[one.thread] = Life(call.account, call, [(call.began, call.ended)])
        if not isinstance(act, Open):
            life.last = call
            life.busy.append((call.began, call.ended))
        if isinstance(act, Write | Ask | Stop):
            life.activity.append((call.began, call.ended))
        if isinstance(act, Ask):
            life.asked.append(call.began)
        state = result.state
        if isinstance(call.outcome, Thread) and state is not None:
            self._judge_answer(life, one, state, alone=alone)
            if alone and not state.runs:
                state = bind(state, call.outcome)
        life.states.append((call.ended, state))
        life.due += result.due

    def _judge_answer(self, life: Life, one: _ThreadAct, state: ThreadState, *, alone: bool) -> None:
        answer = one.call.outcome
        if life.unsure:
            return
        life.states.append((one.call.ended, state))
        for words in differences.of_thread(state, answer, counts=None if alone else range(10**9), settled=alone):
            self.tell(one.call, Code.FRAME_ANSWER, f"{words} in the answer", life)
        life.states.pop()

    def _judge_refusal(self, life: Life | None, one: _ThreadAct, *, alone: bool) -> None:
        """A refusal without a reason, and an act that was done though it should be refused, are differences too."""
        act, call = one.act, one.call
        if not alone or isinstance(call.outcome, Lost) or (life is None and not isinstance(act, Start)):
            return
        state = life.state if life else None
        due = refusal_due(state, act, self._policy)
        if isinstance(call.outcome, Refusal):
            if call.outcome.reason not in (due, *EXCUSED, *refusals_possible(state, act, self._policy)):
                expected = f"a refusal ({due})" if due else "it done"
                words = f"expected {expected}, got a refusal ({call.outcome.reason}): {call.outcome.text}"
                self.tell(call, Code.FRAME_REFUSED, words)
        elif due is not None and life is not None and life.state is not None:
            self.tell(call, Code.FRAME_ANSWER, f"expected a refusal ({due}), got it done")
        elif due is not None and isinstance(act, Start):
            self.tell(call, Code.FRAME_ANSWER, f"expected a refusal ({due}), got a conversation started")


@dataclass(frozen=True)
class _ThreadAct:
    """An act on a thread, and the call that it was."""

    thread: str
    act: Act
    call: Call


def _bursts(acts: Sequence[_ThreadAct]) -> Iterator[list[_ThreadAct]]:
    """The acts on each thread; those that overlap in time together."""
    by_thread: dict[str, list[_ThreadAct]] = defaultdict(list)
    for one in acts:
        by_thread[one.thread].append(one)
    for own in by_thread.values():
        burst: list[_ThreadAct] = []
        for one in own:
            if burst and one.call.began > max(other.call.ended for other in burst):
                yield burst
                burst = []
            burst.append(one)
        yield burst


def _ordered(burst: list[_ThreadAct]) -> list[_ThreadAct]:
    """The acts of one moment: changes by the version that each has made, messages by their number, an erasure last."""

    def place(one: _ThreadAct) -> tuple[bool, bool, int]:
        answer = one.call.outcome
        number = (
            (answer.version or 0)
            if isinstance(answer, Thread)
            else answer.sequence
            if isinstance(answer, Message)
            else 0
        )
        return isinstance(one.act, Erase) and one.call.done, not isinstance(answer, Thread), number

    return sorted(burst, key=place) if len(burst) > 1 else burst
