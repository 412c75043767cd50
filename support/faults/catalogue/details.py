"""Faults in keeping details with a conversation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import change_what_was_stored, store_empty_conversation

SURVIVE = "Details of every kind survive"
FREE = "The Free plan names the plan that has details"
EXACTLY = "the conversation has exactly these details"


def _each(details: Any, change: Callable[[Any], Any]) -> Any:
    """The same details with every single value changed; what becomes `...` is left out."""
    match details:
        case {**members}:
            changed = {name: _each(value, change) for name, value in members.items()}
            return {name: value for name, value in changed.items() if value is not ...}
        case [*items]:
            return [_each(value, change) for value in items]
        case _:
            return change(details)


def _store_changed(patch: Patch, change: Callable[[Any], Any]) -> None:
    @patch.replace(Seam.STORE_THREAD)
    async def insert(original: Any, connection: Any, customer_id: Any, title: str, metadata: Any) -> Any:
        return await original(connection, customer_id, title, change(metadata))


@fault(Red(SURVIVE, EXACTLY, "'quotes wanted': '3'"))
def details_become_text(patch: Patch) -> None:
    """Numbers, yes and no are kept as text."""
    _store_changed(patch, lambda details: _each(details, lambda value: value if value is None else str(value)))


@fault(Red(SURVIVE, EXACTLY, "reviewer"))
def details_without_value_are_dropped(patch: Patch) -> None:
    """A detail that is there but has no value yet is thrown away."""
    _store_changed(patch, lambda details: _each(details, lambda value: ... if value is None else value))


@fault(Red(SURVIVE, EXACTLY, "note"))
def empty_text_becomes_nothing(patch: Patch) -> None:
    """An empty text comes back as nothing."""
    _store_changed(patch, lambda details: _each(details, lambda value: None if value == "" else value))


@fault(Red(SURVIVE, EXACTLY, "'article': 7"))
def text_that_looks_like_a_number_becomes_one(patch: Patch) -> None:
    """The article number 007 becomes 7."""
    _store_changed(patch, lambda details: _each(details, _as_number))


def _as_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


@fault(Red(SURVIVE, EXACTLY, "12500"))
def fractions_are_lost(patch: Patch) -> None:
    """Amounts are rounded to whole numbers."""
    _store_changed(patch, lambda details: _each(details, lambda v: int(v) if isinstance(v, float) else v))


@fault(Red(SURVIVE, EXACTLY, "project"))
def other_scripts_are_lost(patch: Patch) -> None:
    """Only unaccented Latin letters are kept."""

    def plain(value: Any) -> Any:
        return value.encode("ascii", "ignore").decode() if isinstance(value, str) else value

    _store_changed(patch, lambda details: _each(details, plain))


@fault(Red(SURVIVE, EXACTLY, "tags"))
def lists_are_sorted(patch: Patch) -> None:
    """Lists come back in alphabetical order."""

    def in_order(value: Any) -> Any:
        match value:
            case [*items]:
                return sorted(items)
            case _:
                return value

    _store_changed(patch, lambda details: {name: in_order(value) for name, value in details.items()})


@fault(Red(SURVIVE, EXACTLY, "places"))
def groups_within_groups_are_lost(patch: Patch) -> None:
    """Only one level of grouping is kept."""

    def flat(value: Any) -> Any:
        match value:
            case {**members}:
                return {name: inner for name, inner in members.items() if not isinstance(inner, dict)}
            case _:
                return value

    _store_changed(patch, lambda details: {name: flat(value) for name, value in details.items()})


@fault(Red(SURVIVE, "they are the same when she signs in again", "assert {} =="))
def details_confirmed_and_not_saved(patch: Patch) -> None:
    """Details are shown once and never saved."""
    change_what_was_stored(patch, "metadata = '{}'")


@fault(Red(SURVIVE, "each detail is kept as the kind it was given", "'quotes wanted': 'text'"))
def details_kept_as_text_beneath(patch: Patch) -> None:
    """The database holds every detail as text, so that nothing can be counted or sorted there."""
    _store_changed(patch, lambda details: {name: json.dumps(value) for name, value in details.items()})

    @patch.replace(Seam.SHOWN_THREAD, counts=False)
    def shown(original: Any, row: Any) -> Any:
        answer = original(row)
        kinds = {name: json.loads(value) for name, value in answer.metadata.items()}
        return answer.model_copy(update={"metadata": kinds})


@fault(Red(FREE, "she is told that the Free plan does not include it", "this was to be refused"))
def plan_declared_and_never_checked(patch: Patch) -> None:
    """The price list says that Free has no details, and nobody checks."""

    @patch.replace(Seam.CHECK_PLAN)
    def require(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(FREE, "she is told that the Free plan does not include it", "first offered by None"))
def way_up_not_named(patch: Patch) -> None:
    """A refusal does not say which plan has what was asked for."""

    @patch.replace(Seam.CHECK_PLAN)
    def require(original: Any, *arguments: Any) -> None:
        try:
            original(*arguments)
        except Exception as problem:
            vars(problem)["members"]["available_from"] = None
            raise


@fault(Red(FREE, "she has no conversation", "finds what is not theirs"))
def refused_after_it_is_stored(patch: Patch) -> None:
    """The plan is checked after the conversation has been saved."""

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 403:
            await store_empty_conversation(request)
        return await original(request, error)
