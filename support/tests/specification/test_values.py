"""Hard values: each is what its name says, keeps to the limits of a policy, and is used by a feature."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.core.failure import EnvironmentFailed
from support.core.settings import PROJECT
from support.core.text import well_formed
from support.drivers.contract.policy import Policy
from support.gherkin.kinds import KINDS, Text
from support.specification.values import (
    DETAIL,
    VALUES,
    Promise,
    Use,
    in_cell,
    piece_of,
    promise_of,
    text_of,
    value_named,
)

SMALL = Policy(title_limit=10, message_limit=300, details_limit=100, details_depth=3)
FEATURES = "\n".join(path.read_text("utf-8") for path in (PROJECT / "features").rglob("*.feature"))
EVERY_USE = [(name, use) for name, value in VALUES.items() for use in sorted(value.uses)]


def depth(value: Any) -> int:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType]
        return 1 + max(map(depth, inner), default=0)  # pyright: ignore[reportUnknownArgumentType]
    return 0


def is_in_limits(value: Any, use: Use, policy: Policy) -> bool:
    if use is Use.DETAIL:
        details = {DETAIL: value}
        size = len(json.dumps(details, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        return size <= policy.details_limit and depth(details) <= policy.details_depth
    return use is Use.SEARCH or len(value) <= (policy.title_limit if use is Use.TITLE else policy.message_limit)


@pytest.mark.parametrize("name", VALUES)
def test_each_value_is_used_by_a_feature(name: str) -> None:
    """In a cell, in quotes, or before the words that say what it is used as."""
    uses = (f"| {name} ", f'named "{name}"', f"{name} as ")
    assert any(use in FEATURES for use in uses)


@pytest.mark.parametrize(("name", "use"), EVERY_USE)
def test_a_value_that_is_kept_can_be_written_and_is_within_the_limits(name: str, use: Use) -> None:
    value = value_named(name, use)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    can_be_kept = (
        is_in_limits(value, use, Policy())
        and text == well_formed(text)
        and "\0" not in text
        and "Infinity" not in text
        and not (VALUES[name].is_blank)
    )
    assert can_be_kept == (promise_of(name) is Promise.KEPT)


@pytest.mark.parametrize(
    ("allowed", "refused", "use"),
    [
        ("the longest text", "a text one character too long", Use.TITLE),
        ("the longest text in emoji", "one emoji too many", Use.MESSAGE),
        ("the deepest details", "details one level too deep", Use.DETAIL),
        ("the largest details", "details one byte too large", Use.DETAIL),
    ],
)
def test_limits_are_those_of_the_policy_exactly(allowed: str, refused: str, use: Use) -> None:
    assert is_in_limits(value_named(allowed, use, SMALL), use, SMALL)
    assert not is_in_limits(value_named(refused, use, SMALL), use, SMALL)


def test_what_a_blank_text_gets_is_the_policy_of_the_product() -> None:
    assert promise_of("only spaces") is Promise.REFUSED
    assert promise_of("only spaces", Policy(blank_text="accepted")) is Promise.KEPT
    assert promise_of("a NUL character", Policy(blank_text="accepted")) is Promise.REFUSED


def test_a_text_of_pieces_is_nothing_else() -> None:
    for name in (name for name, value in VALUES.items() if value.piece):
        assert value_named(name, Use.MESSAGE).replace(piece_of(name), "") == ""
    with pytest.raises(EnvironmentFailed, match=r"family emoji, .*got 'only spaces'"):
        piece_of("only spaces")


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(EnvironmentFailed, match="did you mean 'joined emoji'"):
        value_named("joint emoji", Use.TITLE)
    with pytest.raises(EnvironmentFailed, match="for a title, got 'an empty list', which is for detail"):
        value_named("an empty list", Use.TITLE)


def test_a_sentence_gives_words_or_a_name() -> None:
    read = KINDS["Text"]
    assert read('"2^53"') == Text("2^53", is_name=False)
    assert read('named "2^53"') == read('the text named "2^53"') == Text("2^53", is_name=True)
    assert text_of(Text("only spaces", is_name=False), Use.TITLE) == "only spaces"
    assert text_of(Text("only spaces", is_name=True), Use.TITLE) == "   "


def test_a_cell_gives_words_or_a_name() -> None:
    assert in_cell("only spaces", Use.TITLE) == "only spaces"
    assert in_cell('named "only spaces"', Use.TITLE) == "   "
