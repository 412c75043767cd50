"""Faults in the details of a conversation: storing them, changing them, and the plan that includes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, change_refusal, change_result, instead, skip
from support.faults.makers.requests import store_when_refused
from support.faults.makers.storage import (
    change_what_was_stored,
    keep_in_memory,
    read_stale,
    remember,
    show_also,
    sql_at_start,
)
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

Change = Callable[[Any], Any]


def _each(value: Any, change: Change) -> Any:
    """The same details with each single value changed; a value that becomes `...` is left out."""
    match value:
        case {**members}:
            changed = {name: _each(inner, change) for name, inner in members.items()}
            return {name: inner for name, inner in changed.items() if inner is not ...}
        case [*items]:
            return [_each(item, change) for item in items]
        case _:
            return change(value)


def _store_each(patch: Patch, change: Change) -> None:
    change_call(patch, Seam.STORE_THREAD, metadata=lambda metadata: _each(metadata, change))


def _store_top(patch: Patch, change: Change) -> None:
    change_call(
        patch, Seam.STORE_THREAD, metadata=lambda metadata: {name: change(value) for name, value in metadata.items()}
    )


def _sorted(value: Any) -> Any:
    return sorted(cast("list[Any]", value)) if isinstance(value, list) else value


def _flat(value: Any) -> Any:
    match value:
        case {**members}:
            return {name: inner for name, inner in members.items() if not isinstance(inner, dict)}
        case _:
            return value


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def details_become_text(patch: Patch) -> None:
    """Numbers and yes or no are stored as text."""
    _store_each(patch, lambda value: value if value is None else str(value))


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def details_without_a_value_are_dropped(patch: Patch) -> None:
    """A detail that has no value yet is thrown away."""
    _store_each(patch, lambda value: ... if value is None else value)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def empty_text_becomes_no_value(patch: Patch) -> None:
    """An empty text comes back as no value."""
    _store_each(patch, lambda value: None if value == "" else value)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def digits_become_numbers(patch: Patch) -> None:
    """The article number 007 becomes 7."""
    _store_each(patch, lambda value: int(value) if isinstance(value, str) and value.isdigit() else value)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def fractions_are_lost(patch: Patch) -> None:
    """Amounts are cut to whole numbers."""
    _store_each(patch, lambda value: int(value) if isinstance(value, float) else value)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def other_scripts_are_lost(patch: Patch) -> None:
    """Only plain Latin letters are stored."""
    _store_each(patch, lambda value: value.encode("ascii", "ignore").decode() if isinstance(value, str) else value)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def lists_are_sorted(patch: Patch) -> None:
    """Lists come back in alphabetical order."""
    _store_top(patch, _sorted)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_ANSWERED))
def nested_groups_are_lost(patch: Patch) -> None:
    """Only one level of grouped details is stored."""
    _store_top(patch, _flat)


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_SHOWN))
def details_are_confirmed_and_not_stored(patch: Patch) -> None:
    """Details are shown once and never stored."""
    change_what_was_stored(patch, "metadata = '{}'")


@fault(breaks("TL-02.1", at="threads:has", code=Code.METADATA_STORED))
def details_are_text_in_the_database(patch: Patch) -> None:
    """The database holds each detail as text, so that nobody can count or sort by it."""
    _store_top(patch, json.dumps)
    show_also(patch, lambda row: {"metadata": {name: json.loads(value) for name, value in row["metadata"].items()}})


@fault(breaks("TL-02.2", "TL-19.21", at="refusals:is_refused", code=Code.NOT_REFUSED))
def plan_is_never_checked(patch: Patch) -> None:
    """The price list says what the Free plan lacks, and the product does not check."""
    skip(patch, Seam.CHECK_PLAN)


@fault(breaks("TL-02.2", at="refusals:is_refused", code=Code.REFUSAL_NAMES))
def refusal_does_not_name_the_plan(patch: Patch) -> None:
    """A refusal does not say which plan includes details."""
    change_refusal(patch, Seam.CHECK_PLAN, lambda problem, _call: problem.members.update(available_from=None))


@fault(breaks("TL-02.2", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def plan_is_checked_after_storing(patch: Patch) -> None:
    """The product checks the plan after it has stored the conversation."""
    store_when_refused(patch, 403)


@fault(breaks("TL-10.1", at="threads:has", code=Code.METADATA_ANSWERED))
def changing_one_detail_replaces_all(patch: Patch) -> None:
    """Changing one detail throws all others away."""
    instead(
        patch,
        Seam.MERGE_METADATA,
        lambda call: {name: value for name, value in call.change.items() if value is not None},
    )


@fault(breaks("TL-10.1", at="threads:has", code=Code.METADATA_ANSWERED))
def removed_details_stay_without_a_value(patch: Patch) -> None:
    """A removed detail stays there without a value."""
    change_result(
        patch,
        Seam.MERGE_METADATA,
        lambda merged, call: merged | {name: None for name, value in call.change.items() if value is None},
    )


@fault(breaks("TL-10.1", at="threads:has", code=Code.METADATA_ANSWERED))
def changing_part_of_a_group_replaces_the_group(patch: Patch) -> None:
    """Changing one detail of a group throws the others of the group away."""
    instead(
        patch,
        Seam.MERGE_METADATA,
        lambda call: {name: value for name, value in (call.old | call.change).items() if value is not None},
    )


@fault(breaks("TL-10.1", at="threads:has", code=Code.METADATA_ANSWERED))
def changed_lists_are_appended(patch: Patch) -> None:
    """A new list is added to the old one instead of replacing it."""

    def append(merged: Any, call: Call) -> Any:
        longer = {
            name: call.old[name] + new for name, new in call.change.items() if isinstance(call.old.get(name), list)
        }
        return merged | longer

    change_result(patch, Seam.MERGE_METADATA, append)


@fault(breaks("TL-10.1", at="threads:has", code=Code.LISTED_DIFFERS))
def old_details_are_read_from_memory(patch: Patch) -> None:
    """A conversation always shows the details that it began with."""
    read_stale(patch, remember(patch, Seam.STORE_THREAD))


@fault(breaks("TL-10.2", at="threads:has", code=Code.METADATA_SHOWN))
def restarting_deletes_details(patch: Patch) -> None:
    """When the product starts, it deletes details that it does not know."""
    sql_at_start(patch, "UPDATE threads SET metadata = metadata - 'due'")


@fault(breaks("TL-10.2", at="threads:has", code=Code.METADATA_SHOWN))
def changed_details_are_in_memory_only(patch: Patch) -> None:
    """Changed details are in the product's memory and not in the database."""
    keep_in_memory(patch, "metadata")


@fault(breaks("TL-10.1", at="threads:has", code=Code.SECOND_READING))
def changed_details_are_shown_once(patch: Patch) -> None:
    """Changed details are shown once; from then on the old ones are shown."""
    first = remember(patch, Seam.STORE_THREAD)
    looked: set[Any] = set()

    def again(call: Call) -> bool:
        seen = call.thread_id in looked
        looked.add(call.thread_id)
        return seen

    instead(patch, Seam.READ_THREAD, lambda call: first[call.thread_id], when=again)
