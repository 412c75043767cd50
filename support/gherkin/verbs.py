"""The forms of the verbs that acts use: a closed table, because rules guess wrong (hold, held)."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """`present` as in "she starts", `base` as in "tries to start", `participle` as in "has started"."""

    present: str
    base: str
    participle: str


VERBS = {
    verb.present: verb
    for verb in (
        Verb("adds", "add", "added"),
        Verb("asks", "ask", "asked"),
        Verb("changes", "change", "changed"),
        Verb("erases", "erase", "erased"),
        Verb("exports", "export", "exported"),
        Verb("gets", "get", "got"),
        Verb("marks", "mark", "marked"),
        Verb("opens", "open", "opened"),
        Verb("reads", "read", "read"),
        Verb("renames", "rename", "renamed"),
        Verb("searches", "search", "searched"),
        Verb("signs", "sign", "signed"),
        Verb("starts", "start", "started"),
        Verb("stops", "stop", "stopped"),
        Verb("writes", "write", "written"),
    )
}


def verb(present: str) -> Verb:
    """The forms of a verb, from the form in "she starts".

    Raises:
        ValueError: the table does not have it.
    """
    if present not in VERBS:
        raise ValueError(f"expected one of the verbs {', '.join(VERBS)}, got {present!r}: add its forms to {__name__}")
    return VERBS[present]
