"""Operations recorded with their times, and whether one order explains all their outcomes.

Record with `Recorder`, judge with `judge_history` by a `Model`, and with `judge_sessions`.
"""

from support.verdicts.history.operations import CONFLICT, NOT_FOUND, Declined, Operation, Unknown
from support.verdicts.history.recorder import PendingOperation, Recorder
from support.verdicts.history.search import Budget
from support.verdicts.history.sessions import judge_sessions
from support.verdicts.history.thread_existence import Done, ThreadAct, ThreadExistence, seen_presence
from support.verdicts.history.thread_versions import (
    MergeDetails,
    ReadThread,
    ThreadSeen,
    ThreadVersions,
    seen_version,
)
from support.verdicts.history.verdict import HistoryVerdict, judge_history

__all__ = [
    "CONFLICT",
    "NOT_FOUND",
    "Budget",
    "Declined",
    "Done",
    "HistoryVerdict",
    "MergeDetails",
    "Operation",
    "PendingOperation",
    "ReadThread",
    "Recorder",
    "ThreadAct",
    "ThreadExistence",
    "ThreadSeen",
    "ThreadVersions",
    "Unknown",
    "judge_history",
    "judge_sessions",
    "seen_presence",
    "seen_version",
]
