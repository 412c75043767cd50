"""Details as tables write them, and the kinds of their values."""

from __future__ import annotations

import pytest

from support.actors.metadata_table import HEADER, kinds_of, read_metadata
from support.core.failure import EnvironmentFailed


def test_each_kind_is_read_and_named_again() -> None:
    rows = [
        ("project", "text", "Paper"),
        ("boxes", "number", "12"),
        ("price", "number", "0.5"),
        ("urgent", "yes/no", "yes"),
        ("paid", "yes/no", "no"),
        ("note", "nothing", ""),
        ("sizes", "list", "small, large"),
        ("budget / amount", "number", "40"),
        ("budget / in / currency", "text", "GBP"),
    ]
    metadata = read_metadata([HEADER, *rows])
    assert metadata == {
        "project": "Paper",
        "boxes": 12,
        "price": 0.5,
        "urgent": True,
        "paid": False,
        "note": None,
        "sizes": ["small", "large"],
        "budget": {"amount": 40, "in": {"currency": "GBP"}},
    }
    assert isinstance(metadata["boxes"], int)
    assert kinds_of(metadata) == {path: kind for path, kind, _ in rows}


def test_what_is_removed_is_null_in_a_change() -> None:
    assert read_metadata([HEADER, ("project", "removed", "")]) == {"project": None}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([["detail", "value"], ("a", "b")], "expected the columns"),
        ([HEADER, ("boxes", "number", "many")], "expected a number in the table's 'boxes', got 'many'"),
        ([HEADER, ("urgent", "yes/no", "maybe")], "expected a yes/no in the table's 'urgent', got 'maybe'"),
        ([HEADER, ("day", "date", "Monday")], "expected a date in the table's 'day', got 'Monday'"),
    ],
)
def test_a_table_that_says_no_details_is_refused(table: list[list[str]], message: str) -> None:
    with pytest.raises(EnvironmentFailed, match=message):
        read_metadata(table)
