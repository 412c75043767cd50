"""The four ways in which a scenario can end early, each with one meaning.

`BadInput` ends the run before it begins, `PromiseBroken` is a verdict on the backend, `NotOffered` says that the
target does not promise this, and `EnvironmentFailed` says that no verdict was possible.
"""

from __future__ import annotations

from enum import StrEnum


class BadInput(Exception):
    """The user asked for the impossible; the message says what to do instead. Exit code 2."""


class Code(StrEnum):
    """The kind of promise that was broken: a stable name for faults to bind to; the text of a message is free."""

    ASSERTION = "assertion"
    """A plain assertion that failed, which has no code."""

    # an act, and its answer
    ACT_REFUSED = "act.refused"
    ACT_FAILED = "act.failed"
    UNFINISHED = "act.unfinished"

    # a thread and its contents, by the place of the check
    TITLE_SHOWN = "title.shown"
    TITLE_STORED = "title.stored"
    TITLE_FORM = "title.form"
    STATUS_SHOWN = "status.shown"
    STATUS_STORED = "status.stored"
    STATUS_LISTED = "status.listed"
    METADATA_ANSWERED = "metadata.answered"
    METADATA_SHOWN = "metadata.shown"
    METADATA_STORED = "metadata.stored"
    MESSAGES_SHOWN = "messages.shown"
    MESSAGES_STORED = "messages.stored"
    ACTIVITY_SHOWN = "last_activity.shown"
    ACTIVITY_STORED = "last_activity.stored"
    VERSION_SHOWN = "version.shown"
    VERSION_STORED = "version.stored"
    OWNER_STORED = "owner.stored"
    SECOND_READING = "thread.second_reading"
    NOT_STORED = "thread.not_stored"
    VISIBLE = "thread.visible"
    CHANGED = "thread.changed"
    EXPORT_DIFFERS = "export.differs"
    REPEAT_ANSWERED = "repeat.answered"

    # lists, pages and searches
    LISTED_DIFFERS = "list.differs"
    LIST_FOREIGN = "list.foreign"
    LIST_MISSING = "list.missing"
    LIST_TWICE = "list.twice"
    LIST_ORDER = "list.order"
    PAGE_SIZE = "page.size"
    PAGE_ENDLESS = "page.endless"

    # events on devices
    EVENT_MISSING = "event.missing"
    EVENT_LATE = "event.late"
    EVENT_TWICE = "event.twice"
    EVENT_ORDER = "event.order"
    EVENT_DIFFERS = "event.differs"
    EVENT_UNEXPECTED = "event.unexpected"
    EVENT_TOO_EARLY = "event.too_early"
    CONNECTION_LOST = "connection.lost"
    CONNECTION_KEPT = "connection.kept"

    # refusals
    NOT_REFUSED = "refusal.none"
    REFUSAL_REASON = "refusal.reason"
    REFUSAL_NAMES = "refusal.names"
    REFUSAL_LEAKS = "refusal.leaks"
    REFUSAL_TELLS = "refusal.tells"
    REFUSAL_EFFECT = "refusal.effect"

    # stored data
    SNAPSHOT_CHANGED = "snapshot.changed"
    TRACES_LEFT = "traces.left"
    BYSTANDER_REACHED = "bystander.reached"

    # agents and the model
    MODEL_ASKED = "model.asked"
    MODEL_NOT_ASKED = "model.not_asked"
    MODEL_NOT_RELEASED = "model.not_released"
    RUN_ENDING = "run.ending"
    RUN_NOT_SHOWN = "run.not_shown"

    # the frame rule: what no act names stays as it was; the earliest place is told first
    FRAME_REFUSED = "frame.refused"
    FRAME_ANSWER = "frame.answer"
    FRAME_EVENTS = "frame.events"
    FRAME_DEVICE = "frame.device"
    FRAME_LIST = "frame.list"
    FRAME_READ = "frame.read"
    FRAME_MESSAGES = "frame.messages"
    FRAME_STORED = "frame.stored"

    # many at once, and time
    NO_ORDER = "history.no_order"
    SESSION_GUARANTEE = "history.session_guarantee"
    WINNERS = "history.winners"
    DEADLOCK = "history.deadlock"
    LATENCY = "latency.exceeded"
    RATIO = "ratio.exceeded"
    EFFORT = "effort.exceeded"
    METRICS_MISSING = "metrics.missing"


class PromiseBroken(AssertionError):
    """The backend under test broke a promise of a feature. Counts as `broken`."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class NotOffered(Exception):
    """The target does not offer what the scenario needs; the message says why. Counts as `not offered`."""


class EnvironmentFailed(Exception):
    """A service or the suite itself failed, so there is no verdict on the backend. Counts as `environment`."""
