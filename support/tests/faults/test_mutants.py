"""Mutants: the operators, what is left out by rule, the draw, the scenarios for a mutant, and the score."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.core.failure import BadInput
from support.core.settings import PROJECT
from support.faults import seams
from support.faults.mutants import build, coverage, lines
from support.faults.mutants.choice import Draw, draw, equivalents
from support.faults.mutants.coverage import Coverage, Record
from support.faults.mutants.mutant import Mutant, all_mutants, mutant_named, mutants_of, mutated
from support.faults.mutants.operators import OPERATORS
from support.faults.mutants.score import Fate, Judgment, MutationScore
from support.tests.faults.test_prover import KEPT, trial

SNIPPETS: list[tuple[str, str, list[str]]] = [
    ("comparison", "if a < b: c()", ["if (a <= b): c()"]),
    ("comparison", "x = a == b != c", ["x = (a != b != c)", "x = (a == b == c)"]),
    ("comparison", "x = a not in b", ["x = (a in b)"]),
    ("comparison", "x = a is None", ["x = (a is not None)"]),
    ("boolean", "x = a and b", ["x = (a or b)", "x = (b)", "x = (a)"]),
    ("negation", "x = not a", ["x = (a)"]),
    ("negation", "if ready: c()", ["if (not (ready)): c()"]),
    ("negation", "x = [a for a in b if a]", ["x = [a for a in b if True]"]),
    ("constant", "x = 20", ["x = 21"]),
    ("constant", "x = True", ["x = False"]),
    ("arithmetic", "x = a - b", ["x = (a + b)"]),
    ("dropped_statement", "def f():\n    store(a)", ["def f():\n    pass"]),
    ("dropped_statement", "def f():\n    raise Refused(a)", ["def f():\n    pass"]),
    ("dropped_statement", "def f():\n    x += a", ["def f():\n    pass"]),
    ("dropped_statement", "def f():\n    x[a] = b", ["def f():\n    pass"]),
    ("dropped_await", "async def f():\n    await store(a)", ["ensure_future(store(a))"]),
    ("returned_none", "def f():\n    return a", ["def f():\n    return None"]),
    ("early_end", "for a in b:\n    continue", ["for a in b:\n    break"]),
    ("sql", "x = 'SELECT * FROM t WHERE a = $1 AND b > $2'", ["OR b > $2", "b >= $2", "a <> $1"]),
    ("sql", "x = 'SELECT * FROM t ORDER BY a DESC'", ["ORDER BY a'"]),
    ("sql", "x = f'SELECT {c} FROM t WHERE a = $1 FOR UPDATE'", ["a <> $1", "a = $1'"]),
    ("sql", "x = 'UPDATE t SET n = n + 1'", ["n + 2", "n + 0"]),
]


def changed(source: str, operator: str) -> list[str]:
    return [mutated(source, one) for one in mutants_of("a.py", source) if one.operator == operator]


@pytest.mark.parametrize(("operator", "source", "expected"), SNIPPETS)
def test_an_operator_makes_these_changes(operator: str, source: str, expected: list[str]) -> None:
    found = changed(source, operator)
    assert len(found) == len(expected)
    for text in expected:
        assert any(text in one for one in found), (text, found)


def test_every_operator_has_a_snippet() -> None:
    assert {one for one, _, _ in SNIPPETS} == {"sql", *(operator.__name__ for operator in OPERATORS)}


@pytest.mark.parametrize(
    "source",
    [
        '"""SELECT a AND b, 1"""',
        "def f():\n    _log.info('%s', 1)",
        "def f():\n    metrics.REQUESTS.labels(1).inc()",
        "if TYPE_CHECKING:\n    x = 1",
        "def f():\n    assert a is not None",
        "x = Field(json_schema_extra={'maxLength': 200})",
        "x = 'a title and more'",
        "def f():\n    return None",
        "x = 'a' + b",
    ],
)
def test_what_nobody_can_notice_is_left_out(source: str) -> None:
    assert mutants_of("a.py", source) == []


def test_the_condition_of_a_loop_stays_since_the_process_would_hang() -> None:
    assert mutants_of("a.py", "while a < b and not c:\n    x = y") == []


def test_nothing_pauses_a_loop_without_an_end_so_its_awaits_stay() -> None:
    source = "async def f():\n    while True:\n        await listen()"
    assert changed(source, "dropped_await") == []
    assert changed(source, "dropped_statement")


@pytest.fixture(scope="module")
def of_backend() -> dict[str, Mutant]:
    return all_mutants(seams.backend_folder())


def test_every_mutant_of_the_backend_changes_something_and_can_be_compiled(of_backend: dict[str, Mutant]) -> None:
    assert len(of_backend) > 1000
    assert not {one.file for one in of_backend.values()} & {"platform/logs.py", "platform/metrics.py", "__main__.py"}
    assert {one.operator for one in of_backend.values()} == {"sql", *(operator.__name__ for operator in OPERATORS)}
    sources = {
        file: (seams.backend_folder() / file).read_text("utf-8") for file in {m.file for m in of_backend.values()}
    }
    trees = {file: ast.dump(ast.parse(source)) for file, source in sources.items()}
    for mutant in of_backend.values():
        text = mutated(sources[mutant.file], mutant)
        compile(text, mutant.file, "exec")
        assert ast.dump(ast.parse(text)) != trees[mutant.file], mutant.id
        assert mutant.before != mutant.after, mutant.id


def test_an_id_names_no_line_number_and_tells_equal_changes_apart() -> None:
    source = "def f():\n    g(1)\n    h()\n    g(1)\n"
    ids = [mutant.id for mutant in mutants_of("a.py", source)]
    assert [mutant.id for mutant in mutants_of("a.py", f"\n\n{source}")] == ids
    assert len(set(ids)) == len(ids)
    assert "a.py in f: g(1) -> g(2)" in ids
    assert "a.py in f: g(1) -> g(2) (2)" in ids


def test_an_unknown_mutant_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    g(1)\n", "utf-8")
    assert mutant_named(tmp_path, "a.py in f: g(1) -> g(2)").text == "2"
    with pytest.raises(BadInput, match=r"did you mean 'a\.py in f: g\(1\) -> g\(2\)'"):
        mutant_named(tmp_path, "a.py in f: g(1) -> g(3)")
    with pytest.raises(BadInput, match="the backend has no such file"):
        mutant_named(tmp_path, "b.py in f: g(1) -> g(2)")


def test_a_seed_draws_the_same_mutants_and_no_statement_twice_before_all_were_drawn() -> None:
    source = "def f():\n    if a < b and c < d and e < f:\n        g(1)\n    h(2)\n"
    mutants = mutants_of("a.py", source)
    assert draw(mutants, Draw(3, 2)) == draw(list(reversed(mutants)), Draw(3, 2))
    statements = {mutant.statement for mutant in mutants}
    assert {mutant.statement for mutant in draw(mutants, Draw(3, len(statements)))} == statements
    assert len({tuple(one.id for one in draw(mutants, Draw(seed, 2))) for seed in range(20)}) > 1
    assert sorted(one.id for one in draw(mutants, Draw(3, 1000))) == sorted(one.id for one in mutants)


def test_equivalent_mutants_exist_and_have_reasons(tmp_path: Path, of_backend: dict[str, Mutant]) -> None:
    assert all(equivalents(of_backend).values())
    path = tmp_path / "equivalent.toml"
    for entry, said in (
        (
            "mutant = 'a -> c'\nreason = 'none can see it'",
            r"a mutant that does not exist: 'a -> c' \(did you mean 'a -> b'",
        ),
        ("mutant = 'a -> b'\nreason = ' '", "gives no reason"),
        ("mutant = 'a -> b'", "is not a list of mutants with reasons"),
    ):
        path.write_text(f"[[equivalent]]\n{entry}\n", "utf-8")
        with pytest.raises(BadInput, match=said):
            equivalents(["a -> b"], path)


def covered(folder: Path, **scenarios: tuple[float, list[int]]) -> Coverage:
    return Coverage(
        folder, {id_: Record("", kept=True, seconds=s, lines={"a.py": ran}) for id_, (s, ran) in scenarios.items()}
    )


def test_a_mutant_is_played_with_the_scenarios_that_run_its_line_the_most_specific_first(tmp_path: Path) -> None:
    source = "def f():\n    g()\n    h()\n    i()\n"
    (tmp_path / "a.py").write_text(source, "utf-8")
    mutant = next(one for one in mutants_of("a.py", source) if one.place.line == 3)
    known = covered(tmp_path, other=(1.0, [2]), slow=(9.0, [2, 3]), wide=(1.0, [2, 3]), near=(1.0, [2, 3, 4]))
    assert known.scenarios_for(mutant) == ["near", "wide", "slow"]


def test_what_stands_outside_of_functions_runs_where_a_function_names_it(tmp_path: Path) -> None:
    source = (
        "LIMIT = 20\n\nclass Body:\n    size: Field(le=LIMIT)\n\n"
        "def check(a):\n    return a < LIMIT\n\ndef read(body: Body):\n    return body\n\ndef other():\n    return 1\n"
    )
    (tmp_path / "a.py").write_text(source, "utf-8")
    mutant = next(one for one in mutants_of("a.py", source) if one.place.line == 1)
    known = covered(tmp_path, checks=(1.0, [7]), reads=(1.0, [10]), others=(1.0, [13]))
    assert sorted(known.scenarios_for(mutant)) == ["checks", "reads"]


def test_a_record_of_lines_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / coverage.FILE
    assert coverage.read(path) == {}
    path.write_text('{"scenarios": 1}', "utf-8")
    with pytest.raises(BadInput, match="is not a record of lines"):
        coverage.read(path)


def run_python(code: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": f"{PROJECT}:{folder}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def small_package(folder: Path) -> Path:
    package = folder / "acme"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    (package / "limits.py").write_text("LIMIT = 20\n\n\ndef most():\n    return LIMIT\n", "utf-8")
    (package / "server.py").write_text(
        "from acme.limits import LIMIT, most\n\n\ndef serve(given):\n    if given:\n        return most()\n"
        "    return LIMIT\n",
        "utf-8",
    )
    return package


def test_the_lines_that_run_are_recorded_each_once(tmp_path: Path) -> None:
    package, record = small_package(tmp_path), tmp_path / "lines"
    run_python(
        "from pathlib import Path\nfrom acme.server import serve\nfrom support.faults.mutants import lines\n"
        f"lines.record(Path({str(package)!r}), Path({str(record)!r}))\nserve(True)\nserve(True)\n",
        tmp_path,
    )
    assert lines.read(record.read_text("utf-8")) == {"limits.py": [5], "server.py": [5, 6]}
    assert len(record.read_text("utf-8").splitlines()) == 3


def test_a_mutant_is_loaded_with_all_that_uses_it(tmp_path: Path) -> None:
    package = small_package(tmp_path)
    [mutant] = [one for one in mutants_of("limits.py", (package / "limits.py").read_text("utf-8")) if one.names]
    said = run_python(
        "from pathlib import Path\nfrom acme.server import serve\nfrom support.faults.mutants import build\n"
        f"build.load_mutant('acme', Path({str(package)!r}), {mutant.id!r})\n"
        "from acme import server\nprint(serve(True), server.serve(True), server.serve(False))\n",
        tmp_path,
    )
    assert said.split() == ["20", "21", "21"]
    assert build.module_of("acme", mutant) == "acme.limits"


MUTANT = mutants_of("a.py", "def f():\n    g(1)\n")[0]
NEVER_BEGAN: dict[str, Any] = {"outcome": "environment", "began": False}


@pytest.mark.parametrize(
    ("trials", "fate", "settled"),
    [
        ([KEPT, {}], Fate.KILLED, True),
        ([KEPT, KEPT], Fate.SURVIVED, False),
        ([KEPT, {"outcome": "environment"}], Fate.SURVIVED, False),
        ([{"outcome": "environment"}, {"outcome": "environment"}], Fate.ENVIRONMENT, False),
        ([NEVER_BEGAN], Fate.ENVIRONMENT, False),
        ([NEVER_BEGAN, NEVER_BEGAN], Fate.ENVIRONMENT, True),
        ([{"died": True}], Fate.ENVIRONMENT, False),
        ([{"died": True}, {}], Fate.KILLED, True),
    ],
)
def test_only_a_broken_promise_of_a_living_backend_kills(
    trials: list[dict[str, Any]], fate: Fate, *, settled: bool
) -> None:
    judgment = Judgment(MUTANT, [trial(**changes) for changes in trials])
    assert (judgment.fate, judgment.settled) == (fate, settled)


def test_the_score_leaves_out_what_is_equivalent_and_lists_what_is_left() -> None:
    killed, survived = Judgment(MUTANT, [trial()]), Judgment(MUTANT, [trial(**KEPT)], runs_in=3)
    score = MutationScore(Draw(7, 3), [killed, survived, Judgment(MUTANT, reason="nobody sees it")])
    record = score.to_json()
    assert {name: record[name] for name in ("seed", "played", "killed", "environment", "survived", "equivalent")} == {
        "seed": 7,
        "played": 2,
        "killed": 1,
        "environment": 0,
        "survived": 1,
        "equivalent": 1,
    }
    assert record["score"] == 0.5
    [left] = record["survivors"]
    assert (left["file"], left["line"], left["before"], left["after"]) == ("a.py", 2, MUTANT.before, MUTANT.after)
    assert (left["trials"], left["runs_in"]) == (1, 3)
    assert MutationScore(Draw(1, 0), []).score == 0.0
