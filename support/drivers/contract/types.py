"""Conversations, events and refusals, in a form that holds for every kind of backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from support.core.failure import Code, PromiseBroken

Metadata = Mapping[str, Any]
"""The metadata of a thread, in features its details: JSON values by name."""


@dataclass(frozen=True)
class Target:
    """The addresses of one backend under test and of its services; a service is None where nobody gave its address.

    `key_prefix` begins the names of its keys in Redis, and `model_space` is its space in the scripted model service.
    `signing_key` is the key that signs its tokens; None where the suite does not know it.
    """

    backend_urls: tuple[str, ...]
    operator_token: str = field(repr=False)
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    key_prefix: str = ""
    model_url: str | None = None
    model_space: str = ""
    signing_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Account:
    """A customer as enrolled. `plan` is a tier's name in lower case."""

    id: str
    name: str
    organisation: str
    email: str
    password: str = field(repr=False)
    plan: str


@dataclass(frozen=True)
class Session:
    """A customer who has signed in; `token` means something to the driver alone."""

    id: str
    account: Account
    token: str = field(repr=False)


@dataclass(frozen=True)
class NewThread:
    """The parts of a request to start a thread; `None` is left out of the request."""

    title: str | None = None
    metadata: Metadata | None = None
    first_message: str | None = None


@dataclass(frozen=True)
class Thread:
    """A thread as the backend shows it to its owner. Times are seconds since the epoch.

    What a backend does not show is None, and nothing is expected of it; metadata is then empty.
    """

    id: str
    title: str
    status: str | None = None
    metadata: Metadata = field(default_factory=dict[str, Any])
    version: int | None = None
    message_count: int | None = None
    created_at: float | None = None
    last_activity_at: float | None = None


@dataclass(frozen=True)
class Page:
    """One part of a customer's list; `cursor` asks for the next page, and is None on the last."""

    threads: tuple[Thread, ...]
    cursor: str | None


class NamingPlace(StrEnum):
    """Where a request can name an owner other than the customer who is signed in, in the words of the features."""

    REQUEST = "the request"
    ADDRESS = "the address"
    HEADER = "an extra heading"


@dataclass(frozen=True)
class Query:
    """A search; None leaves a filter out.

    `metadata` has values by name: text, numbers, or yes and no. The start of a thread lies after `created_after` and
    before `created_before`, both in seconds since the epoch.
    """

    words: str | None = None
    status: str | None = None
    metadata: Metadata = field(default_factory=dict[str, Any])
    created_after: float | None = None
    created_before: float | None = None


class BadPage(StrEnum):
    """Ways in which a page of the list can be asked for wrongly, in the words of the features."""

    MADE_UP = "a next page that is made up"
    FOREIGN = "the next page of another customer's list"
    FILTERED = "the next page of a list of other statuses"
    EMPTY = "an empty page"
    HUGE = "a page of a million conversations"
    UNKNOWN_FILTER = "a filter that nobody knows"
    UNKNOWN_STATUS = "a status that nobody knows"
    NO_DATE = "a date that is no date"
    NO_TIME_ZONE = "a date without a time zone"


@dataclass(frozen=True)
class Message:
    """A message as the backend shows it; `sequence` orders those of a thread, `role` is user, assistant or tool."""

    id: str
    thread_id: str
    sequence: int
    role: str
    content: str


@dataclass(frozen=True)
class Run:
    """The run of an agent on one question.

    `status` is queued or running, and in the end completed, failed, cancelled or timed_out; `answer` is what the
    agent said, once it has completed.
    """

    id: str
    thread_id: str
    status: str
    answer: str | None


class EventKind(StrEnum):
    """Kinds of events; drivers map the names of their backend to these."""

    THREAD_CREATED = "thread_created"
    THREAD_UPDATED = "thread_updated"
    THREAD_DELETED = "thread_deleted"
    MESSAGE_CREATED = "message_created"
    AGENT_STARTED = "agent_started"
    AGENT_COMPLETED = "agent_completed"
    AGENT_FAILED = "agent_failed"
    AGENT_CANCELLED = "agent_cancelled"
    AGENT_TIMED_OUT = "agent_timed_out"
    SESSION_REVOKED = "session_revoked"
    OTHER = "other"


