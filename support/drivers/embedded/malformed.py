"""Requests to start a thread that the embedded backend must refuse."""

from __future__ import annotations

import json
from typing import Any

from support.drivers.contract.types import Account, Malformed


def request_body(malformed: Malformed, stranger: Account) -> bytes:
    """The body of a request that is good but for the one thing named."""
    body: dict[str, Any] = {"title": "Boxes for spring", "metadata": {"project": "spring"}}
    body |= _wrong_members(malformed, stranger)
    content = json.dumps(body).encode()
    return content[: len(content) // 2] if malformed is Malformed.UNREADABLE else content


def _wrong_members(malformed: Malformed, stranger: Account) -> dict[str, Any]:
    deep: dict[str, Any] = {}
    for _level in range(40):
        deep = {"inner": deep}
    wrong: dict[Malformed, dict[str, Any]] = {
        Malformed.TITLE_A_NUMBER: {"title": 7},
        Malformed.TITLE_EMPTY: {"title": ""},
        Malformed.TITLE_TOO_LONG: {"title": "box " * 750},
        Malformed.TITLE_UNPRINTABLE: {"title": "Boxes\u0000for spring"},
        Malformed.MESSAGE_EMPTY: {"first_message": ""},
        Malformed.MESSAGE_TOO_LONG: {"first_message": "box " * 50_000},
        Malformed.DETAILS_A_LIST: {"metadata": ["spring"]},
        Malformed.DETAILS_TOO_DEEP: {"metadata": deep},
        Malformed.DETAILS_TOO_LARGE: {"metadata": {"picture": "x" * 200_000}},
        Malformed.DETAILS_UNPRINTABLE: {"metadata": {"project": "spring\u0000"}},
        Malformed.OWNER_GIVEN: {"customer_id": stranger.id},
        Malformed.UNKNOWN_PART: {"colour": "green"},
    }
    return wrong.get(malformed, {})
