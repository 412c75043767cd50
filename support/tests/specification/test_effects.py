"""What each act does to a thread, and which events are due; and that it does nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drivers.contract.policy import TRANSITIONS, Policy
from support.drivers.contract.types import EventKind, NewThread
from support.specification.acts import (
    EFFECTS,
    Act,
    Ask,
    ChangeMetadata,
    Erase,
    Open,
    Rename,
    SetStatus,
    Start,
    Stop,
    Write,
    effect,
)
from support.specification.json_values import merged_object, written
from support.specification.state import Due, Effect, ThreadState

POLICY = Policy()
STATE = ThreadState("Boxes", "active", '{"a": 1}', 3, ("How many?",), 10.0, 20.0, 1, frozenset({"first"}))
RENAMED = replace(STATE, title="Bags", version=4)
COMPLETED = replace(STATE, status="completed", version=4)
CHANGED = replace(STATE, metadata='{"a": 1, "b": 2}', version=4)
EMPTY = ThreadState(None, "active", "{}", 1)
STARTED = ThreadState("Boxes", "active", '{"a": 1}', 1, ("How many?",))
UPDATED, CREATED, SAID = EventKind.THREAD_UPDATED, EventKind.THREAD_CREATED, EventKind.MESSAGE_CREATED
NOTHING = Effect(STATE)


@pytest.mark.parametrize(
    ("act", "does"),
    [
        (Open(), NOTHING),
        (Rename("Bags"), Effect(RENAMED, (Due(UPDATED, RENAMED),))),
        (Rename("Boxes"), NOTHING),
        (SetStatus("completed"), Effect(COMPLETED, (Due(UPDATED, COMPLETED, change=("active", "completed")),))),
        (SetStatus("active"), NOTHING),
        (ChangeMetadata({"b": 2}), Effect(CHANGED, (Due(UPDATED, CHANGED),))),
        (ChangeMetadata({"a": 1}), NOTHING),
        (ChangeMetadata({"c": None}), NOTHING),
        (ChangeMetadata({}), NOTHING),
        (
            Write("Sixty."),
            Effect(replace(STATE, said=("How many?", "Sixty."), active_at=None), (Due(SAID, text="Sixty."),)),
        ),
        (
            Ask("Why?"),
            Effect(replace(STATE, said=("How many?", "Why?"), active_at=None, runs=2), (Due(SAID, text="Why?"),)),
        ),
        (Stop("second"), Effect(replace(STATE, stopped=frozenset({"first", "second"}), active_at=None))),
        (Erase(), Effect(None, (Due(EventKind.THREAD_DELETED),))),
    ],
    ids=lambda value: None if isinstance(value, Effect) else str(value),  # sets have no order
)
def test_an_act_does_what_is_promised(act: Act, does: Effect) -> None:
    assert effect(STATE, act, POLICY) == does


@pytest.mark.parametrize(
    ("new", "does"),
    [
        (
            NewThread("Boxes", {"a": 1}, "How many?"),
            Effect(STARTED, (Due(CREATED, STARTED), Due(SAID, text="How many?"))),
        ),
        (
            NewThread(),
            Effect(EMPTY, (Due(CREATED, EMPTY),)),
        ),
        (None, Effect(EMPTY, (Due(CREATED, EMPTY),))),
    ],
)
def test_a_start_makes_what_it_was_given(new: NewThread | None, does: Effect) -> None:
    assert effect(None, Start(new), POLICY) == does


@pytest.mark.parametrize(
    ("policy", "act", "after"),
    [
        (Policy(details="replace"), ChangeMetadata({"b": 2}), replace(STATE, metadata='{"b": 2}', version=4)),
        (Policy(details="replace"), ChangeMetadata({"a": 1}), STATE),
        (Policy(details="replace"), ChangeMetadata({}), replace(STATE, metadata="{}", version=4)),
        (Policy(version="opaque"), Rename("Bags"), replace(RENAMED, version=None)),
        (Policy(version="absent"), Rename("Bags"), replace(RENAMED, version=None)),
        (Policy(version="opaque"), Rename("Boxes"), STATE),
        (Policy(same_status="change"), SetStatus("active"), replace(STATE, version=4)),
    ],
)
def test_a_policy_changes_what_an_act_does(policy: Policy, act: Act, after: ThreadState) -> None:
    assert effect(STATE, act, policy).state == after


@pytest.mark.parametrize(("version", "first"), [("rises", 1), ("opaque", None), ("absent", None)])
def test_the_first_version_is_known_where_versions_rise(version: Any, first: int | None) -> None:
    state = effect(None, Start(NewThread()), Policy(version=version)).state
    assert state is not None
    assert state.version == first


MAY_CHANGE: Mapping[type[Any], frozenset[str]] = {
    Open: frozenset(),
    Rename: frozenset({"title", "version"}),
    SetStatus: frozenset({"status", "version", "stopped"}),
    ChangeMetadata: frozenset({"metadata", "version"}),
    Write: frozenset({"said", "active_at"}),
    Ask: frozenset({"said", "active_at", "runs"}),
    Stop: frozenset({"stopped", "active_at"}),
}
"""The parts of a thread that each act may change; starting and erasing make and remove all of it."""
TEXTS = st.text(max_size=3)
METADATA = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2) | st.none() | st.booleans(), max_size=3)
STATUSES = st.sampled_from(list(TRANSITIONS))
STATES = st.builds(
    ThreadState,
    title=st.none() | TEXTS,
    status=STATUSES,
    metadata=METADATA.map(written),
    version=st.none() | st.integers(1, 9),
    said=st.lists(TEXTS, max_size=3).map(tuple),
    created_at=st.none() | st.floats(0, 9),
    active_at=st.none() | st.floats(0, 9),
    runs=st.integers(0, 3),
    stopped=st.frozensets(TEXTS, max_size=2),
)
ACTS: Mapping[type[Any], st.SearchStrategy[Act]] = {
    Open: st.just(Open()),
    Rename: st.builds(Rename, TEXTS),
    SetStatus: st.builds(SetStatus, STATUSES),
    ChangeMetadata: st.builds(ChangeMetadata, METADATA),
    Write: st.builds(Write, TEXTS),
    Ask: st.builds(Ask, TEXTS),
    Stop: st.builds(Stop, TEXTS),
}
POLICIES = st.builds(
    Policy,
    details=st.sampled_from(["merge", "replace"]),
    version=st.sampled_from(["rises", "opaque", "absent"]),
    same_status=st.sampled_from(["nothing", "change", "refused"]),
)


def test_every_act_has_an_effect_and_a_list_of_what_it_may_change() -> None:
    assert set(EFFECTS) == set(get_args(Act)) == {*MAY_CHANGE, Start, Erase}
    assert set(ACTS) == set(MAY_CHANGE)
    assert {name for names in MAY_CHANGE.values() for name in names} <= {one.name for one in fields(ThreadState)}


@pytest.mark.parametrize("kind", MAY_CHANGE, ids=lambda kind: kind.__name__)
def test_what_an_act_does_not_name_stays_as_it_was(kind: type[Any]) -> None:
    """And each part that it may change is changed by some act of this kind."""
    changed: set[str] = set()

    @given(STATES, ACTS[kind], POLICIES)
    def check(state: ThreadState, act: Act, policy: Policy) -> None:
        after = effect(state, act, policy).state
        assert after is not None
        parts = {one.name for one in fields(state) if getattr(after, one.name) != getattr(state, one.name)}
        assert parts <= MAY_CHANGE[kind]
        changed.update(parts)

    check()
    assert changed == MAY_CHANGE[kind]


@given(STATES, st.one_of(*ACTS.values()), POLICIES)
def test_each_change_of_the_thread_and_nothing_else_is_told(state: ThreadState, act: Act, policy: Policy) -> None:
    """An act that makes a new version is due as one event with the thread as it is then."""
    does = effect(state, act, policy)
    assert does.state is not None
    is_changed = any(getattr(does.state, name) != getattr(state, name) for name in ("title", "status", "metadata"))
    updates = [due for due in does.due if due.kind is UPDATED]
    assert len(updates) == (is_changed or (policy.same_status == "change" and isinstance(act, SetStatus)))
    assert all(due.thread == does.state for due in updates)
    assert [due.text for due in does.due if due.kind is SAID] == list(does.state.said[len(state.said) :])
    if is_changed and policy.version == "rises" and state.version is not None:
        assert does.state.version == state.version + 1


@given(STATES, METADATA)
def test_a_change_of_details_is_a_merge(state: ThreadState, changes: dict[str, Any]) -> None:
    after = effect(state, ChangeMetadata(changes), POLICY).state
    assert after is not None
    assert after.metadata == merged_object(state.metadata, changes)


@given(STATES, st.one_of(ACTS[Rename], ACTS[SetStatus]), st.sampled_from([POLICY, Policy(details="replace")]))
def test_what_was_set_is_not_set_twice(state: ThreadState, act: Act, policy: Policy) -> None:
    once = effect(state, act, policy)
    assert effect(once.state, act, policy) == Effect(once.state)


def test_acts_are_told_in_words() -> None:
    acts: list[Act] = [
        Start(NewThread()),
        Open(),
        Rename("Bags", 2),
        SetStatus("completed"),
        ChangeMetadata({"a": "ü", "b": None}, 3),
        Write("Hello"),
        Ask("Why?"),
        Stop("1"),
        Erase(),
    ]
    assert [str(act) for act in acts] == [
        "starts it",
        "reads it",
        "renames it to 'Bags', if it is at version 2",
        "marks it as completed",
        'changes the details by {"a": "ü", "b": null}, if it is at version 3',
        "writes in it",
        "asks an agent in it",
        "stops an agent in it",
        "erases it",
    ]
