"""Everything that can be done with a conversation, tried by whoever should not be let in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from support.actors.assistant import Assistant
from support.actors.attempt import Attempt
from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.core.failure import EnvironmentFailed, PromiseBroken
from support.drivers.contract.access import Act, Pass, Subject
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import NewThread, Reason, Refused, Run, Session
from support.snapshots.snapshot import Witness


@dataclass(frozen=True)
class Work:
    """A conversation in which an agent was asked; `words` are what nobody but its owner may read."""

    conversation: Conversation
    run: Run
    words: tuple[str, ...]

    @property
    def owner(self) -> Customer:
        """Whoever asked."""
        return self.conversation.owner

    @property
    def subject(self) -> Subject:
        """What acts are done with."""
        return Subject(self.conversation.id, self.run.id)

    def called(self, title: str) -> Work:
        """This, for a sentence that names it.

        Raises:
            EnvironmentFailed: the sentence means another conversation.
        """
        if title != self.conversation.thread.title:
            raise EnvironmentFailed(f"the scenario speaks of {title!r}, in which no agent has answered")
        return self


@dataclass(frozen=True)
class Attempts:
    """What came of each act on somebody's work, and of the same where there never was any."""

    work: Work
    on_it: Mapping[Act, Attempt]
    on_nothing: Mapping[Act, Attempt]
    witness: Witness

    def expect_refused(self, reason: Reason) -> None:
        """Every act was refused for this reason."""
        wrong = [f"{act} ({_outcome(attempt)})" for act, attempt in self.on_it.items() if _reason(attempt) != reason]
        if wrong:
            raise PromiseBroken(f"these were not refused as {reason}: {', '.join(wrong)}")

    def expect_nothing_told(self) -> None:
        """Each refusal is word for word the one that there is for nothing at all, and gives nothing away."""
        for act, attempt in self.on_it.items():
            attempt.expect_nothing_given_away()
            refusal, other = attempt.refusal.shown, self.on_nothing[act].refusal.shown
            if refusal != other:
                raise PromiseBroken(
                    f"who tries to {act} is told something else than where there is nothing: {refusal!r} and {other!r}"
                )
            if told := [word for word in self.work.words if word in refusal]:
                raise PromiseBroken(f"who tries to {act} is told {told}")

    async def expect_nothing_changed(self) -> None:
        """Everything that is kept is as it was before, whoever it belongs to."""
        await self.witness.expect_nothing_else_changed()


async def work_with_agent(people: People, customer: Customer, assistant: Assistant, title: str) -> Work:
    """Start a conversation with details and a message, and have an agent answer in it."""
    answer, detail, said, question = (people.faker.sentence(8) for _ in range(4))
    await assistant.will_say(customer, answer)
    conversation = await customer.start_conversation(NewThread(title=title, details={"secret": detail}))
    await customer.driver.messages.post(customer.session, conversation.id, said)
    run = await customer.runs.start(customer.session, conversation.id, question)
    await customer.driver.durable.settle(customer.wait_seconds)
    account = customer.account
    words = (title, answer, detail, said, question, account.email, account.organisation)
    return Work(conversation, run, words)


async def do_everything(work: Work) -> None:
    """Do every act with one's own work, which is gone in the end.

    Raises:
        Refused: one of them does not work even so.
    """
    for act in Act:
        await _do(act, work)


async def try_everything_with(work: Work, how: str) -> Attempts:
    """Try every act, with the owner's own pass spoilt as a `Pass` has it, or with none."""
    owner = work.owner
    session = await owner.driver.access.spoilt(owner.session, Pass(how))
    return await _try_everything(owner.driver, session, work, list(Act))


async def try_everything_as(stranger: Customer, work: Work) -> Attempts:
    """Try every act on one conversation, as another customer who is signed in."""
    acts = [act for act in Act if act.is_on_one]
    return await _try_everything(stranger.driver, stranger.session, work, acts)


async def _try_everything(driver: Driver, session: Session | None, work: Work, acts: list[Act]) -> Attempts:
    wait = work.owner.wait_seconds
    witness = await Witness.arrive(driver.durable, [], wait)
    nothing = Subject(driver.threads.unknown_id(), driver.threads.unknown_id())
    on_it = {act: await _attempt(driver, act, session, work.subject) for act in acts}
    on_nothing = {act: await _attempt(driver, act, session, nothing) for act in acts}
    await driver.durable.settle(wait)  # what was begun nevertheless leaves its mark
    return Attempts(work, on_it, on_nothing, witness)


async def stop_another(owner: Customer) -> None:
    """Have another agent begin to answer, and stop it.

    Raises:
        Refused: it cannot be stopped even so.
    """
    conversation = await owner.start_conversation(NewThread(title="Never mind"))
    run = await owner.runs.start(owner.session, conversation.id, "Anything new?")
    await _do(Act.STOP, Work(conversation, run, ()))


async def try_to_stop(run: Run, stranger: Customer) -> list[Attempt]:
    """Try to stop an agent at work: as another customer, and without signing in."""
    subject = Subject(run.thread_id, run.id)
    return [await _attempt(stranger.driver, Act.STOP, session, subject) for session in (stranger.session, None)]


async def _do(act: Act, work: Work) -> None:
    refusal = await work.owner.driver.access.attempt(act, work.owner.session, work.subject)
    if refusal:
        raise Refused(f"her own attempt to {act}", refusal)


async def _attempt(driver: Driver, act: Act, session: Session | None, subject: Subject) -> Attempt:
    refusal = await driver.access.attempt(act, session, subject)
    if refusal is None:
        return Attempt("it was done")
    shown = refusal.shown.replace(subject.thread_id, "<id>").replace(subject.run_id, "<id>")
    return Attempt(replace(refusal, shown=shown))


def _reason(attempt: Attempt) -> Reason | None:
    return None if isinstance(attempt.answer, str) else attempt.answer.reason


def _outcome(attempt: Attempt) -> str:
    return attempt.answer if isinstance(attempt.answer, str) else str(attempt.answer.reason)
