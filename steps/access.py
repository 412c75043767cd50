"""Who is let in, and to what."""

from support.actors.assistant import Assistant
from support.actors.attempt import Attempt
from support.actors.people import People
from support.drivers.contract.types import Reason, Run
from support.gherkin.sentences import given, then, when
from support.workloads import intruder
from support.workloads.intruder import Attempts, Work


@given("an agent has answered {who:Who} in {title:Quoted}", target_fixture="work")
async def has_answered(people: People, assistant: Assistant, who: str, title: str) -> Work:
    return await intruder.work_with_agent(people, people.who(who), assistant, title)


@given("{who:Who} has done everything that can be done with another such conversation, and erased it")
async def has_done_everything(people: People, assistant: Assistant, who: str) -> None:
    await intruder.do_everything(await intruder.work_with_agent(people, people.who(who), assistant, "Nothing of note"))


@given("{who:Who} has stopped another agent")
async def has_stopped_another(people: People, who: str) -> None:
    await intruder.stop_another(people.who(who))


@when("everything that can be done with {title:Quoted} is tried {how}", target_fixture="attempts")
async def everything_is_tried(work: Work, title: str, how: str) -> Attempts:
    return await intruder.try_everything_with(work.called(title), how)


@when("{who:Who} tries everything that can be done with {title:Quoted}", target_fixture="attempts")
async def tries_everything(people: People, who: str, work: Work, title: str) -> Attempts:
    return await intruder.try_everything_as(people.who(who), work.called(title))


@when("{who:Who}, and then somebody who has not signed in, tries to stop it", target_fixture="tries")
async def try_to_stop(people: People, who: str, run: Run) -> list[Attempt]:
    return await intruder.try_to_stop(run, people.who(who))


@then("each of these acts is refused, for nobody has signed in")
def is_refused_without_signing_in(attempts: Attempts) -> None:
    attempts.expect_refused(Reason.NOT_SIGNED_IN)


@then("each of these acts is refused, for there is no such thing")
def is_refused_as_unknown(attempts: Attempts) -> None:
    attempts.expect_refused(Reason.NOT_FOUND)


@then("no refusal tells whether there is such a conversation, or what is in it")
def tells_nothing(attempts: Attempts) -> None:
    attempts.expect_nothing_told()


@then("nothing at all has changed")
async def nothing_has_changed(attempts: Attempts) -> None:
    await attempts.expect_nothing_changed()


@then("neither of them can")
def neither_can(tries: list[Attempt]) -> None:
    for attempt, reason in zip(tries, (Reason.NOT_FOUND, Reason.NOT_SIGNED_IN), strict=True):
        attempt.expect_refused(reason)
