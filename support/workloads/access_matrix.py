"""Every act on a conversation, tried by people who must not do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from support.actors.attempts import Attempt, Attempts
from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.core.failure import EnvironmentFailed
from support.core.words import member
from support.drivers.contract.access import AccessAct, Flaw, Subject, TokenState
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Refused, Session


async def do_everything(owner: Customer, conversation: Conversation) -> None:
    """Do every act on one's own conversation, which is erased in the end; first an agent answers in it.

    Raises:
        PromiseBroken: one of them does not work even for its owner.
    """
    access = owner.driver.sight.need(owner.driver.access, "access")
    await owner.expect_end(conversation, await owner.ask(conversation, "Anything new?"))
    for act in AccessAct:
        refusal = await access.attempt(act, owner.session, _subject(conversation))
        if refusal:
            raise Refused(f"{owner.name}'s own try to {act}", refusal)
    conversation.is_erased = True


async def try_everything_with(people: People, conversation: Conversation, state: str) -> Attempts:
    """Try every act as the owner, with a token or a request that is wrong in one thing, as `state` says."""
    owner = conversation.owner
    secrets = await _secrets(conversation)
    access = owner.driver.sight.need(owner.driver.access, "access")
    if state in list(Flaw):
        flaw = Flaw(state)
        return await _try_everything(people, owner.session, conversation, access.acts_with(flaw), secrets, flaw)
    token = member(TokenState, state)
    if token is TokenState.REVOKED:
        session: Session | None = owner.session
        await owner.driver.sight.need(owner.driver.revocation, "revocation").revoke(owner.session)
        await owner.sign_in_again()
    else:
        session = await access.with_token(owner.session, token)
    return await _try_everything(people, session, conversation, list(AccessAct), secrets)


async def try_everything_as(people: People, stranger: Customer, conversation: Conversation) -> Attempts:
    """Try every act on one conversation, as another customer who is signed in."""
    acts = [act for act in AccessAct if act.is_on_one]
    secrets = await _secrets(conversation)
    return await _try_everything(people, stranger.session, conversation, acts, secrets)


async def _try_everything(
    people: People,
    session: Session | None,
    conversation: Conversation,
    acts: Sequence[AccessAct],
    secrets: Sequence[str],
    flaw: Flaw | None = None,
) -> Attempts:
    driver = people.driver
    snapshot = await people.snapshot([])
    nothing = Subject(driver.threads.unknown_id(), driver.threads.unknown_id())
    subject = _subject(conversation)
    tried = [await _attempt(driver, act, session, subject, flaw) for act in acts]
    on_nothing = [await _attempt(driver, act, session, nothing, flaw) for act in acts]
    await people.settle()
    effects = await snapshot.differences()
    outcomes = [
        replace(one, for_nothing=other.refusal.shown if other.refusal else "it was done", secrets=secrets)
        for one, other in zip(tried, on_nothing, strict=True)
    ]
    return Attempts((*outcomes[:-1], replace(outcomes[-1], effects=effects)), driver)


async def _attempt(
    driver: Driver, act: AccessAct, session: Session | None, subject: Subject, flaw: Flaw | None
) -> Attempt:
    access = driver.sight.need(driver.access, "access")
    refusal = await access.attempt(act, session, subject, flaw)
    if refusal is None:
        return Attempt(str(act), None)
    shown = refusal.shown.replace(subject.thread_id, "<id>").replace(subject.run_id, "<id>")
    return Attempt(str(act), replace(refusal, shown=shown))


async def _secrets(conversation: Conversation) -> tuple[str, ...]:
    """The texts that a refusal must not contain: title, details, messages, owner."""
    thread = await conversation.read()
    texts = [message.content for message in await conversation.messages()]
    values = [value for value in thread.metadata.values() if isinstance(value, str)]
    account = conversation.owner.account
    return (thread.title, *values, *texts, account.email, account.organisation)


def _subject(conversation: Conversation) -> Subject:
    if not conversation.runs:
        raise EnvironmentFailed(f"expected an agent to be asked in {conversation.title!r} before, got no such step")
    return Subject(conversation.id, conversation.runs[-1].id)
