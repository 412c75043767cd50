"""The command line as a person uses it: what it prints, its exit codes, and what it says to bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.core.settings import PROJECT
from support.faults.fault import catalogue
from support.services import ports
from support.tests.small_suite import SmallSuite


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    return SmallSuite(tmp_path)


def test_run_prints_each_scenario_the_table_and_where_things_are(suite: SmallSuite) -> None:
    ended = suite.threadproof("run", "--no-report", "-n", "0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "kept             TL-01  One more" in ended.stdout
    assert str(suite.reports / "ledger.json") in ended.stdout
    assert "Every promise was kept" in ended.stdout
    assert ended.stderr == ""


def test_run_without_a_command_runs_everything(suite: SmallSuite) -> None:
    suite.change("features/free/counting.feature", "Then it is 2", "Then it is 3")
    ended = suite.threadproof()
    assert ended.returncode == 1
    assert "features/free/counting.feature:13" in ended.stdout
    assert "Then it is 3" in ended.stdout
    assert (suite.reports / "index.html").exists()


def test_json_is_the_ledger_and_nothing_else(suite: SmallSuite) -> None:
    ended = suite.threadproof("run", "--json", "--no-report", "-n", "0")
    assert ended.returncode == 0
    assert json.loads(ended.stdout) == suite.ledger()
    assert "One more" in ended.stderr


@pytest.mark.parametrize("selection", [["--row", "TL-01"], ["--tier", "free"], ["--words", "more"], ["--tag", "TL-01"]])
def test_what_is_selected_runs(suite: SmallSuite, selection: list[str]) -> None:
    two = (suite.folder / "features/free/counting.feature").read_text("utf-8")
    two = (
        two.replace("One more", "Another one")
        .replace("@TL-01.1", "@TL-02.1")
        .replace("Segment: Free", "Segment: Early")
    )
    suite.write("features/early/again.feature", two.replace("One more", "One again"))
    ended = suite.threadproof("run", "--no-report", "-n", "0", *selection)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [scenario["title"] for scenario in suite.ledger()["scenarios"]] == ["One more"]


def test_a_file_is_selected_by_its_path(suite: SmallSuite) -> None:
    ended = suite.threadproof("run", "--no-report", "-n", "0", str(suite.folder / "features/free/counting.feature"))
    assert ended.returncode == 0, ended.stdout + ended.stderr


BAD_INPUT: dict[str, tuple[list[str], dict[str, str], str]] = {
    "unknown row": (["run", "--row", "TL01"], {}, "there is no row 'TL01' (did you mean 'TL-01'?)"),
    "unknown tier": (["run", "--tier", "fre"], {}, "there is no tier 'fre' (did you mean 'free'?)"),
    "unknown fault": (["prove", "--fault", "title_constant"], {}, "(did you mean 'title_is_constant'?)"),
    "unknown row to explain": (["explain", "TL-99"], {}, "there is no row 'TL-99'"),
    "row without a scenario": (["explain", "AE-01"], {}, "has no scenario yet"),
    "report before any run": (["report"], {}, "run `threadproof run` first"),
    "unknown profile": (["run"], {"THREADPROOF_PROFILE": "embeded"}, "(did you mean 'embedded'?)"),
    "wrong scheme": (["run"], {"THREADPROOF_POSTGRES_URL": "mysql://here:1"}, "THREADPROOF_POSTGRES_URL"),
    "address without host": (["run"], {"THREADPROOF_REDIS_URL": "redis://"}, "THREADPROOF_REDIS_URL"),
    "not a number": (["run"], {"THREADPROOF_STEP_SECONDS": "soon"}, "THREADPROOF_STEP_SECONDS"),
    "no features": (["run"], {"THREADPROOF_FEATURES": "/nowhere"}, "/nowhere"),
    "no steps": (["run"], {"THREADPROOF_STEPS": "/nowhere"}, "/nowhere"),
    "reports below a file": (["run"], {"THREADPROOF_REPORTS": "/dev/null/out"}, "THREADPROOF_REPORTS"),
    "backend without its services": (["run"], {"THREADPROOF_BACKEND_URLS": "http://127.0.0.1:9"}, "THREADPROOF_"),
    "backend for several at once": (["run", "-n2"], {"THREADPROOF_BACKEND_URLS": "http://127.0.0.1:9"}, "with -n 0"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_ends_with_one_message(suite: SmallSuite, case: str) -> None:
    arguments, environ, expected = BAD_INPUT[case]
    suite.change("steps/counts.py", "def a_count(start):", "def a_count(start, services):")
    ended = suite.threadproof(*arguments, **environ)
    said = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}, said
    assert expected in said
    assert "Traceback" not in said
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


@pytest.mark.parametrize("kind", ["POSTGRES", "REDIS"])
def test_an_unreachable_service_ends_the_run_at_once(suite: SmallSuite, kind: str) -> None:
    suite.change("steps/counts.py", "def a_count(start):", "def a_count(start, services):")
    scheme = {"POSTGRES": "postgresql", "REDIS": "redis"}[kind]
    url = f"{scheme}://who:secret@127.0.0.1:{ports.free_port()}/0"
    ended = suite.threadproof("run", "-n", "0", **{f"THREADPROOF_{kind}_URL": url})
    said = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}, said
    assert f"THREADPROOF_{kind}_URL" in said
    assert "secret" not in said
    assert "Traceback" not in said
    assert not (suite.reports / "ledger.json").exists()


def test_list_shows_tiers_rows_titles_values_and_proof(suite: SmallSuite) -> None:
    suite.threadproof("run", "--no-report", "-n", "0")
    shown = suite.threadproof("list").stdout
    for text in ("Free", "TL-01", "One more", "the figure is right", "kept"):
        assert text in shown
    [entry] = json.loads(suite.threadproof("list", "--json").stdout)
    assert entry["value"] == {
        "segment": "Free",
        "goal": "trust",
        "impact": "customers who cannot trust the count leave",
        "value": "the figure is right",
    }
    faults = [one.name for one in catalogue().values() if "TL-01.1" in {each.scenario for each in one.expected}]
    assert faults
    assert (entry["last"], entry["faults"]) == ("kept", faults)


def test_list_steps_shows_uses_and_the_ratio(suite: SmallSuite) -> None:
    data = json.loads(suite.threadproof("list", "--steps", "--json").stdout)
    assert {entry["sentence"]: entry["uses"] for entry in data["sentences"]} == {
        "a count of {start:Count}": 1,
        "it goes up": 1,
        "it is {count:Count}": 1,
    }
    assert data["definitions_per_template"] == 3
    assert "3 definitions for 1 scenario templates: 3.0 each" in suite.threadproof("list", "--steps").stdout


def test_list_steps_counts_an_outline_once_and_an_act_once(suite: SmallSuite) -> None:
    suite.change(
        "features/free/counting.feature",
        "Scenario: One more\n      Given a count of 1\n      When it goes up\n      Then it is 2\n",
        "Scenario Outline: One more than <n>\n      Given a count of <n>\n      And Fay has added to it\n"
        "      When Fay adds to it\n      Then it is <sum>\n\n"
        "      Examples:\n        | n | sum |\n        | 1 | 3   |\n        | 2 | 4   |\n",
    )
    suite.change(
        "steps/counts.py",
        '@when("it goes up")\nasync def goes_up(counter):\n    counter[0] += 1\n',
        'from support.gherkin.acts import act\n\n@act("{who} [adds] to it")\n'
        "async def adds(actor, counter):\n    counter[0] += 1\n",
    )
    data = json.loads(suite.threadproof("list", "--steps", "--json").stdout)
    assert {entry["sentence"]: (entry["kind"], entry["uses"]) for entry in data["sentences"]} == {
        "a count of {start:Count}": ("Given", 1),
        "{who} [adds] to it": ("Act", 2),
        "it is {count:Count}": ("Then", 1),
    }
    assert (data["definitions"], data["templates"]) == (3, 1)


def test_explain_shows_scenario_value_faults_and_outcome(suite: SmallSuite) -> None:
    own = {"THREADPROOF_FEATURES": str(PROJECT / "features"), "THREADPROOF_STEPS": str(PROJECT / "steps")}
    shown = suite.threadproof("explain", "tl-01", **own).stdout
    for text in ("A first question becomes the title", "For Free, for conversion", "title_is_constant", "not run yet"):
        assert text in shown


def test_a_profile_says_what_is_not_offered_and_what_is_known_to_deviate(suite: SmallSuite) -> None:
    profile = 'name = "small"\ndriver = "embedded"\n'
    excused = '[does_not_offer]\nlive = "it has no sockets"\n'
    suite.write("small.toml", profile + excused)
    suite.change("features/free/counting.feature", "@TL-01.1", "@TL-01.1 @needs.live")
    here = {"THREADPROOF_PROFILE": str(suite.folder / "small.toml")}
    ended = suite.threadproof("run", "--no-report", "-n", "0", **here)
    assert ended.returncode == 1
    assert "No promise was judged" in ended.stdout
    [scenario] = suite.ledger()["scenarios"]
    assert (scenario["outcome"], scenario["reason"]) == ("not_offered", "live: it has no sockets")

    deviation = '[[known_deviations]]\nscenario = "TL-01.1"\nreason = "counting is being mended"\n'
    suite.write("small.toml", profile + deviation)
    stale = suite.threadproof("run", "--no-report", "-n", "0", **here)
    assert stale.returncode == 1
    assert "is stale: it is kept now" in stale.stdout
    suite.change("features/free/counting.feature", "Then it is 2", "Then it is 3")
    known = suite.threadproof("run", "--no-report", "-n", "0", **here)
    assert known.returncode == 0, known.stdout
    assert suite.ledger()["scenarios"][0]["outcome"] == "known_deviation"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", "small.toml: not TOML"),
        ('name = "x"\ndriver = "embeded"\n', "driver: there is no driver 'embeded' (did you mean 'embedded'?)"),
        (
            'name = "x"\ndriver = "embedded"\n[does_not_offer]\nlives = "no sockets"\n',
            "does_not_offer: there is no capability 'lives' (did you mean 'live'?); there is paging, metadata",
        ),
        (
            'name = "x"\ndriver = "no_such.module:connect"\n',
            "driver: the driver 'no_such.module:connect' cannot be used",
        ),
        (
            'name = "x"\ndriver = "embedded"\n[policy]\nlist_ordre = "none"\n',
            "policy: there is no policy 'list_ordre' (did you mean 'list_order'?); there is details, version",
        ),
        ('name = "x"\ndriver = "embedded"\n[policy]\nlist_order = "random"\n', "policy.list_order: Input should be"),
        (
            'name = "x"\ndriver = "embedded"\n[[known_deviations]]\nscenario = "TL-01.9"\nreason = "being mended"\n',
            "known_deviations: there is no scenario 'TL-01.9' (did you mean 'TL-01.1'?); there is TL-01.1",
        ),
        ('name = "x"\ndriver = "embedded"\ncolour = "red"\n', "colour: Extra inputs are not permitted"),
    ],
)
def test_a_bad_profile_is_refused(suite: SmallSuite, text: str, expected: str) -> None:
    suite.write("small.toml", text)
    ended = suite.threadproof("run", THREADPROOF_PROFILE=str(suite.folder / "small.toml"))
    assert ended.returncode not in {0, 1}
    assert expected in ended.stderr
    assert "Traceback" not in ended.stderr
