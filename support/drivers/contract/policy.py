"""The differences between honest products: what a target promises where products may differ.

A profile gives a target's own policy. A policy is never accused; breaking one's own policy is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    "active": ("completed", "archived"),
    "completed": ("active", "archived"),
    "archived": ("active",),
}


def _says(sentences: Mapping[Any, str] | str, *, default: Any) -> Any:
    """A field with its default and its sentence: one for each value, or one with a place for the value."""
    return field(default=default, metadata={"sentences": sentences})


@dataclass(frozen=True)
class Policy:
    """What a target promises. The defaults are those of most products; limits count characters, bytes and levels."""

    details: Literal["merge", "replace"] = _says(
        {
            "merge": "A change of details changes the details that it names, and removes those given as nothing.",
            "replace": "A change of details replaces all details.",
        },
        default="merge",
    )
    version: Literal["rises", "opaque", "absent"] = _says(
        {
            "rises": "Each change of title, status or details makes the version one later.",
            "opaque": "Each change of title, status or details makes another version.",
            "absent": "Conversations have no version.",
        },
        default="rises",
    )
    transitions: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: TRANSITIONS,
        metadata={"sentences": "A status can change as in {}; other changes are refused."},
    )
    same_status: Literal["nothing", "change", "refused"] = _says(
        {
            "nothing": "To mark a conversation with the status that it has changes nothing.",
            "change": "To mark a conversation with the status that it has is a change.",
            "refused": "To mark a conversation with the status that it has is refused.",
        },
        default="nothing",
    )
    second_question: Literal["queued", "refused", "beside"] = _says(
        {
            "queued": "A question in a conversation with an agent at work waits until that agent has ended.",
            "refused": "A question in a conversation with an agent at work is refused.",
            "beside": "A question in a conversation with an agent at work is answered beside the first.",
        },
        default="queued",
    )
    unknown_members: Literal["refused", "ignored"] = _says(
        {
            "refused": "A request with an unknown part is refused.",
            "ignored": "An unknown part of a request is ignored.",
        },
        default="refused",
    )
    blank_text: Literal["refused", "accepted"] = _says(
        {
            "refused": "A title or a message in which nothing can be read is refused.",
            "accepted": "A title or a message in which nothing can be read is accepted.",
        },
        default="refused",
    )
    second_erasure: Literal["not found", "done"] = _says(
        {
            "not found": "To erase what has been erased is refused: there is no such conversation.",
            "done": "To erase what has been erased is confirmed again.",
        },
        default="not found",
    )
    list_order: Literal["last activity", "creation", "none"] = _says(
        {
            "last activity": "Lists have the conversation with the latest activity first.",
            "creation": "Lists have the conversation that was started last first.",
            "none": "Lists have no promised order.",
        },
        default="last activity",
    )
    erasure_reaches: Literal["every device", "open devices"] = _says(
        {
            "every device": "A device that was away while a conversation was erased is told when it comes back.",
            "open devices": "Only devices that are open while a conversation is erased are told.",
        },
        default="every device",
    )
    run_may_end_unstarted: bool = _says(
        {
            True: "A run that was stopped while it waited ends without having started.",
            False: "Every run starts before it ends.",
        },
        default=True,
    )
    title_limit: int = _says("A title has at most {} characters.", default=200)
    message_limit: int = _says("A message has at most {} characters.", default=20_000)
    details_limit: int = _says("The details of a conversation take at most {} bytes as JSON.", default=16 * 1024)
    details_depth: int = _says("Details are nested at most {} levels deep.", default=5)

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Each policy by name, as a sentence about this target."""
        for one in fields(self):
            value, said = getattr(self, one.name), one.metadata["sentences"]
            yield one.name, said.format(_shown(value)) if isinstance(said, str) else said[value]


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{before} to {' or '.join(after)}" for before, after in value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return f"{value:,}" if isinstance(value, int) else str(value)
