"""Binding faults again: the trials, the record, and the new text of the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.core.failure import BadInput, Code
from support.faults import rebind
from support.faults.fault import ExpectedFailure, Fault, catalogue
from support.faults.proof import Judged
from support.tests.faults.test_prover import KEPT, prove, trial

IDS = ["TL-01.1", "TL-01.2[a]", "TL-01.2[b]", "TL-02.1"]
MODULE = '''\
"""Faults."""

@fault(breaks("TL-01.1", at="old:step", code=Code.ASSERTION))
def first(patch: Patch) -> None:
    """A story."""
    skip(patch, Seam.CHECK_PLAN)


@fault(
    breaks("TL-01.1", at="old:step", code=Code.ASSERTION),
    breaks("TL-02.1", at="old:step", code=Code.ASSERTION),
)
def second(patch: Patch) -> None:
    """Another story."""
'''


def expected(scenario: str, at: str = "counts:is_count", code: Code = Code.CHANGED) -> ExpectedFailure:
    return ExpectedFailure(scenario, at, code)


@pytest.mark.parametrize(
    ("named", "played"),
    [
        ("TL-01.2[b]", ["TL-01.2[b]"]),
        ("TL-01.2[of old]", ["TL-01.2[a]", "TL-01.2[b]"]),
        ("TL-01.9", ["TL-01.1", "TL-01.2[a]", "TL-01.2[b]"]),
        ("TL-03.1", []),
    ],
)
def test_a_missing_scenario_may_mean_the_nearest_ones(named: str, played: list[str]) -> None:
    assert rebind.candidates(expected(named), IDS) == played


def judged(*trials: dict[str, Any], named: tuple[str, ...] = ("TL-01.1",)) -> Judged:
    fault = Fault("counts_double", "Each count is doubled.", tuple(map(expected, named)), lambda _patch: None)
    return Judged(fault, [trial(**changes) for changes in trials])


def test_broken_scenarios_are_the_new_binding_and_unbroken_ones_are_reported() -> None:
    one = judged({"code": "assertion"}, KEPT | {"scenario": "TL-02.1"}, named=("TL-01.1", "TL-02.1", "TL-03.1"))
    assert rebind.bindings(one) == [expected("TL-01.1", code=Code.ASSERTION)]
    assert rebind.unbroken(one) == ["TL-02.1"]
    assert rebind.record([one], ["TL-01.1", "TL-02.1"])["counts_double"]["breaks"] == [
        ["TL-01.1", "counts:is_count", "assertion"]
    ]


def test_scenarios_not_selected_stay_bound() -> None:
    one = judged({}, named=("TL-01.1", "TL-02.1", "TL-09.9"))
    assert rebind.record([one], IDS)["counts_double"]["breaks"] == [
        ["TL-01.1", "counts:is_count", "thread.changed"],
        ["TL-02.1", "counts:is_count", "thread.changed"],
    ]


@pytest.mark.parametrize("changes", [{"outcome": "environment"}, {"step_function": None}, KEPT])
def test_nothing_else_is_a_binding(changes: dict[str, Any]) -> None:
    assert rebind.bindings(judged(changes)) == []


def test_only_the_declarations_of_the_given_faults_are_replaced() -> None:
    text = rebind.rewrite(MODULE, {"second": [expected("TL-01.1"), expected("TL-01.2[a]"), expected("TL-02.1", "b:c")]})
    assert '@fault(breaks("TL-01.1", at="old:step", code=Code.ASSERTION))\ndef first' in text
    declared = (
        '@fault(breaks("TL-01.1", "TL-01.2[a]", at="counts:is_count", code=Code.CHANGED), '
        'breaks("TL-02.1", at="b:c", code=Code.CHANGED))\ndef second'
    )
    assert declared in text
    assert text.count("@fault") == 2


def test_a_fault_that_breaks_nothing_keeps_its_declaration() -> None:
    assert rebind.rewrite(MODULE, {"first": [], "second": []}) == MODULE


def test_there_is_nothing_to_accept_before_a_run_or_of_an_unknown_fault(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="run `threadproof prove --rebind` first"):
        rebind.accept(tmp_path / "rebind.json", [])
    (tmp_path / "rebind.json").write_text(json.dumps({"title_is_constant": {"breaks": []}}), "utf-8")
    with pytest.raises(BadInput, match="did you mean 'title_is_constant'"):
        rebind.accept(tmp_path / "rebind.json", ["title_is_constnat"])
    assert rebind.accept(tmp_path / "rebind.json", []) == []


def test_a_real_fault_is_found_where_the_catalogue_has_it(tmp_path: Path) -> None:
    ended, _proof = prove(tmp_path, "--rebind", "--fault", "title_is_constant", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    declared = [[*one[:2], one.code.value] for one in catalogue()["title_is_constant"].expected]
    found = json.loads((tmp_path / "rebind.json").read_text("utf-8"))
    assert found["title_is_constant"]["breaks"] == declared
    assert "unchanged  TL-01.1" in ended.stdout
    assert not (tmp_path / "proof.json").exists()
