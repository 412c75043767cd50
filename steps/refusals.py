"""Acts that may not be done, and what a customer is told."""

from support.actors.attempts import Attempts
from support.actors.customer import Customer
from support.actors.people import People
from support.gherkin.acts import act
from support.gherkin.kinds import Title
from support.gherkin.sentences import then, when
from support.workloads.access_matrix import do_everything, try_everything_as, try_everything_with


@act("{who} [does] everything that can be done with {title:Title}")
async def does_everything(actor: Customer, title: Title) -> None:
    await do_everything(actor, actor.called(title))


@when("everything that can be done with {title:Quoted} is tried {state}", target_fixture="attempts")
async def everything_is_tried(people: People, title: str, state: str) -> Attempts:
    return await try_everything_with(people.titled(title), state)


@then("{attempted:Attempted} refused, because {reason}")
def is_refused(attempts: Attempts, attempted: str, reason: str) -> None:
    attempts.expect_refused(reason, several=attempted != "it is")
