"""What readers see: blank text, whole characters, and titles that are made of both."""

from __future__ import annotations

import pytest

from support.backend.platform.text import cut, is_readable, without_blank_start
from support.backend.threads.titles import clean, from_message

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize("text", ["", " \n", "\u00a0\u202f", "\u200b\u2060\ufeff", "\u3164\u2800", "\ufe0f", "\u202e"])
def test_text_that_nobody_can_see_is_not_readable(text: str) -> None:
    assert not is_readable(text)
    assert is_readable(f"{text}x")
    assert without_blank_start(f"{text}x y") == "x y"


@pytest.mark.parametrize("text", ["x", "é", "\u0301", "ش", "包", "👍", ".", "\ue000"])
def test_text_that_can_be_seen_is_readable(text: str) -> None:
    assert is_readable(text)


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("boxes", 5, "boxes"),
        ("boxes", 3, "box"),
        (FAMILY * 3, 10, FAMILY),
        ("🇬🇧🇫🇷🇩🇪", 3, "🇬🇧"),
        ("a🇬🇧🇫🇷", 4, "a🇬🇧"),
        ("e\u0323\u0302" * 3, 5, "e\u0323\u0302"),
        ("👍🏽👍🏽", 3, "👍🏽"),
        ("❤️❤️", 3, "❤️"),
        (FAMILY, 3, "👨‍👩"),
    ],
)
def test_a_cut_text_ends_with_a_whole_character_if_it_can(text: str, length: int, expected: str) -> None:
    assert cut(text, length) == expected


def test_titles_have_something_to_read() -> None:
    assert clean("\u200b\n\u3164\n") == ""
    assert clean("\u200b\nBoxes\n") == "Boxes"
    assert clean("\u200b" * 100 + "Boxes") == "Boxes"
    assert from_message("\u200b" * 100 + "Boxes") == "Boxes"
    assert from_message(FAMILY * 10) == FAMILY * 8 + "…"