@dataclass(frozen=True)
class Event:
    """A live event. `id` is what a device gives to catch up.

    `title` is the thread's, where the event carries one, `change` the status before and after, where it tells of one,
    and `run_id` the run that it belongs to, if any. `subject` is the thread, message or run that it carries.
    """

    id: str
    kind: EventKind
    sequence: int
    thread_id: str | None
    title: str | None
    change: tuple[str, str] | None
    run_id: str | None
    subject: Thread | Message | Run | None = field(default=None, repr=False)


@dataclass(frozen=True)
class StoredThread:
    """A thread as the database has it. Times are seconds since the epoch."""

    id: str
    owner_id: str
    title: str
    status: str | None
    metadata: Metadata
    messages: tuple[str, ...]
    version: int | None
    last_activity_at: float | None


class Write(StrEnum):
    """What a backend writes to its database, in the words of the features."""

    THREADS = "conversations"
    MESSAGES = "messages"
    RUNS = "runs"
    EVENTS = "events"
    KEYS = "keys"


@dataclass(frozen=True)
class Kept:
    """All data of one place: how much in words, and its digest.

    `until` is when it expires, in seconds since the epoch; None if it does not.
    """

    amount: str
    digest: str
    until: float | None = None


class Reason(StrEnum):
    """The reason of a refusal that the customer reads."""

    NOT_FOUND = "not found"
    INVALID = "invalid"
    NOT_SIGNED_IN = "not signed in"
    NOT_IN_PLAN = "not in the plan"
    LIMIT = "limit reached"
    CONFLICT = "conflict"
    UNAVAILABLE = "not possible at the moment"
    FAILED = "failed at the product's end"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Refusal:
    """A refusal as the customer receives it.

    `parts` are the parts of the request that it names, `shown` is everything that the customer could read in it, word
    for word but for its date, and with every sign of its reference number replaced, and `leaks` what it gives away that
    it should not. Where a plan is the reason, `plan` is the customer's and `available_from` the first that has what was
    asked for; where a status is, `states` are the one before and the one asked for, or the one that is in the way;
    where a version is, `version` is the thread's own.
    """

    reason: Reason
    text: str
    parts: tuple[str, ...]
    shown: str = field(repr=False)
    leaks: tuple[str, ...] = ()
    plan: str | None = None
    available_from: str | None = None
    states: tuple[str, ...] = ()
    version: int | None = None


class Refused(PromiseBroken):
    """The backend refused an act. Where the act is promised to work this breaks the promise."""

    def __init__(self, act: str, refusal: Refusal) -> None:
        super().__init__(Code.ACT_REFUSED, f"{act} was refused ({refusal.reason}): {refusal.text}")
        self.act = act
        self.refusal = refusal


class BackendFailed(PromiseBroken):
    """The backend did not answer, or the driver cannot read the answer."""

    def __init__(self, text: str) -> None:
        super().__init__(Code.ACT_FAILED, text)


class Malformed(StrEnum):
    """Ways in which a request to start a thread can be wrong, in the words of the features."""

    TITLE_A_NUMBER = "a title that is a number"
    TITLE_TOO_LONG = "a title that is too long"
    TITLE_EMPTY = "an empty title"
    TITLE_UNPRINTABLE = "a title with a forbidden character"
    MESSAGE_TOO_LONG = "a first message that is too long"
    MESSAGE_EMPTY = "an empty first message"
    DETAILS_A_LIST = "details that are a list"
    DETAILS_TOO_DEEP = "details nested too deep"
    DETAILS_TOO_LARGE = "details that are too large"
    DETAILS_UNPRINTABLE = "details with a forbidden character"
    UNKNOWN_PART = "a part that nobody knows"
    OWNER_GIVEN = "another customer named as owner"
    UNREADABLE = "a request torn off half-way"
