"""Asking agents: they answer at once, or when the assistant behind them does."""

from __future__ import annotations

from collections.abc import Sequence

from support.actors.assistant import Assistant
from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.core.failure import EnvironmentFailed


async def ask(people: People, assistant: Assistant, actor: Customer, conversation: Conversation, question: str) -> None:
    """Ask the agent, and wait for its answer; or until it has asked the assistant, if that thinks before it answers.

    A performer does not wait, nor does anybody whose question has to wait for an agent at work in the conversation.
    While the assistant is unavailable, the run has to end without an answer.

    Raises:
        PromiseBroken: the agent did not answer, or did not ask the assistant.
        Refused: the question is not taken.
    """
    if actor.performer is not None:
        await actor.ask(conversation, question)
        return
    asked = len(await assistant.asked(actor)) if assistant.is_thinking(actor) else 0
    run_id = await actor.ask(conversation, question)
    if conversation.id in people.at_work_in:
        return
    if assistant.is_thinking(actor):
        people.at_work_in.add(conversation.id)
        await assistant.until_asked(actor, asked + 1)
    else:
        await actor.expect_end(conversation, run_id, answered=not assistant.is_unavailable(actor))


async def stop(people: People, actor: Customer, conversation: Conversation) -> None:
    """Stop the run that was started last in a conversation, and see its end; a performer does not wait for it.

    Raises:
        EnvironmentFailed: none was started.
        Refused: the product does not stop it.
    """
    if not conversation.runs:
        raise EnvironmentFailed(f"expected a run in {conversation.title!r}, got no step before that starts one")
    run = conversation.runs[-1]
    await actor.driver.sight.need(actor.driver.cancellation, "cancellation").cancel(actor.session, run.id)
    if actor.performer is not None:
        return
    await conversation.owner.see_end_of(run.id)
    people.at_work_in.discard(conversation.id)


async def await_answers(people: People, assistant: Assistant, customers: Sequence[Customer]) -> None:
    """Let the assistant give these customers the answers that it held, and wait until no run is under way."""
    for customer in customers:
        await assistant.answer(customer)
    people.at_work_in.clear()
    await people.settle()
