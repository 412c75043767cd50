"""Stories are drawn by a seed, made short once one finds something, and printed as scenarios."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from support.core.failure import Code, EnvironmentFailed
from support.core.settings import settings as of_the_suite
from support.gherkin.acts import ACTS
from support.gherkin.sentences import import_steps
from support.stories.drawing import stories
from support.stories.playing import Found, Telling, tell
from support.stories.story import Sentence, Story

TELLING = Telling(seed=3, stories=20, acts=20)


def told_with(seed: int) -> list[Story]:
    seen: list[Story] = []

    def play(story: Story) -> None:
        seen.append(story)

    tell(Telling(seed, 10, 20), play, shorten_seconds=1)
    return seen


def finding(words: str) -> tuple[list[Story], Found | None]:
    """The stories played, and what is found, where each story with an act of these words finds something."""
    seen: list[Story] = []

    def play(story: Story) -> Found | None:
        seen.append(story)
        is_found = any(words in act.text for act in story.acts)
        return Found(story, Code.FRAME_ANSWER, f"{words}: it was lost") if is_found else None

    return seen, tell(TELLING, play, shorten_seconds=20).found


def test_a_seed_gives_the_same_stories_and_another_seed_others() -> None:
    assert told_with(5) == told_with(5)
    assert told_with(5) != told_with(6)


def test_a_story_that_finds_something_is_made_as_short_as_possible() -> None:
    _seen, found = finding("marks")
    assert found is not None
    first, *_others, last = (act.text.split()[1] for act in found.story.acts)
    assert (first, last) == ("starts", "marks")
    assert len(found.story.acts) <= 4


def test_nothing_is_found_where_all_is_well() -> None:
    seen, found = finding("dances")
    assert found is None
    assert len(seen) == TELLING.stories


def test_a_story_that_finds_something_once_is_told_all_the_same() -> None:
    count = iter(range(100))

    def play(story: Story) -> Found | None:
        return Found(story, Code.FRAME_LIST, "once") if next(count) == 5 else None

    told = tell(TELLING, play, shorten_seconds=5)
    assert told.found is not None
    assert told.found.words == "once"


def test_trouble_of_the_suite_ends_the_stories_and_accuses_nobody() -> None:
    played: list[Story] = []

    def play(story: Story) -> Found | None:
        played.append(story)
        raise EnvironmentFailed("no machine")

    with pytest.raises(EnvironmentFailed, match="no machine"):
        tell(TELLING, play, shorten_seconds=5)
    assert len(played) == 1


def test_what_is_found_is_printed_as_a_scenario() -> None:
    details = (("detail", "kind", "value"), ("project", "text", "Paper"))
    acts = (
        Sentence('Enid starts a conversation called "Boxes" with these details:', details),
        Sentence("Sam's phone is open"),
    )
    assert Story("Card", acts).as_gherkin("Found with seed 7") == (
        "  Scenario: Found with seed 7\n"
        "    Given Enid has signed in on the Enterprise plan\n"
        "    And Sam, a stranger, has signed in\n"
        '    And the assistant answers Enid with "Card"\n'
        '    And the assistant answers Sam with "Card"\n'
        '    When Enid starts a conversation called "Boxes" with these details:\n'
        "      | detail | kind | value |\n"
        "      | project | text | Paper |\n"
        "    And Sam's phone is open\n"
        "    Then everything is as their acts have made it"
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories(20))
def test_every_sentence_of_a_story_is_an_act_or_the_state_of_a_device(story: Story) -> None:
    import_steps(of_the_suite().steps)
    for act in story.acts:
        found = [one for one in ACTS if one.present.is_matching(act.text)]
        assert len(found) == 1 or "'s phone " in act.text
