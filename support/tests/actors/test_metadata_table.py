"""Details as tables write them, and the kinds of their values."""

from __future__ import annotations

from typing import Any

import pytest

from support.actors.metadata_table import HEADER, read_metadata
from support.core.failure import EnvironmentFailed
from support.specification.json_differences import differing


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


def test_a_hard_value_is_read_by_its_name() -> None:
    assert read_metadata([HEADER, ("amount", "named", "2^53 + 1")]) == {"amount": 2**53 + 1}


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"a": [1, None, {"b": "c"}]}, {"a": [1, None, {"b": "c"}]}),
        ({"a": 2}, {"a": 2.0}),
        ({"a": 1.5e300}, {"a": 15 * 10**299}),
        ({"a": 0.0}, {"a": -0.0}),
    ],
)
def test_equal_details_do_not_differ(expected: Any, found: Any) -> None:
    assert list(differing(expected, found)) == []


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [
        ({"a": True}, {"a": 1}, "a: expected True, got 1"),
        ({"a": 0}, {"a": False}, "a: expected 0, got False"),
        ({"a": 1}, {"a": "1"}, "a: expected 1, got '1'"),
        ({"a": None}, {"a": ""}, "a: expected None, got ''"),
        ({"a": 2**53 + 1}, {"a": float(2**53)}, f"a: expected {2**53 + 1}, got {float(2**53)}"),
        ({"a": 1e-7}, {"a": 0}, "a: expected 1e-07, got 0"),
        ({"a": {"b": [1, True]}}, {"a": {"b": [1, 1]}}, "a / b, entry 2: expected True, got 1"),
        ({"a": []}, {"a": {}}, "a: expected [], got {}"),
        ({"a": [None]}, {"a": []}, "a: expected [None], got []"),
        ({"a": []}, {}, "a: expected [], got no such detail"),
        ({}, {"a": 1}, "a: expected no such detail, got 1"),
        ({"a": "é"}, {"a": "e\u0301"}, "a: expected 'é', got 'e\u0301'"),
    ],
)
def test_details_that_differ_are_told_by_their_place(expected: Any, found: Any, difference: str) -> None:
    assert list(differing(expected, found)) == [difference]
