"""Acts done at the same moment, or one right after the other, from a table of the features."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from support.actors.customer import Conversation, Customer
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Metadata, Refusal, Refused, Thread
from support.drivers.recording import RecordingDriver, Tape
from support.specification.acts import ChangeMetadata
from support.specification.history import Shown, ThreadHistory, ThreadOperation, seen_presence, seen_version
from support.specification.json_values import merged_object, written
from support.specification.state import state_of
from support.verdicts.history import HistoryVerdict, SessionVerdict, judge_history, judge_sessions
from support.verdicts.latency import LatencyVerdict, judge_latency
from support.verdicts.sampling import sample_latency
from support.workloads.operations import operations_of

IN_THE_MIDDLE = "in the middle"
"""Of the moment above it in the table: once half of that moment's acts have been answered."""
MANNER = re.compile(
    r"(?P<how>at the same moment|one right after the other)"
    r"(?:, in (?P<rounds>\d+) rounds"
    r"|, repeated until it is clear whether (?P<percent>\d+) of 100 take at most (?P<seconds>[\d.]+) seconds?)?"
)
Do = Callable[[Customer], Awaitable[Any]]


@dataclass(frozen=True)
class ActRow:
    """One row of a table of acts: `times` performers of each actor do the acts in sequence, at a moment.

    Each act comes with whether it may be refused.
    """

    moment: str
    times: int
    text: str
    actors: Sequence[Customer]
    acts: Sequence[tuple[Do, bool]]


@dataclass(frozen=True)
class Manner:
    """How the acts of a table are done: in sequence, in rounds, or until a limit can be judged."""

    in_sequence: bool
    rounds: int = 1
    limit: tuple[float, float] | None = None

    @classmethod
    def read(cls, words: str) -> Manner:
        """The manner in the words of a sentence, such as `at the same moment, in 5 rounds`."""
        match = MANNER.fullmatch(words)
        if match is None:
            raise EnvironmentFailed(f"expected a way to do acts together, got {words!r}")
        limit = (int(match["percent"]) / 100, float(match["seconds"])) if match["percent"] else None
        return cls(match["how"] != "at the same moment", int(match["rounds"] or 1), limit)


@dataclass(frozen=True)
class Deed:
    """One act as it was done, from `begin` to `end` in seconds of `time.monotonic()`; `answer` may be a refusal."""

    who: str
    act: str
    round: int
    moment: str
    begin: float
    end: float
    answer: object

    @property
    def refusal(self) -> Refusal | None:
        """The refusal, if it was refused."""
        return self.answer if isinstance(self.answer, Refusal) else None


