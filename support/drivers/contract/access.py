"""The group of a driver that tries every act on conversations, for customers who must not do it.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from support.drivers.contract.types import Refusal, Session


class AccessAct(StrEnum):
    """Everything that can be done with conversations, deleting last."""

    START = "start one"
    LIST = "list them"
    SEARCH = "search them"
    OPEN = "open it"
    LOOK = "look whether it is there"
    CHANGE_DETAILS = "change its details"
    SET_STATUS = "mark it"
    RENAME = "rename it"
    WRITE = "write in it"
    READ = "read what is written in it"
    ASK = "ask an agent in it"
    LIST_RUNS = "list the runs in it"
    OPEN_RUN = "open a run in it"
    STOP = "stop an agent in it"
    EXPORT = "export it"
    OPEN_DEVICE = "open a device"
    OPEN_BROWSER = "open a device in a browser"
    CATCH_UP = "catch up on a device"
    FOLLOW = "follow it on a device"
    ERASE = "erase it"

    @property
    def is_on_one(self) -> bool:
        """Whether this is done with one conversation, rather than with the list."""
        return self not in _ON_NONE


_ON_NONE = (
    AccessAct.START,
    AccessAct.LIST,
    AccessAct.SEARCH,
    AccessAct.OPEN_DEVICE,
    AccessAct.OPEN_BROWSER,
    AccessAct.CATCH_UP,
)


class TokenState(StrEnum):
    """Faults of the token of a request, in the words of the features."""

    NONE = "without signing in"
    MADE_UP = "with a session that is made up"
    OTHER_KEY = "with a session signed by somebody else"
    UNSIGNED = "with an unsigned session"
    REVOKED = "with a session that has ended"
    EXPIRED = "with a session that has expired"
    OTHER_AUDIENCE = "with a session for another product"


class Flaw(StrEnum):
    """What can be wrong with a request whose sender may do the act, in the words of the features."""

    UNKNOWN_IN_ADDRESS = "with a part that nobody knows in its address"
    UNKNOWN_IN_CONTENT = "with a part that nobody knows in its content"


@dataclass(frozen=True)
class Subject:
    """The ids that an act is done with: a thread, and a run in it."""

    thread_id: str
    run_id: str


class Access(Protocol):
    """Doing anything, as anybody."""

    async def attempt(
        self, act: AccessAct, session: Session | None, subject: Subject, flaw: Flaw | None = None
    ) -> Refusal | None:
        """Do the act with the simplest request; without a session nobody has signed in. None means that it was done.

        An act that is not on one conversation does not look at the subject. With `flaw` the request is wrong so.
        """
        ...

    def acts_with(self, flaw: Flaw) -> Sequence[AccessAct]:
        """The acts whose requests can be wrong in this way."""
        ...

    async def with_token(self, session: Session, state: TokenState) -> Session | None:
        """The same customer's session with a token that is wrong in one thing; None without a token.

        It is never asked for a session that has ended: `Revocation` ends one.

        Raises:
            NotOffered: such a token cannot be made for this target.
        """
        ...
