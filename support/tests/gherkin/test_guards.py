"""Every guard, each on a small suite with one thing wrong, through the real runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tests.small_suite import SmallSuite

FEATURE = "features/free/counting.feature"
STEPS = "steps/counts.py"
ONE_SERVICE_LINE = "services ready"


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    return SmallSuite(tmp_path)


def refused(suite: SmallSuite, *expected: str) -> None:
    """The run ends at once with one message that has these texts, and without a traceback."""
    ended = suite.pytest()
    said = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}, said
    for text in expected:
        assert text in said, said
    assert "Traceback" not in said, said
    assert "passed" not in said, said
    assert not (suite.reports / "ledger.json").exists()


def test_the_good_suite_is_kept(suite: SmallSuite) -> None:
    ended = suite.pytest()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout


def test_a_broken_promise_is_not_kept(suite: SmallSuite) -> None:
    suite.change(FEATURE, "Then it is 2", "Then it is 3")
    ended = suite.pytest()
    assert ended.returncode == 1
    assert suite.ledger()["totals"]["broken"] == 1


SPOILT_FEATURES = {
    "not Gherkin": ("      When it goes up", "      Whenever it goes up", ["counting.feature:12", "not Gherkin"]),
    "no row": ("    @TL-01.1\n", "", ["counting.feature:9", "carries one id"]),
    "two rows": ("@TL-01.1", "@TL-01.1 @TL-03.1", ["TL-01.1, TL-03.1"]),
    "unknown row": ("@TL-01.1", "@TL-99.1", ["TL-99 is not a known row"]),
    "row of another tier": ("@TL-01.1", "@TL-02.1", ["TL-02 is a row of early", "free/"]),
    "unknown tag": ("@TL-01.1", "@TL-01.1 @needs.lives", ["@needs.lives", "did you mean 'needs.live'"]),
    "no segment": ("  Segment: Free\n", "", ["no 'Segment: ' text"]),
    "segment of another tier": ("Segment: Free", "Segment: Early", ["'Free', not 'Early'"]),
    "no goal": ("  Goal: trust\n", "", ["no 'Goal: ' text"]),
    "unknown goal": ("Goal: trust", "Goal: fame", ["'fame' is not one of conversion"]),
    "no impact": ("  Impact: customers who cannot trust the count leave\n", "", ["no 'Impact: ' text"]),
    "no value": ("    Value: the figure is right\n", "", ["no 'Value: ' text"]),
    "undefined step": ("it goes up", "it goes down", ["counting.feature:12", "no sentence for 'When it goes down'"]),
    "step of another kind": ("When it goes up", "Then it goes up", ["no sentence for 'Then it goes up'"]),
    "first step And": ("Given a count", "And a count", ["counting.feature:11", "begin with Given, When or Then"]),
    "step of any kind": (
        "When it goes up",
        "* it goes up",
        ["counting.feature:12", "'*' does not say what kind of step"],
    ),
    "no Then": ("      Then it is 2\n", "", ["no Then, so that it could not fail"]),
    "no When": ("      When it goes up\n", "", ["no When"]),
    "word of the implementation": ("it goes up", "the JSON goes up", ["'JSON' is a word of the implementation"]),
    "outline without rows": (
        "Scenario: One more",
        "Scenario: <n> more\n      Examples:\n        | n |\n    @TL-01.1\n    Scenario: One more",
        ["these Examples have no rows"],
    ),
    "outline without Examples": ("Scenario: One more", "Scenario Outline: One more", ["this outline has no Examples"]),
    "misspelt keyword": (
        "Given a count",
        "Givn a count",
        ["counting.feature:11", "not as a step", "did you mean 'Given'"],
    ),
    "keyword in lower case": (
        "Given a count",
        "given a count",
        ["counting.feature:11", "not as a step", "write 'Given'"],
    ),
    "keyword with a colon": (
        "Given a count",
        "Given: a count",
        ["counting.feature:11", "not as a step", "write 'Given'"],
    ),
    "no-break space after the keyword": (
        "Given a count",
        "Given\u00a0a count",
        ["counting.feature:11", "not as a step", "write 'Given'", "U+00A0 (no-break space)"],
    ),
    "no-break space in a later step": (
        "When it goes",
        "When\u00a0it goes",
        ["counting.feature:12", "expected: the end", "U+00A0 (no-break space)"],
    ),
    "step without a keyword": (
        "Given a count",
        "a count",
        ["counting.feature:11", "not as a step", "begin it with Given"],
    ),
    "step under a value": (
        "    Value: the figure is right\n",
        "    Value: the figure is right\n    Givn a count of 1\n",
        ["counting.feature:8", "not as a step", "did you mean 'Given'"],
    ),
    "steps under a rule": (
        "    @TL-01.1\n",
        "    Given a count of 1\n\n    @TL-01.1\n",
        ["counting.feature:9", "not as a step", "under a Scenario or a Background"],
    ),
    "prose in a scenario": (
        "Scenario: One more\n",
        "Scenario: One more\n      It counts.\n",
        ["counting.feature:11", "which nobody reads here"],
    ),
    "misspelt entry": (
        "Scenario: One more\n",
        "Scenario: One more\n      value: none\n",
        ["counting.feature:11", "expected 'Value: '"],
    ),
    "entry given twice": (
        "    Value: the figure is right\n",
        "    Value: the figure is right\n    Value: it is\n",
        ["counting.feature:8", "a second 'Value: '"],
    ),
    "misspelt Rule": ("  Rule: A count", "  Rul: A count", ["counting.feature:6", "expected 'Rule: '"]),
    "named Background": (
        "    @TL-01.1\n",
        "    Background: a count of 1\n      Given a count of 1\n\n    @TL-01.1\n",
        ["counting.feature:9", "a Background has no name"],
    ),
    "Background without steps": (
        "    @TL-01.1\n",
        "    Background:\n\n    @TL-01.1\n",
        ["counting.feature:9", "this Background has no steps"],
    ),
    "And after a Background": (
        "    @TL-01.1\n    Scenario: One more\n      Given a count",
        "    Background:\n      Given a count of 1\n\n    @TL-01.1\n    Scenario: One more\n      And a count",
        ["counting.feature:14", "a Background does not count"],
    ),
    "nameless scenario": ("Scenario: One more", "Scenario:", ["counting.feature:10", "this Scenario has no name"]),
    "nameless rule": ("Rule: A count goes up", "Rule:", ["counting.feature:6", "this Rule has no name"]),
    "nameless feature": ("Feature: Counting", "Feature:", ["counting.feature:1", "this Feature has no name"]),
    "rule without a scenario": (
        "  Rule: A count goes up\n",
        "  Rule: A count stays\n    Value: it stays\n\n  Rule: A count goes up\n",
        ["counting.feature:6", "the rule 'A count stays' has no scenario"],
    ),
    "placeholder without Examples": (
        "One more",
        "One <waht>",
        ["counting.feature:10", "'<waht>' would be played as it stands"],
    ),
    "table that nobody takes": (
        "      When it goes up\n",
        "      When it goes up\n        | by |\n        | 1  |\n",
        ["counting.feature:12", "has a data table that steps/counts.py:7 does not take"],
    ),
    "doc string that nobody takes": (
        "      When it goes up\n",
        '      When it goes up\n        """\n        by one\n        """\n',
        ["counting.feature:12", "has a doc string that steps/counts.py:7 does not take"],
    ),
    "text beside a doc string": (
        "      When it goes up\n",
        '      When it goes up\n        """by one\n        """\n',
        ["counting.feature:13", "'by one' is not part of the doc string"],
    ),
    "unknown language": ("Feature: Counting", "# language: xx\nFeature: Counting", ["counting.feature:1", "xx"]),
}


@pytest.mark.parametrize("spoilt", SPOILT_FEATURES)
def test_a_spoilt_feature_is_refused(suite: SmallSuite, spoilt: str) -> None:
    old, new, expected = SPOILT_FEATURES[spoilt]
    suite.change(FEATURE, old, new)
    refused(suite, *expected)


STEP = "def is_count(counter, count):\n    assert counter[0] == count\n"
SPOILT_STEPS = {
    "Then without an assertion": (
        "    assert counter[0] == count\n",
        "    counter[0] == count\n",
        ["steps/counts.py:1", "asserts nothing"],
    ),
    "Given that asserts": (
        "    return [start]\n",
        "    assert start\n    return [start]\n",
        ["say what must be so in a Then"],
    ),
    "When that asserts": (
        "    counter[0] += 1\n",
        "    assert counter\n    counter[0] += 1\n",
        ["When-step", "asserts"],
    ),
    "assertion that cannot fail": (
        "    assert counter[0] == count\n",
        "    assert True\n",
        ["cannot fail: assert True"],
    ),
    "assertion of itself": (
        "assert counter[0] == count",
        "assert count == count",
        ["cannot fail: assert count == count"],
    ),
    "assertion of a pair": (
        "assert counter[0] == count",
        'assert (counter[0] == count, "x")',
        ["steps/counts.py cannot be imported", "assertion is always true"],
    ),
    "empty step": ("    counter[0] += 1\n", '    """Later."""\n', ["is empty"]),
    "skip in a step": ("    counter[0] += 1\n", '    import pytest\n    pytest.skip("later")\n', ["calls skip"]),
    "xfail in a step": ("    counter[0] += 1\n", '    import pytest\n    pytest.xfail("later")\n', ["calls xfail"]),
    "coroutine not awaited": (
        '@when("it goes up")\nasync def goes_up(counter):\n    counter[0] += 1\n',
        (
            "from support.actors.lists import read_list\n\n@when('it goes up')\n"
            "async def goes_up(counter):\n    read_list(counter, 1)\n"
        ),
        ["read_list()", "without awaiting"],
    ),
    "pytest-bdd's own decorator": (
        "from support.gherkin.sentences import given, then, when",
        "from support.gherkin.sentences import given, then\nfrom pytest_bdd import when",
        ["pytest-bdd's own decorator"],
    ),
    "ambiguous step": (
        '@when("it goes up")',
        '@when("it goes {way}")\ndef goes(counter, way):\n    counter[0] += 1\n\n@when("it goes up")',
        ["'When it goes up' could be any of steps/counts.py:", " and steps/counts.py:"],
    ),
    "unused step": (
        '@when("it goes up")',
        '@when("it goes down")\ndef goes_down(counter):\n    counter[0] -= 1\n\n@when("it goes up")',
        ["steps/counts.py:", 'no feature uses the sentence "it goes down"'],
    ),
    "module that cannot be imported": (
        "from support.gherkin",
        "from support.nowhere",
        ["steps/counts.py cannot be imported"],
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT_STEPS)
def test_a_spoilt_step_is_refused(suite: SmallSuite, spoilt: str) -> None:
    old, new, expected = SPOILT_STEPS[spoilt]
    suite.change(STEPS, old, new)
    refused(suite, *expected)


def test_a_title_is_unique_in_the_whole_suite(suite: SmallSuite) -> None:
    suite.write("features/free/again.feature", (suite.folder / FEATURE).read_text("utf-8"))
    refused(suite, "counting.feature:10", "'One more' is taken by features/free/again.feature:10")


def test_an_example_does_not_leave_its_title_empty(suite: SmallSuite) -> None:
    outline(suite, "Up to <n>", "<n>")
    suite.change(FEATURE, "| 2 |", "|   |")
    refused(suite, "counting.feature:17: this example leaves the title '<n>' empty")


OUTLINE = """\
    Scenario Outline: Up to <n>
      Given a count of 1
      When it goes up
      Then it is <n>

      Examples:
        | n |
        | 2 |
