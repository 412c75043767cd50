"""Acts: one declaration gives every form of a sentence, and nothing else passes for an act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.core.failure import EnvironmentFailed
from support.core.scenario import StepText
from support.gherkin import acts
from support.gherkin.acts import act, find_act, sequence
from support.gherkin.sentences import DEFINITIONS, StepDefinition
from support.tests.small_suite import SmallSuite


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has the acts that it declares, and those alone."""
    before = list(DEFINITIONS)
    DEFINITIONS.clear()
    monkeypatch.setattr(acts, "ACTS", [])
    yield
    DEFINITIONS[:] = before


class Group:
    """Stands for the people of a scenario, and keeps what each did."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def actors(self, who: str) -> Sequence[str]:
        return ["Customer 1", "Customer 2"] if who == "each of them" else [who]

    async def attempt(self, actor: str, act: str, doing: Callable[[], Awaitable[Any]]) -> str:
        del actor
        await doing()
        return act

    def attempted(self, outcomes: Sequence[str]) -> list[str]:
        return list(outcomes)


def declare_starts(group: Group) -> None:
    @act("{who} [starts] a conversation called {title:Quoted}")
    async def starts(actor: str, title: str) -> None:  # pyright: ignore[reportUnusedFunction]
        group.done.append((actor, title))


def definition_of(kind: str, text: str) -> StepDefinition:
    step = StepText(kind.capitalize(), kind, text, 1, played=text)
    [found] = [one for one in DEFINITIONS if one.matches(step)]
    return found


@pytest.mark.parametrize(
    ("kind", "verb", "answer"),
    [
        ("given", "has started", None),
        ("when", "starts", None),
        ("when", "tries to start", ['Mia tries to start a conversation called "Boxes"']),
    ],
)
def test_one_declaration_gives_each_form(kind: str, verb: str, answer: list[str] | None) -> None:
    group = Group()
    declare_starts(group)
    text = f'Mia {verb} a conversation called "Boxes"'
    definition = definition_of(kind, text)
    arguments = definition.parser.parse_arguments(text)
    assert arguments == {"who": "Mia", "title": "Boxes"}
    assert definition.wrapped(people=group, **arguments) == answer
    assert definition.target_fixture == (None if answer is None else "attempts")
    assert group.done == [("Mia", "Boxes")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("given", 'Mia starts a conversation called "Boxes"'),
        ("given", 'Mia tries to start a conversation called "Boxes"'),
        ("when", 'Mia has started a conversation called "Boxes"'),
        ("when", 'she starts a conversation called "Boxes"'),
        ("when", "Mia starts a conversation called Boxes"),
        ("then", 'Mia starts a conversation called "Boxes"'),
    ],
)
def test_no_other_form_is_a_sentence(kind: str, text: str) -> None:
    declare_starts(Group())
    assert not [one for one in DEFINITIONS if one.matches(StepText(kind, kind, text, 1, played=text))]


def test_each_of_them_does_it() -> None:
    group = Group()
    declare_starts(group)
    for text in (
        'each of them starts a conversation called "A"',
        'each of them tries to start a conversation called "B"',
    ):
        definition = definition_of("when", text)
        definition.wrapped(people=group, **(definition.parser.parse_arguments(text) or {}))
    assert group.done == [("Customer 1", "A"), ("Customer 2", "A"), ("Customer 1", "B"), ("Customer 2", "B")]


def test_an_act_asks_for_fixtures_and_for_a_table_as_other_steps_do() -> None:
    seen: list[object] = []

    @act("{who} [adds] a detail to {title:Quoted}:")
    async def adds(actor: str, assistant: str, people: Group, title: str, datatable: list[list[str]]) -> None:
        seen.extend((actor, assistant, people, title, datatable))

    group, text = Group(), 'Mia adds a detail to "Boxes":'
    definition = definition_of("when", text)
    definition.wrapped(people=group, who="Mia", title="Boxes", assistant="helper", datatable=[["a"]])
    assert seen == ["Mia", "helper", group, "Boxes", [["a"]]]
    assert not acts.ACTS[0].is_row(text)
    with pytest.raises(EnvironmentFailed, match="got 0 for"):
        find_act(text)
    assert adds.__name__ == "adds"


def test_a_row_names_one_act_and_says_whether_it_is_a_try() -> None:
    declare_starts(Group())
    for text, is_try in (("Mia starts", False), ("Mia tries to start", True)):
        found, arguments, tried = find_act(f'{text} a conversation called "Boxes"')
        assert (found, arguments, tried) == (acts.ACTS[0], {"who": "Mia", "title": "Boxes"}, is_try)
    for text in ('Mia has started a conversation called "Boxes"', "Mia waits"):
        with pytest.raises(EnvironmentFailed, match="expected one act that fits into a row, got 0"):
            find_act(text)
    declare_starts(Group())
    with pytest.raises(EnvironmentFailed, match="expected one act that fits into a row, got 2"):
        find_act('Mia starts a conversation called "Boxes"')


@pytest.mark.parametrize(
    ("cell", "sentences"),
    [
        ('Mia opens "A"', ['Mia opens "A"']),
        ('Mia opens "A", then writes "B" in "A"', ['Mia opens "A"', 'Mia writes "B" in "A"']),
        ('Mia opens "A, then B"', ['Mia opens "A, then B"']),
        ('Mia writes ", then " in "A", then opens "A"', ['Mia writes ", then " in "A"', 'Mia opens "A"']),
        ('each of them opens "A", then opens "B"', ['each of them opens "A"', 'each of them opens "B"']),
    ],
)
def test_a_sequence_is_parted_outside_quotes_and_keeps_its_person(cell: str, sentences: list[str]) -> None:
    assert sequence(cell) == sentences


STEPS = "steps/counts.py"
FEATURE = "features/free/counting.feature"
ACT = """
from support.gherkin.acts import act, find_act, sequence

