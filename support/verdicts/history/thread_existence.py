"""A thread's existence: it is there from its start until it is erased, and never again."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from support.verdicts.history.model import NOT_ALLOWED, Model, NotAllowed
from support.verdicts.history.operations import NOT_FOUND, Declined, Operation, Unknown
from support.verdicts.history.sessions import Seen


class Presence(StrEnum):
    """Whether a thread is there."""

    NOT_STARTED = "not started"
    THERE = "there"
    ERASED = "erased"


class ThreadAct(StrEnum):
    """What is done with a thread. Reading, writing and running need it to be there and leave it there."""

    CREATE = "starts it"
    READ = "reads it"
    WRITE = "writes in it"
    RUN = "runs an agent in it"
    DELETE = "erases it"


class Done(StrEnum):
    """The answer to an act that was done."""

    DONE = "done"


class ThreadExistence(Model[Presence, ThreadAct, Done]):
    """Every answer is success while the thread is there, or not-found while it is not; what is erased stays so.

    A refusal for another reason than not-found breaks the promise, unless its reason is among the tolerated ones.
    """

    def __init__(self, there_at_first: Collection[str] = (), tolerated: Collection[str] = ()) -> None:
        self._there_at_first = frozenset(there_at_first)
        self._tolerated = frozenset(tolerated)

    def initial(self, target: str) -> Presence:
        """There, if it was named so; otherwise not started."""
        return Presence.THERE if target in self._there_at_first else Presence.NOT_STARTED

    def step(self, state: Presence, act: ThreadAct, outcome: Done | Declined | Unknown) -> Presence | NotAllowed:
        """Not-found is no answer to starting a thread, and a thread is started once."""
        if isinstance(outcome, Declined):
            is_honest = outcome.reason == NOT_FOUND and state is not Presence.THERE and act is not ThreadAct.CREATE
            return state if is_honest or outcome.reason in self._tolerated else NOT_ALLOWED
        if act is ThreadAct.CREATE:
            return Presence.THERE if state is Presence.NOT_STARTED else NOT_ALLOWED
        if state is not Presence.THERE:
            return NOT_ALLOWED
        return Presence.ERASED if act is ThreadAct.DELETE else state

    def changes(self, act: ThreadAct, outcome: Done | Declined | Unknown) -> bool:
        """Only starting and erasing do, unless refused."""
        return act in {ThreadAct.CREATE, ThreadAct.DELETE} and not isinstance(outcome, Declined)


def seen_presence(operation: Operation[ThreadAct, Done]) -> Seen | None:
    """What an answer shows of the thread's existence, for the guarantees to a session.

    Not-found counts as erased: no request has an id that was not given out.
    """
    act, outcome = operation.act, operation.outcome
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Declined):
        return Seen(2, Presence.ERASED, is_write=False) if outcome.reason == NOT_FOUND else None
    if act is ThreadAct.DELETE:
        return Seen(2, Presence.ERASED, is_write=True)
    return Seen(1, Presence.THERE, is_write=act is ThreadAct.CREATE)
