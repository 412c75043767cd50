"""Attributes of a conversation, checked in every place: the answer, a second reading, the list, the database.

A place that the target does not show is missed, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from support.actors.customer import Conversation
from support.actors.metadata_table import HEADER, read_metadata
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.drivers.contract.types import Message, StoredThread, Thread
from support.snapshots.diff import listed
from support.specification.json_differences import differing
from support.specification.values import Use, in_cell, piece_of

FORM = re.compile(r"one line of at most (\d+) characters")
PIECES = re.compile(r'whole characters of "(.+)"')
MARKS_OF_A_CUT = " …."
"""What a product may write at the end of a title that it has cut."""


@dataclass(frozen=True)
class Views:
    """A conversation in every place. `listed` has the statuses under which the owner's lists show it.

    `eyes` says whether the suite can see what is stored; where it cannot, `stored` and `before` are what the owner is
    shown.
    """

    conversation: Conversation
    shown: Thread
    stored: StoredThread
    eyes: bool
    read: tuple[Message, ...]
    listed: tuple[str | None, ...]
    before: StoredThread | None

    @property
    def messages(self) -> tuple[str, ...]:
        """The texts of the messages that were read."""
        return tuple(message.content for message in self.read)

    def miss(self, what: str, *, whole: bool = False) -> None:
        """Count a check that the target does not allow."""
        self.conversation.owner.driver.sight.miss(f"{what} of {self.conversation.title!r}", whole=whole)

    def expect(self, codes: tuple[Code, Code], expected: object, shown: object, stored: object) -> None:
        """A value is the same when read again and in the database."""
        if not self.eyes:
            self.miss(f"the stored {str(codes[0]).partition('.')[0].replace('_', ' ')}")
        for code, where, value in zip(codes, ("when read again", "in the database"), (shown, stored), strict=True):
            if value != expected:
                name = str(code).partition(".")[0]
                raise PromiseBroken(
                    code, f"{self.conversation.title!r}: expected {name} {expected!r}, got {value!r} {where}"
                )

    def last(self) -> StoredThread:
        """The conversation as it was before the first When.

        Raises:
            EnvironmentFailed: it was not there then.
        """
        if self.before is None:
            raise EnvironmentFailed(f"expected {self.conversation.title!r} before the first When, got nothing")
        return self.before


async def look(conversation: Conversation, before: Mapping[str, StoredThread] | None) -> Views:
    """Look at a conversation in every place.

    Raises:
        PromiseBroken: a place lacks it, the database has another owner, or the list or the second reading differs.
    """
    owner, durable = conversation.owner, conversation.owner.driver.durable
    stored = None if durable is None else await durable.thread(conversation.id)
    shown = await conversation.read()
    if durable is not None:
        _expect_stored(conversation, stored)
    listed = {
        status: one for status, found in (await owner.lists()).items() for one in found if one.id == conversation.id
    }
    if strange := [one for one in listed.values() if one != shown]:
        raise PromiseBroken(
            Code.LISTED_DIFFERS, f"{conversation.title!r}: expected {shown} in the list, got {strange[0]}"
        )
    again = await conversation.read()
    if again != shown:
        raise PromiseBroken(
            Code.SECOND_READING, f"{conversation.title!r}: expected {shown} when read a second time, got {again}"
        )
    return Views(
        conversation,
        shown,
        stored or await as_shown(conversation),
        durable is not None,
        tuple(await conversation.messages()),
        tuple(listed),
        (before or {}).get(conversation.id),
    )


async def as_shown(conversation: Conversation) -> StoredThread:
    """A conversation as its owner is shown it, in the form of stored data."""
    thread = await conversation.read()
    return StoredThread(
        id=thread.id,
        owner_id=conversation.owner.account.id,
        title=thread.title,
        status=thread.status,
        metadata=thread.metadata,
        messages=tuple(message.content for message in await conversation.messages()),
        version=thread.version,
        last_activity_at=thread.last_activity_at,
    )


def _expect_stored(conversation: Conversation, stored: StoredThread | None) -> None:
    owner = conversation.owner
    if stored is None:
        raise PromiseBroken(Code.NOT_STORED, f"expected {conversation.title!r} in the database, got nothing")
    if stored.owner_id != owner.account.id:
        raise PromiseBroken(
            Code.OWNER_STORED, f"expected {conversation.title!r} under {owner.name} in the database, got another owner"
        )


async def expect_attributes(
    conversation: Conversation, table: Sequence[Sequence[str]], before: Mapping[str, StoredThread] | None
) -> None:
    """The conversation has the values of a table: attribute and value, or the details with kind and value.

    Raises:
        PromiseBroken: it does not, in one of the places.
        EnvironmentFailed: an attribute or a value is unknown.
    """
    views = await look(conversation, before)
    if list(table[0]) == HEADER:
        _expect_metadata(views, read_metadata(table, conversation.owner.driver.policy))
        return
    for name, value in table:
        if name not in ATTRIBUTES:
            raise EnvironmentFailed(f"expected one of the attributes {', '.join(ATTRIBUTES)}, got {name!r}")
        ATTRIBUTES[name](views, value)


async def expect_unchanged(conversation: Conversation, before: Mapping[str, StoredThread] | None) -> None:
    """The conversation is as it was before the first When, for its owner and in the database.

    Raises:
        PromiseBroken: it is not.
    """
    views = await look(conversation, before)
    if not views.eyes:
        views.miss("stored data")
    _expect_as_stored(views)
    if views.stored != views.last():
        raise PromiseBroken(
            Code.CHANGED, f"{conversation.title!r}: expected it unchanged, {views.last()}, got {views.stored}"
        )


def _expect_as_stored(views: Views) -> None:
    shown = replace(
        views.stored,
        title=views.shown.title,
        status=views.shown.status,
        metadata=views.shown.metadata,
        messages=views.messages,
        version=views.shown.version,
        last_activity_at=views.shown.last_activity_at,
    )
    if shown != views.stored:
        raise PromiseBroken(
            Code.CHANGED, f"{views.conversation.title!r}: expected {views.stored} as in the database, got {shown}"
        )


def _title(views: Views, value: str) -> None:
    title = views.shown.title
    answered = views.conversation.answered
    if answered is not None and answered.title != title:
        raise PromiseBroken(Code.TITLE_SHOWN, f"expected the title {answered.title!r} of the answer, got {title!r}")
    if form := FORM.fullmatch(value):
        if not title or "\n" in title or len(title) > int(form[1]):
            raise PromiseBroken(Code.TITLE_FORM, f"expected a title of {value}, got {title!r}")
        value = title
    elif pieces := PIECES.fullmatch(value):
        piece, kept = piece_of(pieces[1]), title.rstrip(MARKS_OF_A_CUT)
        if not kept or kept.replace(piece, ""):
            raise PromiseBroken(Code.TITLE_FORM, f"expected a title of whole {piece!r} alone, got {title!r}")
        value = title
    else:
        value = in_cell(value, Use.TITLE, views.conversation.owner.driver.policy)
    views.expect((Code.TITLE_SHOWN, Code.TITLE_STORED), value, title, views.stored.title)


def _title_begins(views: Views, value: str) -> None:
    if not views.shown.title.startswith(value):
        raise PromiseBroken(Code.TITLE_FORM, f"expected a title that begins {value!r}, got {views.shown.title!r}")


def _status(views: Views, value: str) -> None:
    views.conversation.owner.driver.sight.need(views.conversation.owner.driver.status, "status")
    views.expect((Code.STATUS_SHOWN, Code.STATUS_STORED), value, views.shown.status, views.stored.status)
    if views.listed != (value,):
        raise PromiseBroken(
            Code.STATUS_LISTED,
            f"{views.conversation.title!r}: expected it in the list of {value} conversations alone, "
            f"got it in the lists {list(views.listed)}",
        )


def _messages(views: Views, value: str) -> None:
    policy = views.conversation.owner.driver.policy
    expected = tuple(in_cell(one, Use.MESSAGE, policy) for one in value.split("; ")) if value else ()
    views.expect((Code.MESSAGES_SHOWN, Code.MESSAGES_STORED), expected, views.messages, views.stored.messages)


def _metadata(views: Views, value: str) -> None:
    if value != "as given":
        raise EnvironmentFailed(f"expected the details 'as given', got {value!r}; write a table with {HEADER} instead")
    _expect_metadata(views, dict(views.conversation.given.metadata or {}))


def _expect_metadata(views: Views, expected: Mapping[str, Any]) -> None:
    answered = views.conversation.answered
    for code, where, details in (
        (Code.METADATA_ANSWERED, "in the answer", answered.metadata if answered is not None else expected),
        (Code.METADATA_SHOWN, "when read again", views.shown.metadata),
        (Code.METADATA_STORED, "in the database", views.stored.metadata),
    ):
        if differences := list(differing(dict(expected), dict(details))):
            raise PromiseBroken(code, f"{views.conversation.title!r}: {listed(differences)}; {where}")


def _last_activity(views: Views, value: str) -> None:
    now, shown, before = views.stored.last_activity_at, views.shown.last_activity_at, views.last().last_activity_at
    if value != "later than before":
        raise EnvironmentFailed(f"expected the last activity 'later than before', got {value!r}")
    if now is None or before is None:
        views.miss("the last activity", whole=True)
        return
    if shown != now:
        raise PromiseBroken(Code.ACTIVITY_SHOWN, f"expected the last activity {now} of the database, got {shown}")
    if now <= before:
        raise PromiseBroken(Code.ACTIVITY_STORED, f"expected a last activity later than {before}, got {now}")


def _version(views: Views, value: str) -> None:
    if value != "one later than before":
        raise EnvironmentFailed(f"expected the version 'one later than before', got {value!r}")
    before = views.last().version
    if before is None:
        views.miss("the version", whole=True)
        return
    expected = before + 1
    views.expect((Code.VERSION_SHOWN, Code.VERSION_STORED), expected, views.shown.version, views.stored.version)


def _export(views: Views, value: str) -> None:
    if value != "equal to what is read":
        raise EnvironmentFailed(f"expected the export 'equal to what is read', got {value!r}")
    exported, what = views.conversation.exported, f"{views.conversation.title!r}"
    if exported is None:
        raise EnvironmentFailed(f"expected {what} to be exported before, got no such step")
    if exported.thread != views.shown:
        raise PromiseBroken(Code.EXPORT_DIFFERS, f"{what}: expected {views.shown} in the export, got {exported.thread}")
    if exported.messages != views.read:
        raise PromiseBroken(
            Code.EXPORT_DIFFERS, f"{what}: expected the messages {views.read} in the export, got {exported.messages}"
        )


def _repeated_answer(views: Views, value: str) -> None:
    if value != "the first answer":
        raise EnvironmentFailed(f"expected the repeated answer 'the first answer', got {value!r}")
    repeats, what = views.conversation.repeats, f"{views.conversation.title!r}"
    if not repeats:
        raise EnvironmentFailed(f"expected a request about {what} to be repeated with its key, got no such step")
    for first, again in repeats:
        if again != first:
            raise PromiseBroken(
                Code.REPEAT_ANSWERED, f"{what}: expected the first answer, {first}, to the repetition, got {again}"
            )


ATTRIBUTES: dict[str, Callable[[Views, str], None]] = {
    "title": _title,
    "title begins": _title_begins,
    "status": _status,
    "messages": _messages,
    "details": _metadata,
    "last activity": _last_activity,
    "version": _version,
    "export": _export,
    "repeated answer": _repeated_answer,
}
"""The attributes that a table may have, by the word of the features."""
