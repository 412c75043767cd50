"""Asking agents: they answer at once, or when the assistant behind them does."""

from __future__ import annotations

from support.actors.assistant import Assistant
from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.core.failure import Code, EnvironmentFailed, PromiseBroken

UNFINISHED = ("queued", "running")


async def ask(people: People, assistant: Assistant, actor: Customer, conversation: Conversation, question: str) -> None:
    """Ask the agent, and wait for its answer; or until it has asked the assistant, if that thinks before it answers.

    A performer does not wait.

    Raises:
        PromiseBroken: the agent did not answer, or did not ask the assistant.
        Refused: the question is not taken.
    """
    if actor.performer is not None:
        await actor.ask(conversation, question)
        return
    asked = len(await assistant.asked(actor)) if assistant.is_thinking(actor) else 0
    run_id = await actor.ask(conversation, question)
    if assistant.is_thinking(actor):
        people.at_work_in.add(conversation.id)
        await assistant.until_asked(actor, asked + 1)
    else:
        await actor.expect_answer(conversation, run_id)


async def stop(people: People, actor: Customer, conversation: Conversation) -> None:
    """Stop the run that was started last in a conversation, and see its end.

    Raises:
        EnvironmentFailed: none was started.
        Refused: the product does not stop it.
    """
    if not conversation.runs:
        raise EnvironmentFailed(f"expected a run in {conversation.title!r}, got no step before that starts one")
    run = conversation.runs[-1]
    await actor.runs.cancel(actor.session, run.id)
    await conversation.owner.see_end_of(run.id)
    people.at_work_in.discard(conversation.id)


async def await_answers(people: People, assistant: Assistant, customer: Customer) -> None:
    """Let the assistant give this customer the answers that it held, and wait until no run is under way.

    Raises:
        PromiseBroken: a run of this customer has not ended in time.
    """
    await assistant.answer(customer)
    people.at_work_in.clear()
    try:
        await customer.driver.durable.settle(customer.wait_seconds)
    except EnvironmentFailed:
        await _expect_ended(customer)
        raise


async def _expect_ended(customer: Customer) -> None:
    for conversation in customer.conversations:
        for run in conversation.runs:
            status = (await customer.runs.read(customer.session, run.id)).status
            if status in UNFINISHED:
                seconds = f"{customer.wait_seconds:g} s"
                raise PromiseBroken(
                    Code.RUN_ENDING, f"expected the run in {conversation.title!r} to end in {seconds}, got {status}"
                )