@dataclass
class Together:
    """All acts of a table as they were done, recorded as a history.

    `conversations` are those that the table names, by name; `at_first` has each as it was before. `tape` has every
    call; those from number `since` on are of the table.
    """

    conversations: dict[str, Conversation]
    at_first: dict[str, Thread]
    tape: Tape = field(default_factory=Tape)
    since: int = 0
    deeds: list[Deed] = field(default_factory=list[Deed])
    looks: int = 1

    @property
    def names(self) -> dict[str, str]:
        """The names of the conversations, by id."""
        return {conversation.id: name for name, conversation in self.conversations.items()}

    @property
    def _policy(self) -> Policy | None:
        return next((one.owner.driver.policy for one in self.conversations.values()), None)

    @cached_property
    def operations(self) -> tuple[ThreadOperation, ...]:
        """The recorded calls of the performers."""
        return tuple(operations_of(self.tape.calls[self.since :], self.names))

    @cached_property
    def history(self) -> HistoryVerdict:
        """Whether there is an order that explains all answers."""
        at_first = {name: state_of(thread) for name, thread in self.at_first.items()}
        return judge_history(self.operations, ThreadHistory(at_first, self._policy))

    @cached_property
    def sessions(self) -> Sequence[SessionVerdict]:
        """Whether each performer saw at least what they had done and seen themselves."""
        return [judge_sessions(self.operations, seen) for seen in (seen_presence, seen_version)]

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """The violations by name, as SVG: at most one for each thread, and one for the sessions."""
        for breach in [breach for verdict in self.sessions for breach in verdict.breaches][:1]:
            yield f"What was there already: {breach.read.object}", breach.picture()
        for violation in self.history.violations:
            yield f"What no order explains: {violation.object}", violation.picture()

    def expect_one_order(self) -> None:
        """One order explains all answers; a violation seen by one performer is reported first, because it is short.

        Raises:
            PromiseBroken: there is none.
            EnvironmentFailed: nothing was recorded.
        """
        if not self.operations:
            raise EnvironmentFailed("expected acts on conversations, got none recorded: nothing can be judged")
        for verdict in self.sessions:
            verdict.expect_guarantees()
        self.history.expect_linearizable()

    def expect_each_round(self, done: int, count: int) -> None:
        """In each round `done` acts of the last moment were done, and the refusals of the others name the new version.

        Raises:
            PromiseBroken: it was otherwise in one round.
        """
        for number in sorted({one.round for one in self.deeds}):
            deeds = [one for one in self.deeds if one.round == number]
            last = [one for one in deeds if one.moment == deeds[-1].moment]
            refusals = [one.refusal for one in last if one.refusal]
            if (len(last), len(last) - len(refusals)) != (count, done):
                raise PromiseBroken(
                    Code.WINNERS,
                    f"round {number}: expected {done} of {count} done, got {len(last) - len(refusals)} of {len(last)}",
                )
            made = {version for version, _change in self._changes(last)}
            told = {refusal.version for refusal in refusals}
            if told != made:
                raise PromiseBroken(
                    Code.WINNERS, f"round {number}: expected the other refusals to name version {made}, got {told}"
                )

    async def expect_as_answered(self, title: str) -> None:
        """The conversation has the details that the answers say, when read again and in the database.

        Raises:
            PromiseBroken: it has others, or the two differ.
            EnvironmentFailed: no change of it was recorded.
        """
        changes = [change for _version, change in sorted(self._changes(self.deeds, title), key=lambda pair: pair[0])]
        if not changes:
            raise EnvironmentFailed(f"expected changes of {title!r}, got none recorded: nothing can be judged")
        conversation = self.conversations[title]
        metadata = written(self.at_first[title].metadata)
        for change in changes:
            metadata = merged_object(metadata, change)
        shown = await conversation.read()
        _expect_metadata(Code.METADATA_SHOWN, title, metadata, shown.metadata, "when read again")
        durable = conversation.owner.driver.durable
        if durable is None:
            conversation.owner.driver.sight.miss(f"the stored details of {title!r}")
            return
        stored = await durable.thread(conversation.id)
        if stored is None:
            raise PromiseBroken(Code.NOT_STORED, f"expected {title!r} in the database, got nothing")
        _expect_metadata(Code.METADATA_STORED, title, metadata, stored.metadata, "in the database")
        if shown.version != stored.version:
            raise PromiseBroken(
                Code.VERSION_SHOWN, f"{title!r}: expected version {stored.version} of the database, got {shown.version}"
            )

    def judge_latency(self, percent: int, seconds: float) -> LatencyVerdict:
        """The verdict on the times of all acts against a limit."""
        return judge_latency([one.end - one.begin for one in self.deeds], percent / 100, seconds, self.looks)

    def _changes(self, deeds: Sequence[Deed], name: str | None = None) -> list[tuple[int, Metadata]]:
        """The version and the change of each change of details that was done while these deeds were."""
        begin, end = min(one.begin for one in deeds), max(one.end for one in deeds)
        found: list[tuple[int, Metadata]] = []
        for one in self.operations:
            is_meant = begin <= one.invoked <= end and name in (None, one.object)
            if is_meant and isinstance(one.act, ChangeMetadata) and isinstance(one.outcome, Shown):
                found += [(one.outcome.version, one.act.changes)] if one.outcome.version is not None else []
        return found


def _expect_metadata(code: Code, title: str, expected: str, seen: Metadata, where: str) -> None:
    if written(seen) != expected:
        raise PromiseBroken(code, f"{title!r}: expected the details {expected}, got {written(seen)} {where}")


