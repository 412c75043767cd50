"""The group of a driver that tries what can be done with conversations, by whoever should not be let in.

What each method raises is said in `support.drivers.contract.driver`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from support.drivers.contract.types import Refusal, Session


class Act(StrEnum):
    """Everything that can be done with conversations, deleting last."""

    START = "start one"
    LIST = "list them"
    SEARCH = "search them"
    OPEN = "open it"
    CHANGE_DETAILS = "change its details"
    MARK = "mark it"
    WRITE = "write in it"
    READ = "read what is written in it"
    ASK = "ask an agent in it"
    SEE_WORK = "see what agents have done in it"
    SEE_ONE_WORK = "see one thing that an agent has done in it"
    STOP = "stop an agent in it"
    TAKE_AWAY = "take a copy of it away"
    ERASE = "erase it"

    @property
    def is_on_one(self) -> bool:
        """Whether this is done with one conversation, rather than with all that whoever asks has."""
        return self not in (Act.START, Act.LIST, Act.SEARCH)


class Pass(StrEnum):
    """Ways in which somebody who should not be let in may ask, in the words of the features."""

    NONE = "without signing in"
    MADE_UP = "with a pass that is made up"
    SIGNED_BY_ANOTHER = "with a pass that somebody else has signed"
    UNSIGNED = "with a pass that nobody has signed"
    GIVEN_BACK = "with a pass that she has given back"
    RUN_OUT = "with a pass that has run out"


@dataclass(frozen=True)
class Subject:
    """What an act is done with: a thread, and the work of an agent in it, by their ids."""

    thread_id: str
    run_id: str


class Access(Protocol):
    """Doing anything, as anybody."""

    async def attempt(self, act: Act, session: Session | None, subject: Subject) -> Refusal | None:
        """Do it in the simplest way there is, without a session as somebody who has not signed in; None: it was done.

        An act that is not on one conversation does not look at the subject.
        """
        ...

    async def spoilt(self, session: Session, how: Pass) -> Session | None:
        """The same customer's session, but with a pass that is good no more but for the one thing named.

        Giving a pass back makes `session` itself useless.

        Raises:
            EnvironmentFailed: such a pass cannot be made for this target.
        """
        ...
