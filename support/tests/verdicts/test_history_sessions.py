"""What each session is promised by itself."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from support.core.failure import Code, PromiseBroken
from support.drivers.contract.types import NewThread
from support.specification.acts import ChangeMetadata, Erase, Open, Start, Write
from support.specification.history import Shown, seen_presence, seen_version
from support.tests.verdicts.history_register import operation
from support.verdicts.history.model import AnyOperation
from support.verdicts.history.operations import CONFLICT, NOT_FOUND, Declined, Unknown
from support.verdicts.history.sessions import Guarantee, SessionVerdict, judge_sessions


def reads(number: int, session: str, version: int, begin: float, end: float, target: str = "it") -> AnyOperation:
    return operation(number, session, Open(), (begin, end), Shown(version), target)


def changes(number: int, session: str, version: int, begin: float, end: float) -> AnyOperation:
    return operation(number, session, ChangeMetadata({"a": version}), (begin, end), Shown(version))


def judge(*operations: AnyOperation) -> SessionVerdict:
    return judge_sessions(operations, seen_version)


def test_a_session_that_reads_what_it_wrote_and_never_goes_back() -> None:
    verdict = judge(changes(1, "Ann", 2, 0, 1), reads(2, "Ann", 2, 2, 3), reads(3, "Ann", 5, 4, 5))
    verdict.expect_guarantees()
    assert verdict.operations == 3


def test_a_session_that_does_not_read_what_it_wrote() -> None:
    verdict = judge(changes(1, "Ann", 2, 0, 1), reads(2, "Ann", 1, 2, 3))
    assert [breach.guarantee for breach in verdict.breaches] == [Guarantee.READ_YOUR_WRITES]
    with pytest.raises(PromiseBroken) as raised:
        verdict.expect_guarantees()
    assert raised.value.code is Code.SESSION_GUARANTEE
    assert str(raised.value) == (
        "it: a session reads at least what it has written itself, but after version 2 came version 1\n"
        '  1. Ann changes the details by {"a": 2} -> version 2  (0.0 to 1000.0 ms)\n'
        "  2. Ann reads it -> version 1  (2000.0 to 3000.0 ms)"
    )
    assert ET.fromstring(verdict.breaches[0].picture()).tag.endswith("svg")


def test_a_session_that_reads_an_older_version_than_before() -> None:
    verdict = judge(reads(1, "Ann", 4, 0, 1), reads(2, "Ann", 3, 2, 3), reads(3, "Ann", 3, 4, 5))
    assert [breach.guarantee for breach in verdict.breaches] == [Guarantee.MONOTONIC_READS] * 2
    with pytest.raises(PromiseBroken, match=r"after version 4 came version 3\n(.*\n)+\(and 1 more like it\)"):
        verdict.expect_guarantees()


def test_what_others_saw_and_what_overlapped_binds_no_session() -> None:
    judge(
        changes(1, "Ann", 2, 0, 1),
        reads(2, "Bob", 1, 2, 3),
        reads(3, "Ann", 1, 0.5, 3),
        reads(4, "Ann", 1, 2, 3, target="another"),
    ).expect_guarantees()


def test_what_was_refused_or_not_answered_binds_nothing() -> None:
    change = ChangeMetadata({"a": 1}, if_version=9)
    judge(
        operation(1, "Ann", change, (0, 1), Declined(CONFLICT, 12)),
        operation(2, "Ann", change, (0, float("inf")), Unknown()),
        operation(3, "Ann", change, (0, 1), Shown()),
        reads(4, "Ann", 1, 2, 3),
    ).expect_guarantees()


def test_what_is_erased_stays_erased_for_each_session() -> None:
    gone = Declined(NOT_FOUND)
    erased = operation(1, "Ann", Erase(), (0, 1), Shown())
    missed = operation(2, "Ann", Open(), (2, 3), gone)
    judge_sessions([erased, missed], seen_presence).expect_guarantees()
    back = operation(3, "Ann", Write("Hello"), (4, 5), Shown())
    found = judge_sessions([erased, missed, back], seen_presence).breaches
    assert [breach.guarantee for breach in found] == list(Guarantee)
    assert (found[0].before, found[0].after) == ("erased", "there")


def test_a_thread_is_there_from_its_start_for_the_session_that_started_it() -> None:
    started = operation(1, "Ann", Start(NewThread()), (0, 1), Shown())
    gone = operation(2, "Ann", Open(), (2, 3), Declined(NOT_FOUND))
    assert not judge_sessions([started, gone], seen_presence).breaches
    unknown = operation(3, "Ann", Erase(), (4, float("inf")), Unknown())
    busy = operation(4, "Ann", Open(), (4, 5), Declined("limit reached"))
    assert [seen_presence(each) for each in (unknown, busy)] == [None, None]
