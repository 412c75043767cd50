"""Asking agents, and what they answer."""

from support.actors.assistant import Assistant
from support.actors.attempt import Attempt
from support.actors.people import People
from support.actors.talk import Activity, ask_agent, get_answer, see_answer, try_to_ask
from support.drivers.contract.types import Reason, Run
from support.gherkin.sentences import given, then, when


@given("the agent takes its time before it answers {who:Who} with {words:Quoted}")
async def takes_its_time(people: People, assistant: Assistant, who: str, words: str) -> None:
    await assistant.will_think(people.who(who), words)


@given("the agent has answered {answer:Quoted} when {who:Who} asked {question:Quoted} in {title:Quoted}")
@when("the agent answers {answer:Quoted} when {who:Who} asks {question:Quoted} in {title:Quoted}")
async def answers_when_asked(
    people: People, assistant: Assistant, answer: str, who: str, question: str, title: str
) -> None:
    customer = people.who(who)
    await assistant.will_say(customer, answer)
    await get_answer(customer.called(title), question)


@given("the agent is at work on her question {question:Quoted} in {title:Quoted}", target_fixture="run")
async def is_at_work(people: People, assistant: Assistant, question: str, title: str) -> Run:
    customer = people.who("her")
    await assistant.will_think(customer, "Too late")
    run = await ask_agent(customer.called(title), question)
    await assistant.until_asked(customer)
    return run


@when("{who:Who} asks the agent {question:Quoted} in {title:Quoted}", target_fixture="run")
async def asks(people: People, who: str, question: str, title: str) -> Run:
    return await ask_agent(people.who(who).called(title), question)


@when("{who:Who} tries to ask the agent {question:Quoted} in {title:Quoted}", target_fixture="attempt")
async def tries_to_ask(people: People, who: str, question: str, title: str) -> Attempt:
    return await try_to_ask(people.who(who).called(title), question)


@when("the agent answers {who:Who}", target_fixture="before")
async def answers(people: People, assistant: Assistant, who: str, run: Run) -> Activity:
    customer = people.who(who)
    before = await Activity.of(next(one for one in customer.started if one.id == run.thread_id))
    await assistant.answer(customer)
    await see_answer(customer, run)
    return before


@then("she is told that it is {status:Status}")
def is_told_the_status(attempt: Attempt, status: str) -> None:
    refusal = attempt.expect_refused(Reason.CONFLICT)
    assert refusal.states == (status,)


@then("the agent has been stopped in the middle of its answer")
async def has_been_stopped(people: People, assistant: Assistant) -> None:
    await assistant.expect_let_go(people.who("her"))


@then("the agent was asked nothing but {question:Quoted}")
async def was_asked_nothing_but(people: People, assistant: Assistant, question: str) -> None:
    await assistant.expect_asked_only(people.who("her"), question)
