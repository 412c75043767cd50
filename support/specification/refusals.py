"""Which acts a product refuses, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from support.core.text import is_readable
from support.drivers.contract.policy import Policy
from support.drivers.contract.types import Metadata, Reason
from support.specification.acts import Act, Ask, ChangeMetadata, Erase, Rename, SetStatus, Start, Write, metadata_after
from support.specification.state import ThreadState

UNPRINTABLE = "\0"


def refusal_due(state: ThreadState | None, act: Act, policy: Policy) -> Reason | None:
    """Why an act is to be refused that the thread's owner does; None if it is to be done.

    - invalid: a text is empty, too long or no text, details are too deep or too large, or a status is unknown.
    - not found: the conversation was never there, or is erased.
    - conflict: it is at another version than the act is for, its status cannot become the new one, or it is archived
      and takes no question to an agent.

    `state` is None where there is no thread. A refused act changes nothing, and no device receives anything.
    """
    if not is_well_formed(act, policy):
        return Reason.INVALID
    if state is None:
        done = isinstance(act, Start) or (isinstance(act, Erase) and policy.second_erasure == "done")
        return None if done else Reason.NOT_FOUND
    if _conflicts(state, act, policy):
        return Reason.CONFLICT
    if isinstance(act, ChangeMetadata) and not _fits(json.loads(metadata_after(state, act, policy)), policy):
        return Reason.INVALID
    return None


def refusals_possible(state: ThreadState | None, act: Act, policy: Policy) -> tuple[Reason, ...]:
    """Why else an act may be refused: for what only the product knows, its version or whether an agent is at work."""
    if state is None or not is_well_formed(act, policy):
        return ()
    is_condition = state.version is None and getattr(act, "if_version", None) is not None
    is_second = isinstance(act, Ask) and policy.second_question == "refused"
    return (Reason.CONFLICT,) if is_condition or is_second else ()


def _conflicts(state: ThreadState, act: Act, policy: Policy) -> bool:
    """Whether the version, the status or a run of the thread is in the way."""
    condition: int | None = getattr(act, "if_version", None)
    if condition is not None and state.version is not None and condition != state.version:
        return True
    if isinstance(act, SetStatus):
        return not _may_become(state.status, act.status, policy)
    return isinstance(act, Ask) and state.status == "archived"


def is_well_formed(act: Act, policy: Policy) -> bool:
    """Whether a request is acceptable in itself."""
    match act:
        case Start(new, has_unknown_part):
            return new is not None and (
                (not has_unknown_part or policy.unknown_members == "ignored")
                and _is_text(new.title, policy.title_limit, policy)
                and _is_text(new.first_message, policy.message_limit, policy)
                and _fits(new.metadata or {}, policy)
            )
        case Rename(title):
            return _is_text(title, policy.title_limit, policy)
        case SetStatus(status):
            return status in policy.transitions
        case ChangeMetadata(changes):
            return _fits(changes, policy)
        case Write(text) | Ask(text):
            return _is_text(text, policy.message_limit, policy)
        case _:
            return True


def _may_become(before: str, after: str, policy: Policy) -> bool:
    return policy.same_status != "refused" if before == after else after in policy.transitions.get(before, ())


def _is_text(text: str | None, limit: int, policy: Policy) -> bool:
    if text is None:
        return True
    if not is_readable(text) and (policy.blank_text == "refused" or not text):
        return False
    return len(text) <= limit and UNPRINTABLE not in text and is_unicode(text)


def is_unicode(text: str) -> bool:
    """Whether a text is one: half a surrogate pair is none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _fits(metadata: Metadata, policy: Policy) -> bool:
    try:
        text = json.dumps(metadata, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:  # a number that JSON cannot have
        return False
    if not is_unicode(text) or "\\u0000" in text:
        return False
    return len(text.encode()) <= policy.details_limit and _depth(metadata) <= policy.details_depth


def _depth(value: Any) -> int:
    if not isinstance(value, Mapping | list):
        return 0
    parts = cast("Iterable[Any]", value.values() if isinstance(value, Mapping) else value)
    return 1 + max((_depth(one) for one in parts), default=0)
