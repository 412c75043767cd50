"""Acts that the product refuses, and the reasons that it gives."""

from support.actors.attempts import Attempts
from support.actors.people import People
from support.gherkin.sentences import given, then, when
from support.workloads.access_matrix import do_everything, try_everything_as, try_everything_with


@given("{who:Word} has done every act on {title:Quoted}")
async def has_done_everything(people: People, who: str, title: str) -> None:
    await do_everything(people.who(who), people.titled(title))


@when("{who:Word} tries every act on {title:Quoted}", target_fixture="attempts")
async def tries_everything(people: People, who: str, title: str) -> Attempts:
    return await try_everything_as(people, people.who(who), people.titled(title))


@when("every act on {title:Quoted} is tried {state}", target_fixture="attempts")
async def everything_is_tried(people: People, title: str, state: str) -> Attempts:
    return await try_everything_with(people, people.titled(title), state)


@then("{attempted:Attempted} refused, because {reason}")
def is_refused(attempts: Attempts, attempted: str, reason: str) -> None:
    attempts.expect_refused(reason, several=attempted != "it is")