class Group:
    def actors(self, who):
        return [who]

@given("a group", target_fixture="people")
def a_group():
    return Group()

@act("{who} [adds] to the count: {count:Count}")
async def adds(actor, counter, count):
    counter[0] += count

@when("these are done:")
async def these_are_done(people, counter, datatable):
    for [row] in datatable[1:]:
        for text in sequence(row):
            found, arguments, tried = find_act(text)
            await found.do(arguments.pop("who"), {**arguments, "counter": counter})
"""
TABLE = """\
      When these are done:
        | act |
        | Mia adds to the count: 1, then adds to the count: 2 |
"""


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    """A suite with one act, which only a row of a table uses."""
    suite = SmallSuite(tmp_path)
    steps = (tmp_path / STEPS).read_text("utf-8")
    unused = steps[steps.index("@when") : steps.index("@then")]
    suite.write(STEPS, steps.replace(unused, "") + ACT)
    suite.change(FEATURE, "      When it goes up\n", f"      And a group\n{TABLE}")
    suite.change(FEATURE, "Then it is 2", "Then it is 4")
    return suite


def test_an_act_that_only_a_row_uses_is_used(suite: SmallSuite) -> None:
    ended = suite.pytest("-n0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    suite.change(FEATURE, "Mia adds to the count: 1, then adds to the count: 2", "Mia adds to the count: 1")
    assert suite.pytest("-n0").returncode == 1  # it is 2, not 4: the rows are played


REFUSED = {
    "a row that is no act": (
        (FEATURE, "then adds to the count: 2", "then adds to the count: many"),
        [
            f"{FEATURE}:13: expected one act for the row 'Mia adds to the count: many', got 0",
            "(did you mean '{who:Who} adds",
        ],
    ),
    "a row that is two acts": (
        (
            STEPS,
            "@when",
            '@act("{who} [adds] to the count: 2")\nasync def adds_two(actor, counter):\n    counter[0] += 2\n\n@when',
        ),
        [f"{FEATURE}:13: expected one act for the row 'Mia adds to the count: 2', got 2"],
    ),
    "a row without a person": (
        (FEATURE, "Mia adds to the count: 1", "somebody adds to the count: 1"),
        [f"{FEATURE}:13: expected one act for the row 'somebody adds to the count: 1', got 0"],
    ),
    "an act that nothing uses": (
        (STEPS, "@when", '@act("{who} [opens] it")\nasync def opens(actor):\n    actor.open()\n\n@when'),
        ['no feature uses the sentence "{who} [opens] it"'],
    ),
    "an unknown verb": (
        (STEPS, "[adds]", "[counts]"),
        ["steps/counts.py cannot be imported: ValueError: expected one of the verbs adds, asks,", "got 'counts': add"],
    ),
    "a pattern without a person": (
        (STEPS, '@act("{who} [adds]', '@act("Mia [adds]'),
        ["steps/counts.py cannot be imported: ValueError: expected an act such as", "'Mia [adds] to the count: "],
    ),
    "a pattern without a verb": (
        (STEPS, "[adds]", "adds"),
        ["expected an act such as '{who} [starts] ...', got '{who} adds to the count: {count:Count}'"],
    ),
    "a pattern with two verbs": (
        (STEPS, "[adds] to", "[adds] and [reads] to"),
        ["expected an act such as '{who} [starts] ...', got '{who} [adds] and [reads] to the count: {count:Count}'"],
    ),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_is_no_act_ends_the_run_before_it_begins(suite: SmallSuite, wrong: str) -> None:
    change, expected = REFUSED[wrong]
    suite.change(*change)
    ended = suite.pytest("-n0")
    said = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}, said
    for text in expected:
        assert text in said, said
    assert "Traceback" not in said, said
