"""The recorded calls of performers become the operations of a history, and nothing else does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from support.core.failure import PromiseBroken
from support.drivers.contract.access import AccessAct, Subject
from support.drivers.contract.types import (
    Account,
    Malformed,
    Message,
    NewThread,
    Reason,
    Refusal,
    Run,
    Thread,
)
from support.drivers.recording import Call, Lost
from support.specification.acts import Act, Ask, ChangeMetadata, Erase, Open, Rename, SetStatus, Start, Stop, Write
from support.specification.calls import ACTS, act_of, thread_of
from support.specification.history import Shown, ThreadHistory, ThreadOperation
from support.specification.state import state_of
from support.verdicts.history import Declined, Unknown, judge_history
from support.workloads.operations import operations_of

MIA = Account("m", "Mia", "a company", "", "", "mid")
THREAD = Thread("1", "Boxes", "active", {"a": 1}, 1, 0, 10.0, 10.0)
RUN = Run("r", "1", "queued", None)
NAMES = {"1": "Boxes"}


def call(
    number: int, name: str, arguments: Mapping[str, Any], outcome: object, performer: str | None = "Mia 1"
) -> Call:
    ended = math.inf if outcome is Lost.LOST else number + 0.5
    return Call(number, name, MIA, dict(arguments), ("a step", 1), performer, float(number), ended, outcome)


IT = {"thread_id": "1"}
NEW = NewThread("Boxes")


@pytest.mark.parametrize(
    ("name", "arguments", "answer", "act"),
    [
        ("threads.create", {"new": NEW}, THREAD, Start(NEW)),
        ("titles.create", {"new": NEW}, THREAD, Start(NEW)),
        ("strict_input.create_posing", {"new": NEW, "owner": MIA, "place": "x"}, THREAD, Start(NEW)),
        (
            "strict_input.create_malformed",
            {"malformed": Malformed.TITLE_A_NUMBER, "stranger": MIA},
            THREAD,
            Start(None),
        ),
        (
            "strict_input.create_malformed",
            {"malformed": Malformed.UNKNOWN_PART, "stranger": MIA},
            THREAD,
            Start(NewThread(), has_unknown_part=True),
        ),
        ("threads.read", IT, THREAD, Open()),
        ("status.set", {**IT, "status": "archived"}, THREAD, SetStatus("archived")),
        ("threads.delete", IT, None, Erase()),
        ("metadata.merge", {**IT, "changes": {"b": 2}}, THREAD, ChangeMetadata({"b": 2})),
        ("versions.merge", {**IT, "changes": {"b": 2}, "version": 4}, THREAD, ChangeMetadata({"b": 2}, 4)),
        ("messages.list", IT, [], Open()),
        ("messages.post", {**IT, "content": "Hello"}, Message("m", "1", 1, "user", "Hello"), Write("Hello")),
        ("runs.start", {**IT, "question": "Why?"}, RUN, Ask("Why?")),
        ("run_lists.list", IT, [RUN], Open()),
        ("renaming.rename", {**IT, "title": "Bags"}, THREAD, Rename("Bags")),
        ("versions.rename", {**IT, "title": "Bags", "version": 4}, THREAD, Rename("Bags", 4)),
        ("versions.set_status", {**IT, "status": "archived", "version": 4}, THREAD, SetStatus("archived", 4)),
        ("exports.export", IT, None, Open()),
        ("keyed.create", {"new": NEW, "key": "k"}, THREAD, Start(NEW)),
        ("keyed.post", {**IT, "content": "Hello", "key": "k"}, Message("m", "1", 1, "user", "Hello"), Write("Hello")),
        ("keyed.ask", {**IT, "question": "Why?", "key": "k"}, RUN, Ask("Why?")),
    ],
)
def test_a_call_is_an_act_on_a_thread(name: str, arguments: Mapping[str, Any], answer: object, act: Act) -> None:
    assert act_of(name, arguments) == act
    assert thread_of(arguments, answer, {}) == "1"
    [operation] = operations_of([call(3, name, arguments, answer)], NAMES)
    assert (operation.number, operation.session, operation.object, operation.act) == (3, "Mia 1", "Boxes", act)
    assert (operation.invoked, operation.completed) == (3.0, 3.5)


def test_every_call_of_the_table_is_tried() -> None:
    [mark] = test_a_call_is_an_act_on_a_thread.pytestmark  # pyright: ignore[reportFunctionMemberAccess]
    assert {name for name, *_rest in mark.args[1]} | {"cancellation.cancel"} == set(ACTS)


def test_a_run_is_stopped_in_its_thread() -> None:
    start = call(1, "runs.start", {**IT, "question": "Why?"}, RUN, None)
    stop = call(2, "cancellation.cancel", {"run_id": "r"}, None)
    assert [one.act for one in operations_of([start, stop], NAMES)] == [Stop("r")]
    assert list(operations_of([stop], NAMES)) == []


@pytest.mark.parametrize(
    "other",
    [
        call(1, "threads.read", {"thread_id": "2"}, THREAD),
        call(1, "threads.read", IT, THREAD, None),
        call(1, "threads.list", {}, [THREAD]),
        call(1, "search.find", {"query": None}, [THREAD]),
        call(1, "access.attempt", {"act": AccessAct.OPEN, "subject": Subject("1", "")}, None),
        call(1, "threads.create", {"new": NEW}, Refusal(Reason.LIMIT, "No.", (), "")),
    ],
    ids=["another thread", "no performer", "a list", "a search", "an attempt", "a start of nothing"],
)
def test_other_calls_are_no_operations(other: Call) -> None:
    assert list(operations_of([other], NAMES)) == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (THREAD, Shown(1, '{"a": 1}', "active", "Boxes")),
        (None, Shown()),
        (Refusal(Reason.CONFLICT, "No.", (), "", version=4), Declined("conflict", 4)),
        (Refusal(Reason.NOT_FOUND, "No.", (), ""), Declined("not found")),
        (Lost.LOST, Unknown("no answer")),
    ],
)
def test_an_answer_is_an_outcome(answer: object, outcome: object) -> None:
    [operation] = operations_of([call(1, "threads.read", IT, answer)], NAMES)
    assert operation.outcome == outcome
    assert math.isinf(operation.completed) is (answer is Lost.LOST)


Row = tuple[str, Mapping[str, Any], object]


def operations(rows: Sequence[Row]) -> list[ThreadOperation]:
    calls = [call(number, name, {**IT, **more}, answer) for number, (name, more, answer) in enumerate(rows)]
    return list(operations_of(calls, NAMES))


CHANGED = Thread("1", "Boxes", "active", {"a": 1, "b": 2}, 2, 0, 10.0, 10.0)
GONE = Refusal(Reason.NOT_FOUND, "No.", (), "")


def test_versions_and_erasures_are_judged_in_one_history() -> None:
    model = ThreadHistory({"Boxes": state_of(THREAD)})
    honest: list[Row] = [
        ("threads.read", {}, THREAD),
        ("metadata.merge", {"changes": {"b": 2}}, CHANGED),
        ("versions.merge", {"changes": {"b": 3}, "version": 1}, Refusal(Reason.CONFLICT, "No.", (), "", version=2)),
        ("threads.delete", {}, None),
        ("threads.read", {}, GONE),
    ]
    judge_history(operations(honest), model).expect_linearizable()
    for place, wrong in ((0, CHANGED), (1, THREAD), (2, CHANGED), (3, GONE), (4, CHANGED)):
        rows = [*honest[:place], (*honest[place][:2], wrong), *honest[place + 1 :]]
        with pytest.raises(PromiseBroken):
            judge_history(operations(rows), model).expect_linearizable()