async def do_together(rows: Sequence[ActRow], conversations: Sequence[Conversation], manner: Manner) -> Together:
    """Do the acts of a table: the moments one after the other, the acts of a moment at the same time.

    Raises:
        Refused: an act was refused that is not written as a try.
        EnvironmentFailed: the table has no act, or one in the middle of acts that are done in sequence.
    """
    early = [row for row in rows if row.moment != IN_THE_MIDDLE]
    if not any(row.times * len(row.actors) * len(row.acts) for row in early):
        raise EnvironmentFailed("expected at least one act to be done, got none")
    if manner.in_sequence and len(early) < len(rows):
        raise EnvironmentFailed(
            f"expected acts one right after the other, got one {IN_THE_MIDDLE}: say when it is done"
        )
    named = _named(conversations)
    at_first = {name: await one.read() for name, one in named.items()}
    tape = cast("RecordingDriver", early[0].actors[0].driver).tape
    together = Together(named, at_first, tape, len(tape.calls))
    performers = _Performers()

    async def play(number: int) -> list[float]:
        before = len(together.deeds)
        await _play_round(together, performers, rows, number, in_sequence=manner.in_sequence)
        return [one.end - one.begin for one in together.deeds[before:]]

    if manner.limit:
        verdict = await sample_latency(play, *manner.limit)
        together.looks = verdict.looks
    else:
        for number in range(1, manner.rounds + 1):
            await play(number)
    for conversation in conversations:
        conversation.answered = None
    return together


class _Performers:
    """The performers of a run: of each actor, number 1 of one moment is number 1 of the next."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Customer] = {}

    def get(self, actor: Customer, number: int) -> Customer:
        """The performer of this number, made at first use."""
        key = actor.name, number
        if key not in self._known:
            recording = cast("RecordingDriver", actor.driver).performing(f"{actor.name} {number}")
            self._known[key] = actor.as_performer(number, cast("Driver", recording))
        return self._known[key]


def _named(conversations: Sequence[Conversation]) -> dict[str, Conversation]:
    """The conversations by title, with the owner where two have the same."""
    titles = Counter(one.title for one in conversations)
    return {one.title if titles[one.title] == 1 else f"{one.title} of {one.owner.name}": one for one in conversations}


async def _play_round(
    together: Together, performers: _Performers, rows: Sequence[ActRow], number: int, *, in_sequence: bool
) -> None:
    moments = list(dict.fromkeys(row.moment for row in rows if row.moment != IN_THE_MIDDLE))
    for moment in moments:
        early = [(row, who) for row, who in _assigned(performers, rows, moment)]
        late = [(row, who) for row, who in _assigned(performers, _middle_of(rows, moment), IN_THE_MIDDLE)]
        middle = _Middle(sum(len(row.acts) for row, _who in early) // 2)
        playing = [_play(together, row, who, number, middle) for row, who in early]
        if in_sequence:
            for one in playing:
                await one
            continue
        waiting = [_play_late(together, row, who, number, middle) for row, who in late]
        await _all_or_none(*playing, *waiting)


def _middle_of(rows: Sequence[ActRow], moment: str) -> list[ActRow]:
    """The rows that are done in the middle of a moment: those below it in the table, up to the next moment."""
    found: list[ActRow] = []
    above = rows[0].moment
    for row in rows:
        if row.moment != IN_THE_MIDDLE:
            above = row.moment
        elif above == moment:
            found.append(row)
    return found


async def _all_or_none(*playing: Coroutine[Any, Any, None]) -> None:
    """Wait for all; once one has failed, the others are stopped first, so that none acts after the step has ended."""
    tasks = [asyncio.create_task(one) for one in playing]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _assigned(performers: _Performers, rows: Sequence[ActRow], moment: str) -> Iterator[tuple[ActRow, Customer]]:
    """The rows of a moment, once for each performer; performers of one moment all differ."""
    numbers: Counter[str] = Counter({"": 0})
    for row in rows:
        if row.moment == moment:
            for _ in range(row.times):
                for actor in row.actors:
                    numbers[actor.name] += 1
                    offset = 1000 if moment == IN_THE_MIDDLE else 0
                    yield row, performers.get(actor, numbers[actor.name] + offset)


class _Middle:
    """Its event `come` is set once `left` acts have been answered."""

    def __init__(self, left: int) -> None:
        self._left = left
        self.come = asyncio.Event()

    def count(self) -> None:
        """One more act has been answered."""
        self._left -= 1
        if self._left <= 0:
            self.come.set()


async def _play_late(together: Together, row: ActRow, who: Customer, number: int, middle: _Middle) -> None:
    await middle.come.wait()
    await _play(together, row, who, number, middle)


async def _play(together: Together, row: ActRow, who: Customer, number: int, middle: _Middle) -> None:
    for do, may_be_refused in row.acts:
        begin = time.monotonic()
        try:
            answer: object = await do(who)
        except Refused as refused:
            if not may_be_refused:
                raise
            answer = refused.refusal
        together.deeds.append(Deed(who.label, row.text, number, row.moment, begin, time.monotonic(), answer))
        middle.count()
