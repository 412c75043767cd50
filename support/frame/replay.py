"""The calls of a scenario, replayed on the specification: what became of each thread, and how answers differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from support.core.failure import Code
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Account, Message, Reason, Refusal, Run, Thread
from support.drivers.recording import Call, Lost, Tape
from support.specification import differences
from support.specification.acts import Act, Ask, Erase, Open, Start, Stop, Write, effect
from support.specification.calls import act_of, thread_of
from support.specification.refusals import refusal_due
from support.specification.state import Due, ThreadState, bind

EXCUSED = (Reason.NOT_SIGNED_IN, Reason.NOT_IN_PLAN, Reason.LIMIT, Reason.UNAVAILABLE, Reason.FAILED)
"""Reasons of refusals that depend on more than the thread: on the session, the plan, or an outage."""


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
    it, `active` is when its last activity was asked for and confirmed, `asked` when each question to an agent began. It
    is `unsure` once a call was lost, so that nobody can say what it is like.
    """

    owner: Account
    last: Call
    active: tuple[float, float]
    states: list[tuple[float, ThreadState | None]] = field(default_factory=list[tuple[float, ThreadState | None]])
    due: list[Due] = field(default_factory=list[Due])
    busy: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    asked: list[float] = field(default_factory=list[float])
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
        self._runs: dict[str, str] = {}
        self._tried: set[str] = set()
        self.lives: dict[str, Life] = {}
        self.found: list[Difference] = []
        self.unsure: set[str] = set()
        self.listings: list[Call] = []
        acts = list(self._acts(tape.calls))
        for burst in _bursts(acts):
            for one in _ordered(burst):
                self._apply(one, alone=len(burst) == 1)
        for thread in self._tried & self.lives.keys():
            self.lives[thread].unsure = True

    def of(self, account: Account) -> dict[str, Life]:
        """The threads of one customer, by id."""
        return {thread: life for thread, life in self.lives.items() if life.owner.id == account.id}

    def tell(self, call: Call, code: Code, words: str, life: Life | None = None) -> None:
        """Add a difference."""
        self.found.append(Difference(call, code, f"{life.name} {words}" if life else words))

    def _acts(self, calls: Sequence[Call]) -> Iterator[_ThreadAct]:
        for call in calls:
            if isinstance(call.outcome, Run):
                self._runs[call.outcome.id] = call.outcome.thread_id
            if call.name == "threads.list" and call.done:
                self.listings.append(call)
            if call.name == "access.attempt":
                self._attempt(call)
                continue
            act = act_of(call.name, call.arguments)
            if act is None:
                continue
            thread = thread_of(call.arguments, call.outcome, self._runs)
            if isinstance(act, Start) and isinstance(call.outcome, Lost):
                self.unsure.add(call.account.id)
            if thread is not None:
                yield _ThreadAct(thread, act, call)

    def _attempt(self, call: Call) -> None:
        """An attempt with the simplest request says whether it was done, but not what it was given."""
        if call.outcome is not None:
            return
        self.unsure.add(call.account.id)
        self._tried.add(call.arguments["subject"].thread_id)

    def _apply(self, one: _ThreadAct, *, alone: bool) -> None:
        act, call, life = one.act, one.call, self.lives.get(one.thread)
        if call.account.id in self.unsure and isinstance(act, Start) and not call.done:
            return
        if life is not None and call.account.id != life.owner.id:
            if call.done:
                self.tell(call, Code.FRAME_ANSWER, "was given to somebody who does not own it", life)
            return
        if life is not None and isinstance(call.outcome, Lost):
            life.unsure = life.unsure or not isinstance(act, Open)
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
            life = self.lives[one.thread] = Life(call.account, call, (call.began, call.ended))
        if not isinstance(act, Open):
            life.last = call
            life.busy.append((call.began, call.ended))
        if isinstance(act, Write | Ask | Stop):
            life.active = (call.began, call.ended)
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
        life.states.append((one.call.ended, state))
        for words in differences.of_thread(state, answer, counts=None if alone else range(10**9), settled=alone):
            self.tell(one.call, Code.FRAME_ANSWER, f"{words} in the answer", life)
        life.states.pop()

    def _judge_refusal(self, life: Life | None, one: _ThreadAct, *, alone: bool) -> None:
        """A refusal without a reason, and an act that was done though it should be refused, are differences too."""
        act, call = one.act, one.call
        if not alone or isinstance(call.outcome, Lost) or (life is None and not isinstance(act, Start)):
            return
        due = refusal_due(life.state if life else None, act, self._policy)
        if isinstance(call.outcome, Refusal):
            if call.outcome.reason not in (due, *EXCUSED):
                expected = f"a refusal ({due})" if due else "it done"
                words = f"expected {expected}, got a refusal ({call.outcome.reason}): {call.outcome.text}"
                self.tell(call, Code.FRAME_REFUSED, words)
        elif due is not None and life is not None and life.state is not None:
            self.tell(call, Code.FRAME_ANSWER, f"was done, expected a refusal ({due})", life)
        elif due is not None and isinstance(act, Start):
            self.tell(call, Code.FRAME_ANSWER, f"a conversation was started, expected a refusal ({due})")


@dataclass(frozen=True)
class _ThreadAct:
    """An act on a thread, and the call that it was."""

    thread: str
    act: Act
    call: Call


def _bursts(acts: Sequence[_ThreadAct]) -> Iterator[list[_ThreadAct]]:
    """The acts on each thread; those that overlap in time together."""
    for thread in dict.fromkeys(one.thread for one in acts):
        burst: list[_ThreadAct] = []
        for one in (one for one in acts if one.thread == thread):
            if burst and one.call.began > max(other.call.ended for other in burst):
                yield burst
                burst = []
            burst.append(one)
        yield burst


def _ordered(burst: list[_ThreadAct]) -> list[_ThreadAct]:
    """The acts of one moment: changes by the version that each has made, messages by their number, an erasure last."""

    def place(one: _ThreadAct) -> tuple[bool, bool, int]:
        answer = one.call.outcome
        number = answer.version if isinstance(answer, Thread) else answer.sequence if isinstance(answer, Message) else 0
        return isinstance(one.act, Erase) and one.call.done, not isinstance(answer, Thread), number

    return sorted(burst, key=place) if len(burst) > 1 else burst
