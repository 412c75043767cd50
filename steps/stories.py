"""Random stories, and everything that their acts have made."""

from support.actors.assistant import Assistant
from support.actors.people import People
from support.core.settings import settings
from support.gherkin.sentences import background_loop, then, when
from support.observation.evidence import Evidence
from support.stories.playing import Found, Telling, play, tell
from support.stories.story import Story


@when("two customers do {acts:Count} acts at random, in each of {count:Count} stories")
def do_at_random(people: People, assistant: Assistant, evidence: Evidence, acts: int, count: int) -> None:
    telling = Telling(settings().stories_seed, count, acts, settings().stories_minutes)

    def play_one(story: Story) -> Found | None:
        apart = people.apart(str(story))
        return background_loop().run(play(story, apart, assistant), settings().step_seconds)

    told = tell(telling, play_one, shorten_seconds=2 * settings().wait_seconds)
    evidence.add_text("What was told", f"{told.count} stories, the last with seed {told.telling.seed}")
    people.found = told.broken


@then("everything is as their acts have made it")
async def is_as_made(people: People) -> None:
    await people.expect_as_made()
