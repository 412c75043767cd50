"""Operations recorded with their times, and whether one order explains all their outcomes.

Judge with `judge_history` by a `Model`, and with `judge_sessions`. The specification is the model of threads.
"""

from support.verdicts.history.model import NOT_ALLOWED, Model, NotAllowed, View
from support.verdicts.history.operations import CONFLICT, NOT_FOUND, Declined, Operation, Unknown
from support.verdicts.history.search import Budget
from support.verdicts.history.sessions import Seen, SessionVerdict, judge_sessions
from support.verdicts.history.verdict import HistoryVerdict, judge_history

__all__ = [
    "CONFLICT",
    "NOT_ALLOWED",
    "NOT_FOUND",
    "Budget",
    "Declined",
    "HistoryVerdict",
    "Model",
    "NotAllowed",
    "Operation",
    "Seen",
    "SessionVerdict",
    "Unknown",
    "View",
    "judge_history",
    "judge_sessions",
]
