"""The kinds of words that the parameters of a sentence accept, such as `{title:Title}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

QUOTED = r'"[^"]*"'
NAME = r"[A-Z][a-z]+"


class Title(NamedTuple):
    """A conversation as a sentence names it: `owner` is None where the sentence names none."""

    owner: str | None
    text: str

    def __str__(self) -> str:
        return f'{self.owner}\'s "{self.text}"' if self.owner else f'"{self.text}"'


class Text(NamedTuple):
    """A text as a sentence gives it: its words, or the name of a hard value."""

    words: str
    is_name: bool

    def __str__(self) -> str:
        return f'named "{self.words}"' if self.is_name else f'"{self.words}"'


class Started(NamedTuple):
    """When a conversation was started: after and before the start of others, by their titles; None for no bound."""

    after: str | None
    before: str | None


class Kind:
    """A kind of words in the form that `parse` needs: a regular expression and a conversion."""

    def __init__(self, pattern: str, convert: Callable[[str], Any] = str) -> None:
        self.pattern = pattern
        self.convert = convert

    def __call__(self, string: str) -> Any:
        """The value that the words mean."""
        return self.convert(string)


def _title(text: str) -> Title:
    owner, _, quoted = text.rpartition("'s \"")
    return Title(owner or None, quoted.strip('"'))


def _colleague(words: str) -> str | None:
    """Whose company somebody is of; None for a stranger's."""
    name = words.removeprefix("a colleague of ").removesuffix("'s")
    return None if name == "a stranger" else name


def _text(text: str) -> Text:
    return Text(text[text.index('"') + 1 : -1], is_name=not text.startswith('"'))


def _started(text: str) -> Started:
    bounds = dict(re.findall(r'(after|before) "([^"]*)"', text))
    return Started(bounds.get("after"), bounds.get("before"))


def _number(text: str) -> int:
    return int(text.replace(",", ""))


KINDS = {
    "Who": Kind(rf"{NAME}|each of them"),
    "Whose": Kind(rf"{NAME}'s", lambda text: text.removesuffix("'s")),
    "Count": Kind(r"\d[\d,]*", _number),
    "Seconds": Kind(r"\d+(?:\.\d+)?", float),
    "Plan": Kind(r"Free|Early|Mid|Enterprise", str.lower),
    "Quoted": Kind(QUOTED, lambda text: text[1:-1]),
    "Text": Kind(rf"(?:(?:the text )?named )?{QUOTED}", _text),
    "Title": Kind(rf"(?:{NAME}'s )?{QUOTED}", _title),
    "Word": Kind(r"\w+"),
    "Company": Kind(rf"a stranger|a colleague of {NAME}'s", _colleague),
    "Device": Kind(r"phone|laptop|tablet"),
    "Devices": Kind(rf"{NAME}'s (?:phone|laptop|tablet)|each of {NAME}'s devices"),
    "DeviceState": Kind(
        r"is open|is open in a browser|is open and shows each new conversation|is closed|loses power"
        r"|comes back|comes back and then asks for what it missed"
    ),
    "OnPages": Kind(r"(?: on \d+ pages)?", lambda text: int(text.split()[1]) if text else None),
    "Follows": Kind(r"follows|no longer follows"),
    "Started": Kind(rf"(?:, started (?:after {QUOTED}|before {QUOTED}|after {QUOTED} and before {QUOTED}))?", _started),
    "Unless": Kind(r"(?: unless it has changed since it was opened)?", bool),
    "Order": Kind(r"(?:, in any order)?"),
    "Extent": Kind(r"exactly these events|these events last"),
    "Attempted": Kind(r"it is|each of these is"),
    "Absent": Kind(rf"{QUOTED}|any of (?:their|the erased) conversations"),
    "Erased": Kind(rf"{QUOTED}|the erased conversations"),
    "Subject": Kind(rf"{QUOTED}|the conversation", lambda text: None if text == "the conversation" else text[1:-1]),
    "They": Kind(r"she|he|they"),
    "Together": Kind(
        r"at the same moment|one right after the other"
        r"|at the same moment, in \d+ rounds"
        r"|at the same moment, repeated until it is clear whether \d+ of 100 take at most [\d.]+ seconds?"
    ),
    "Service": Kind(r"the database|the assistant|the product"),
    "Outage": Kind(
        r"is unavailable|drops its connections|is restarted|is back"
        r"|refuses (?:conversations|messages|runs|events|keys)(?: once)?"
    ),
}
"""Every kind, by the name that patterns use."""
