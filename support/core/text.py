"""Characters of a text that a reader cannot see, and those that cannot be written."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Characters of some scripts and of some emoji that are hidden by nature."""
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""Letters, marks and signs that are drawn as nothing."""


def well_formed(text: str) -> str:
    r"""The text with half surrogates, which JSON may hold and UTF-8 cannot, written as `\ud83d`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def is_hidden(character: str) -> bool:
    """Whether a reader cannot see a character, or cannot tell it from a space."""
    if character == " " or character in _JOINERS:
        return False
    return unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf")


def is_readable(text: str) -> bool:
    """Whether a reader can see anything of a text."""
    return any(not (one == " " or one in _JOINERS or one in _BLANK_LETTERS or is_hidden(one)) for one in text)


def hidden_characters(text: str) -> str:
    """The code points and names of the hidden characters in a text, nothing if there are none."""
    return " and a ".join(dict.fromkeys(_name(one) for one in text if is_hidden(one)))


def _name(character: str) -> str:
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'control character').lower()})"
