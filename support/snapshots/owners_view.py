"""What customers are shown of their own threads, in the form of a snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Kept, Session, Thread


async def seen_by(driver: Driver, sessions: Sequence[Session], except_threads: Collection[str] = ()) -> dict[str, Kept]:
    """Every thread that each customer can list, with its messages, by its place."""
    seen: dict[str, Kept] = {}
    for session in sessions:
        for id_, thread in (await threads_of(driver, session)).items():
            if id_ not in except_threads:
                seen[f"{session.account.name}'s conversation {thread.title!r} ({id_})"] = await _kept(
                    driver, session, thread
                )
    return seen


async def threads_of(driver: Driver, session: Session) -> Mapping[str, Thread]:
    """Every thread that a customer can list, of any status, by its id."""
    status = driver.status
    if status is None:
        return {one.id: one for one in await driver.threads.list(session)}
    lists = [await status.list(session, name) for name in driver.policy.transitions]
    return {one.id: one for threads in lists for one in threads}


async def seen_of(driver: Driver, session: Session, thread_id: str) -> dict[str, Kept]:
    """One thread with its messages, as its owner is shown it."""
    thread = await driver.threads.read(session, thread_id)
    return {"what its owner is shown": await _kept(driver, session, thread)}


async def _kept(driver: Driver, session: Session, thread: Thread) -> Kept:
    messages = await driver.messages.list(session, thread.id)
    shown = repr((thread, messages))
    return Kept(f"{len(messages)} messages", hashlib.sha256(shown.encode()).hexdigest())