"""


def outline(suite: SmallSuite, old: str = "", new: str = "") -> None:
    """Put an outline in the place of the scenario, with a text of it replaced."""
    head, _, _ = (suite.folder / FEATURE).read_text("utf-8").partition("    Scenario: One more")
    assert old in OUTLINE
    suite.write(FEATURE, head + OUTLINE.replace(old, new))


SPOILT_OUTLINES = {
    "examples that share a title": (
        "        | 2 |\n",
        "        | 2 |\n        | 2 |\n",
        ["counting.feature:18: 'Up to 2' is taken by features/free/counting.feature:17; titles are unique"],
    ),
    "column that nothing uses": (
        "        | n |\n        | 2 |\n",
        "        | n | why |\n        | 2 | so  |\n",
        ["counting.feature:16", "the column 'why' is used by no title, step, table or doc string"],
    ),
    "placeholder that no column fills": (
        "Up to <n>",
        "Up to <n> for <waht>",
        ["counting.feature:10: '<waht>' would be played as it stands, for no column of the Examples in line 15"],
    ),
    "placeholder in another case": ("Then it is <n>", "Then it is <N>", ["counting.feature:13", "did you mean 'n'?"]),
    "Examples of another column": (
        "        | 2 |\n",
        "        | 2 |\n\n      Examples:\n        | m |\n        | 3 |\n",
        ["counting.feature:13: '<n>' would be played", "counting.feature:20: the column 'm' is used by no title"],
    ),
    "cell that is not closed": (
        "        | 2 |\n",
        "        | 2 | 3\n",
        ["counting.feature:17: '3' is outside of the table"],
    ),
    "text in place of a row": (
        "        | n |\n",
        "        n |\n",
        ["counting.feature:16: 'n |' is read as a description"],
    ),
    "title of two lines": (
        "        | 2 |\n",
        "        | 2\\n |\n",
        ["counting.feature:17", "expected a title of one line"],
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT_OUTLINES)
def test_a_spoilt_outline_is_refused(suite: SmallSuite, spoilt: str) -> None:
    old, new, expected = SPOILT_OUTLINES[spoilt]
    outline(suite, old, new)
    refused(suite, *expected)


@pytest.mark.parametrize("again", ["Scenario Outline: Up to <n>", "Scenario: Up to 2"])
def test_a_title_is_taken_by_a_template_and_by_its_examples(suite: SmallSuite, again: str) -> None:
    outline(suite)
    text = (suite.folder / FEATURE).read_text("utf-8")
    second = OUTLINE.replace("Scenario Outline: Up to <n>", again).replace("| 2 |", "| 3 |")
    if "<n>" not in again:
        second = second.partition("\n\n")[0].replace("<n>", "3") + "\n"
    suite.write(FEATURE, f"{text}\n  Rule: A count goes on\n    Value: it does\n\n    @TL-01.2\n{second}")
    title = again.partition(": ")[2]
    refused(suite, f"counting.feature:23: '{title}' is taken by features/free/counting.feature:", "titles are unique")


@pytest.mark.parametrize(("argument", "words"), [("datatable", "data table"), ("docstring", "doc string")])
def test_a_table_or_text_that_a_step_takes_is_not_left_out(suite: SmallSuite, argument: str, words: str) -> None:
    suite.change(STEPS, "def goes_up(counter)", f"def goes_up(counter, {argument})")
    refused(suite, f"counting.feature:12: 'When it goes up' has no {words}, which steps/counts.py:7 takes")


def test_a_file_that_is_almost_a_feature_file_is_refused(suite: SmallSuite) -> None:
    (suite.folder / FEATURE).rename(suite.folder / "features/free/counting.Feature")
    suite.write("features/free/other.feature", "")
    refused(suite, "features/free/counting.Feature:1: expected a name that ends in .feature")


def test_a_file_that_is_not_utf8_is_refused(suite: SmallSuite) -> None:
    path = suite.folder / FEATURE
    path.write_bytes(path.read_bytes().replace(b"it goes up", b"it goes \xfcp"))
    refused(suite, "features/free/counting.feature:12: expected UTF-8")


def test_a_folder_that_is_no_tier_is_refused(suite: SmallSuite) -> None:
    (suite.folder / "features/free").rename(suite.folder / "features/gratis")
    refused(suite, "'gratis' is not a tier")


def test_a_background_has_only_given(suite: SmallSuite) -> None:
    suite.change(FEATURE, "    @TL-01.1\n", "    Background:\n      When it goes up\n\n    @TL-01.1\n")
    refused(suite, "a Background has only Given")


def test_everything_wrong_is_told_at_once(suite: SmallSuite) -> None:
    suite.change(FEATURE, "@TL-01.1", "@TL-99.1")
    suite.change(STEPS, "    assert counter[0] == count\n", "    counter[0] == count\n")
    refused(suite, "TL-99", "asserts nothing")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--row=TL-03"], "no scenario is selected"),
        (["--row=TL01"], "there is no row 'TL01' (did you mean 'TL-01'?)"),
        (["--tier=fre"], "there is no tier 'fre' (did you mean 'free'?)"),
        (["--tag=lod"], "there is no tag 'lod' (did you mean 'load'?)"),
        (["--words=nothing like it"], "no scenario is selected"),
    ],
)
def test_a_selection_of_nothing_is_refused(suite: SmallSuite, arguments: list[str], expected: str) -> None:
    ended = suite.pytest(*arguments)
    assert ended.returncode not in {0, 1}
    assert expected in ended.stdout + ended.stderr


def test_a_sync_step_that_forgets_to_await_is_an_environment_failure(suite: SmallSuite) -> None:
    suite.change(STEPS, "async def goes_up", "def goes_up")
    suite.change(STEPS, "    counter[0] += 1\n", "    async def up():\n        counter[0] += 1\n    return up()\n")
    assert suite.pytest().returncode == 1
    [scenario] = suite.ledger()["scenarios"]
    assert scenario["outcome"] == "environment"
    assert "coroutine that nobody awaits" in scenario["reason"]


def test_a_coroutine_that_no_guard_can_tell_is_noticed_when_it_is_lost(suite: SmallSuite) -> None:
    suite.change(STEPS, "    counter[0] += 1\n", "    async def up():\n        pass\n    counter[0] += 1\n    up()\n")
    assert suite.pytest().returncode == 1
    [scenario] = suite.ledger()["scenarios"]
    assert scenario["outcome"] != "kept"
    assert "coroutine object goes_up" in scenario["reason"]


def test_a_step_that_hangs_is_an_environment_failure(suite: SmallSuite) -> None:
    suite.change(STEPS, "    counter[0] += 1\n", "    import asyncio\n    await asyncio.Event().wait()\n")
    assert suite.pytest(THREADPROOF_STEP_SECONDS="0.2").returncode == 1
    [scenario] = suite.ledger()["scenarios"]
    assert scenario["outcome"] == "environment"
    assert "THREADPROOF_STEP_SECONDS" in scenario["reason"]
