"""What a reader sees of a text: whether there is anything, and which code points make one character."""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})
"""General categories of what nobody sees: spaces, line ends, controls, formats, half surrogates."""
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs that are drawn as nothing."""
_JOINER = "\u200d"


def is_readable(text: str) -> bool:
    """Whether a text has at least one character that can be seen."""
    return any(_is_visible(character) for character in text)


def without_blank_start(text: str) -> str:
    """A text from its first character on that can be seen."""
    return next((text[start:] for start, character in enumerate(text) if _is_visible(character)), "")


def cut(text: str, length: int) -> str:
    """The beginning of a text, at most so many code points, that ends with a whole character as readers see it.

    A character longer than that is cut all the same.
    """
    if len(text) <= length:
        return text
    end = next((end for end in range(length, 0, -1) if _is_boundary(text, end)), length)
    return text[:end]


def _is_visible(character: str) -> bool:
    return not (
        unicodedata.category(character) in _INVISIBLE
        or character in _BLANK_LETTERS
        or _is_variation_selector(character)
    )


def _is_boundary(text: str, at: int) -> bool:
    """Whether one character ends and the next begins here, by Unicode's Annex 29 without Hangul and Indic scripts."""
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # skin tones, tags of flags
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        letters = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
        return letters % 2 == 0
    return True


_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of these are one flag."""


def _is_flag_letter(character: str) -> bool:
    return character in _FLAG_LETTERS


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
