"""What pronouns stand for: the person named last, in the reading for which there is a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.gherkin.pronouns import AmbiguousPronoun, resolve
from support.tests.small_suite import SmallSuite

SENTENCES = {
    r"Mia's phone is open": "steps/devices.py:1",
    r"Mia starts (a conversation|it)": "steps/starting.py:1",
    r"the assistant answers Mia": "steps/agents.py:1",
    r"Enid's phone is open": "steps/devices.py:1",
    r'Mia starts a conversation called "[^"]*"': "steps/starting.py:5",
    r"nobody takes his turn": "steps/turns.py:1",
    r"Mia has exactly what she started": "steps/lists.py:1",
}


def fitting(_number: int, text: str) -> set[str]:
    return {place for pattern, place in SENTENCES.items() if re.fullmatch(pattern, text)}


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("she starts a conversation", "Mia starts a conversation"),
        ("he starts a conversation", "Mia starts a conversation"),
        ("her phone is open", "Mia's phone is open"),
        ("his phone is open", "Mia's phone is open"),
        ("the assistant answers her", "the assistant answers Mia"),
        ('she starts a conversation called "She and her box"', 'Mia starts a conversation called "She and her box"'),
        ('she starts a conversation called "he said her"', 'Mia starts a conversation called "he said her"'),
        ("nobody takes his turn", "nobody takes his turn"),
        ("Mia has exactly what she started", "Mia has exactly what she started"),
        ("she does what nobody knows", "Mia does what nobody knows"),
    ],
)
def test_a_pronoun_is_the_person_named_last_as_far_as_a_sentence_fits(written: str, played: str) -> None:
    assert resolve(["Mia starts it", written], fitting) == ["Mia starts it", played]


def test_the_last_person_named_counts_also_within_a_step() -> None:
    texts = ["Mia starts it", "her phone is open", "Enid's phone is open", "her phone is open"]
    assert resolve(texts, fitting)[1::2] == ["Mia's phone is open", "Enid's phone is open"]


def test_a_name_in_quotes_is_nobody_and_a_word_with_a_pronoun_in_it_is_none() -> None:
    texts = ["Mia starts it", 'Mia starts a conversation called "Enid"', "her phone is open", "the other is here"]
    assert resolve(texts, fitting)[2:] == ["Mia's phone is open", "the other is here"]


def test_without_a_person_before_it_a_pronoun_stays() -> None:
    assert resolve(["she starts it", "Mia starts it"], fitting) == ["she starts it", "Mia starts it"]


def test_two_readings_that_fit_different_sentences_are_ambiguous() -> None:
    readings = {"Mia's turn": {"steps/a.py:1"}, "Mia turn": {"steps/a.py:9"}}
    with pytest.raises(AmbiguousPronoun) as raised:
        resolve(["Mia", "her turn"], lambda _number, text: readings.get(text, set()))
    assert raised.value.number == 1
    assert str(raised.value) == (
        "the pronoun could be read as 'Mia's turn' (steps/a.py:1) or 'Mia turn' (steps/a.py:9): write the name"
    )
    same = {"Mia's turn": {"steps/a.py:1"}, "Mia turn": {"steps/a.py:1"}}
    assert resolve(["Mia", "her turn"], lambda _number, text: same.get(text, set())) == ["Mia", "Mia's turn"]


FEATURE = "features/free/counting.feature"
STEPS = "steps/counts.py"


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    """A suite in which Mia has a count, and the next steps speak of her."""
    suite = SmallSuite(tmp_path)
    suite.change(FEATURE, "Given a count of 1", "Given Mia has a count of 1")
    suite.change(FEATURE, "When it goes up", "When her count goes up")
    suite.change(STEPS, '@given("a count', '@given("{who:Who} has a count')
    suite.change(STEPS, "def a_count(start)", "def a_count(who, start)")
    suite.change(STEPS, '@when("it goes up")', '@when("{whose:Whose} count goes up")')
    suite.change(STEPS, "def goes_up(counter)", "def goes_up(counter, whose)")
    return suite


def test_reports_show_the_text_as_written(suite: SmallSuite) -> None:
    suite.change(FEATURE, "Then it is 2", "Then her count is 3")
    suite.change(STEPS, '@then("it is', '@then("{whose:Whose} count is')
    suite.change(STEPS, "def is_count(counter, count)", "def is_count(counter, whose, count)")
    ended = suite.pytest("-n0")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    [scenario] = suite.ledger()["scenarios"]
    assert (scenario["outcome"], scenario["step"]) == ("broken", "Then her count is 3")
    assert "Mia's count" not in ended.stdout


def test_a_pronoun_with_two_sentences_ends_the_run_with_file_and_line(suite: SmallSuite) -> None:
    assert suite.pytest("-n0").returncode == 0
    suite.change(
        STEPS,
        '@when("{whose:Whose}',
        '@when("{who:Who} count goes up")\ndef who_goes_up(counter, who):\n    counter[0] += 5\n\n@when("{whose:Whose}',
    )
    ended = suite.pytest("-n0")
    said = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}, said
    assert f"{FEATURE}:12: the pronoun could be read as 'Mia's count goes up' (steps/counts.py:" in said
    assert "or 'Mia count goes up' (steps/counts.py:" in said
    assert "Traceback" not in said
