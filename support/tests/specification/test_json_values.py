"""JSON values in one written form, and merge patches of them (RFC 7396)."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.specification.json_values import merged, merged_members, merged_object, written

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (1, 1.0), ("1", 1), (None, False), ([], {})])
def test_values_that_python_may_hold_for_equal_are_written_apart(one: Any, other: Any) -> None:
    assert written({"a": one}) != written({"a": other})


def test_the_order_of_names_is_not_written_and_every_letter_is() -> None:
    assert written({"b": 1, "a": "ü"}) == written({"a": "ü", "b": 1}) == '{"a": "ü", "b": 1}'


def test_merges_follow_the_examples_of_the_standard() -> None:
    """Those of RFC 7396, appendix A, that have an object on both sides."""
    examples: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ]
    for old, patch, new in examples:
        after = merged_members({name: written(value) for name, value in old.items()}, patch)
        assert after == {name: written(value) for name, value in new.items()}


@pytest.mark.parametrize(
    ("old", "patch", "new"),
    [
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, "bar", "bar"),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ],
)
def test_merges_of_other_values_follow_the_standard_too(old: Any, patch: Any, new: Any) -> None:
    """Those of RFC 7396, appendix A, without an object on both sides."""
    assert merged(written(old), patch) == written(new)
    assert merged(written(old), None) is None


@given(OBJECTS, OBJECTS)
def test_a_merge_is_that_of_the_standard(old: dict[str, Any], patch: dict[str, Any]) -> None:
    assert merged_object(written(old), patch) == written(standard(old, patch))


@given(OBJECTS, OBJECTS)
def test_a_merge_leaves_what_it_does_not_name_and_can_be_repeated(old: dict[str, Any], patch: dict[str, Any]) -> None:
    after = merged_members({name: written(value) for name, value in old.items()}, patch)
    assert {name: after[name] for name in old.keys() - patch.keys()} == {
        name: written(old[name]) for name in old.keys() - patch.keys()
    }
    assert merged_members(after, patch) == after
    assert after.keys() == (old.keys() | patch.keys()) - {name for name, value in patch.items() if value is None}


def standard(target: Any, patch: Any) -> Any:
    """The function of RFC 7396, section 2, word for word."""
    if not isinstance(patch, dict):
        return patch
    result: dict[str, Any] = dict(cast("dict[str, Any]", target)) if isinstance(target, dict) else {}
    for name, value in cast("dict[str, Any]", patch).items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = standard(result.get(name), value)
    return result
