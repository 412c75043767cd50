"""The assistant, and the agents that ask it."""

from support.actors.agents import ask, await_answers, stop
from support.actors.assistant import Assistant
from support.actors.customer import Customer
from support.actors.people import People
from support.gherkin.acts import act
from support.gherkin.kinds import Text, Title
from support.gherkin.sentences import given, then, when
from support.specification.values import Use, text_of


@given("the assistant answers {who:Word} with {text:Text}")
async def answers_with(people: People, assistant: Assistant, who: str, text: Text) -> None:
    await assistant.will_answer(people.who(who), text_of(text, Use.MESSAGE, people.driver.policy))


@given("the assistant answers {who:Word} with:")
async def answers_with_lines(people: People, assistant: Assistant, who: str, docstring: str) -> None:
    await assistant.will_answer(people.who(who), docstring)


@given("the assistant thinks before it answers {who:Who} with {text:Quoted}")
async def thinks_before(people: People, assistant: Assistant, who: str, text: str) -> None:
    await assistant.will_think(people.actors(who), text)


@when("the assistant answers {who:Who}")
async def answers_now(people: People, assistant: Assistant, who: str) -> None:
    await await_answers(people, assistant, people.actors(who))


@act("{who} [gets] the assistant's answer")
async def gets_answer(actor: Customer, assistant: Assistant) -> None:
    await assistant.answer(actor)


@act("{who} [asks] the agent {question:Quoted} in {title:Title}")
async def asks(actor: Customer, people: People, assistant: Assistant, question: str, title: Title) -> None:
    await ask(people, assistant, actor, actor.called(title), question)


@act("{who} [stops] the agent in {title:Title}")
async def stops(actor: Customer, people: People, title: Title) -> None:
    await stop(people, actor, actor.called(title))


@then("the assistant was stopped before it answered {who:Word}")
async def was_stopped(people: People, assistant: Assistant, who: str) -> None:
    await assistant.expect_stopped(people.who(who))


@then("the assistant was asked exactly:")
async def was_asked(people: People, assistant: Assistant, datatable: list[list[str]]) -> None:
    await assistant.expect_asked(people.everybody, [question for [question] in datatable[1:]])
