"""Plays stories against the target, each with people of its own, and judges them by the specification."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from support.actors.assistant import Assistant
from support.actors.device import enter
from support.actors.people import People
from support.core.failure import Code, EnvironmentFailed, PromiseBroken
from support.core.people import PLAN_OF
from support.drivers.contract.types import Refused
from support.frame.frame import told
from support.frame.replay import EXCUSED, Difference
from support.gherkin.acts import ACTS
from support.gherkin.kinds import KINDS
from support.stories.story import PEOPLE, Sentence, Story


@dataclass(frozen=True)
class Found:
    """A story after which something was not as the acts had made it, and what that was."""

    story: Story
    code: Code
    words: str


@dataclass(frozen=True)
class Telling:
    """How many stories of at most how many acts are told; `seed` decides which. With `minutes`, as many as fit."""

    seed: int
    stories: int
    acts: int
    minutes: float = 0


@dataclass
class Told:
    """The stories that were told, and the first that found something, as short as it could be made in time.

    `trouble` is what ended them, if that was not the product's.
    """

    telling: Telling
    count: int = 0
    found: Found | None = None
    trouble: EnvironmentFailed | None = None

    @property
    def broken(self) -> PromiseBroken | None:
        """What was found, with the story as a scenario; None if everything was as the acts had made it."""
        if self.found is None:
            return None
        scenario = self.found.story.as_gherkin(f"Found with seed {self.telling.seed}")
        return PromiseBroken(self.found.code, f"{self.found.words}\n{scenario}")


def tell(telling: Telling, play: Callable[[Story], Found | None], shorten_seconds: float) -> Told:
    """Draw stories and play them until one finds something; then look for a shorter one that finds it too.

    Raises:
        EnvironmentFailed: a story could not be played.
    """
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings  # slow to load
    from hypothesis.errors import Flaky

    from support.stories.drawing import stories

    told = Told(telling)
    shorten_until = math.inf

    def judge(story: Story) -> None:
        nonlocal shorten_until
        if told.trouble or time.monotonic() > shorten_until:
            return
        told.count += 1
        try:
            found = play(story)
        except EnvironmentFailed as trouble:
            told.trouble = trouble
            return
        if found:
            shorten_until = min(shorten_until, time.monotonic() + shorten_seconds)
            told.found = min((one for one in (told.found, found) if one), key=lambda one: len(one.story.acts))
            raise _FoundError

    options: dict[str, Any] = {"database": None, "deadline": None, "verbosity": Verbosity.quiet}
    options |= {"suppress_health_check": list(HealthCheck), "phases": (Phase.generate, Phase.shrink)}
    until = time.monotonic() + telling.minutes * 60
    number = telling.seed
    while told.found is None and told.trouble is None and (number == telling.seed or time.monotonic() < until):
        told.telling = Telling(number, telling.stories, telling.acts, telling.minutes)
        drawing = given(stories(telling.acts))(judge)
        try:
            seed(number)(settings(max_examples=telling.stories, **options)(drawing))()
        except (_FoundError, Flaky):
            break
        number += 1
    if told.trouble:
        raise told.trouble
    return told


class _FoundError(Exception):
    """A story has found something; Hypothesis takes any exception as that."""


async def play(story: Story, people: People, assistant: Assistant) -> Found | None:
    """Play one story with people who have not yet signed in; gives what it has found."""
    for name in PEOPLE:
        person = await people.enrol(name, PLAN_OF[name])
        await assistant.will_answer(person, story.answer)
    try:
        for sentence in story.acts:
            people.tape.place = (sentence.text, 0)
            await _do(sentence, people, assistant)
        found: Sequence[Difference] = await people.find_differences()
    except Refused as refused:
        return Found(story, refused.code, str(refused))
    except PromiseBroken as broken:
        return Found(story, broken.code, str(broken))
    finally:
        await people.leave()
    return Found(story, found[0].code, told(found)) if found else None


async def _do(sentence: Sentence, people: People, assistant: Assistant) -> None:
    """Do an act as a step would, whether it is refused or not: the specification says which is right.

    Raises:
        Refused: for a reason that depends on more than the conversation. In a story there is no such reason: everybody
            has signed in on a plan that has everything, and nothing is out of order.
    """
    whose, _, rest = sentence.text.partition(" ")
    device, _, state = rest.partition(" ")
    if re.fullmatch(KINDS["Whose"].pattern, whose) and re.fullmatch(KINDS["DeviceState"].pattern, state):
        await enter(people.who(whose.removesuffix("'s")).device(device), state)
        return
    found = [one for one in ACTS if one.present.is_matching(sentence.text)]
    if len(found) != 1:
        raise EnvironmentFailed(f"expected one act for {sentence.text!r}, got {len(found)}")
    arguments = found[0].present.parse_arguments(sentence.text) or {}
    known = {"people": people, "assistant": assistant, "datatable": [list(row) for row in sentence.table or ()]}
    needed = [*found[0].fixtures, *(["datatable"] if found[0].takes_table else [])]
    actor = people.who(arguments.pop("who"))
    try:
        await found[0].do(actor, arguments | {name: known[name] for name in needed})
    except Refused as refused:
        if refused.refusal.reason in EXCUSED:
            raise
