"""Faults in erasing conversations with all that belongs to them."""

from __future__ import annotations

from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import remember, tell_one_device

NOTHING = "Nothing anywhere mentions what was erased"
ELSE = "Everything else stays as it was, to the last byte"
AT_WORK = "An agent at work is stopped before its conversation is erased"
UNKNOWN = 'for her "Plans for the takeover" is as if it had never existed'
GONE = "nothing that is kept anywhere mentions it, or the secret"
RUNS = "nothing that the agent did in it is kept anywhere"
SIBLING = 'all that belongs to her "Board meeting" is as it was'
OTHERS = "all that belongs to others is as it was"
TOLD = "has told once that it was erased"
IN_ORDER = "her phone has told that the agent was stopped"
DELETE = Seam.DELETE_THREAD
PUBLISH = Seam.PUBLISH_EVENTS


def _before_deleting(patch: Patch, *statements: str) -> None:
    """Let the owner of the database do something with the thread `$1` before it is deleted."""

    @patch.replace(DELETE)
    async def delete(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> None:
        role = await connection.fetchval("SELECT current_user")
        await connection.execute("SET ROLE NONE")
        for statement in statements:
            await connection.execute(statement.replace("$1", f"'{thread_id}'"))
        await connection.execute(f"SET ROLE {role}")
        await original(connection, customer_id, thread_id)


@fault(Red(NOTHING, UNKNOWN, "should not be there"))
def erased_conversation_is_shown_from_memory(patch: Patch) -> None:
    """What was read before it was erased can be opened for ever."""
    memory = remember(patch, Seam.LOCK_THREAD)

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        return memory.get(thread_id) or await original(connection, customer_id, thread_id)


@fault(Red(NOTHING, UNKNOWN, "is still listed for Enid"))
def erased_conversation_stays_in_the_list(patch: Patch) -> None:
    """The list comes from memory, and what was erased is still in it."""
    memory = remember(patch, Seam.LOCK_THREAD)

    @patch.replace(Seam.LIST_THREADS)
    async def page(original: Any, *arguments: Any) -> Any:
        rows, bookmark = await original(*arguments)
        return [*rows, *memory.values()], bookmark


@fault(Red(NOTHING, UNKNOWN, "is answered differently"))
def erased_conversation_is_remembered_as_gone(patch: Patch) -> None:
    """Whoever asks for what was erased is told that it was there once."""
    erased: set[Any] = set()

    @patch.replace(DELETE, counts=False)
    async def delete(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> None:
        erased.add(thread_id)
        await original(connection, customer_id, thread_id)

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except Exception as problem:
            if thread_id in erased:
                vars(problem)["detail"] = "This thread has been deleted."
            raise


@fault(Red(NOTHING, GONE, "rows of public.graveyard"), Red(ELSE, GONE, "rows of public.graveyard"))
def erased_conversations_are_kept_aside(patch: Patch) -> None:
    """What is erased is copied into another table first, in case somebody wants it back."""
    create = "CREATE TABLE IF NOT EXISTS graveyard AS SELECT * FROM threads WHERE false"
    _before_deleting(patch, create, "INSERT INTO graveyard SELECT * FROM threads WHERE id = $1")


@fault(Red(NOTHING, GONE, "the stream of the Redis key"), Red(ELSE, GONE, "the stream of the Redis key"))
def events_of_erased_conversations_stay(patch: Patch) -> None:
    """What was announced of an erased conversation stays in the stream of events."""

    @patch.replace(Seam.IS_LAST_EVENT)
    def is_last_word(_original: Any, _event: Any) -> bool:
        return False


@fault(Red(NOTHING, GONE, "the string of the Redis key"))
def last_conversation_stays_in_the_cache(patch: Patch) -> None:
    """Which conversation a customer opened last is kept in Redis, whatever becomes of it."""

    @patch.replace(PUBLISH)
    async def publish(original: Any, log: Any, customer_id: Any, batch: Any) -> Any:
        for event in batch:
            await seams.redis_of(log).set(f"{seams.stream_of(log, customer_id)}:last", event.thread_id or "")
        return await original(log, customer_id, batch)


@fault(Red(NOTHING, f"her phone {TOLD}", "did not come"))
def devices_are_not_told_of_the_erasure(patch: Patch) -> None:
    """Open devices go on showing what was erased."""

    @patch.replace(Seam.DELIVER_EVENT)
    def deliver(original: Any, hub: Any, event: Any) -> None:
        if event.type != "thread_deleted":
            original(hub, event)


@fault(Red(NOTHING, f"her laptop {TOLD}", "did not come"))
def only_one_device_is_told_of_the_erasure(patch: Patch) -> None:
    """Only the device that was opened first hears that a conversation was erased."""
    tell_one_device(patch, lambda event: event.type == "thread_deleted")


@fault(Red(NOTHING, f"her phone {TOLD}", "should come last, each once"))
def the_erasure_is_told_twice(patch: Patch) -> None:
    """Devices are told twice that a conversation was erased."""

    @patch.replace(Seam.SEND_TO_DEVICE)
    async def pass_on(original: Any, socket: Any, event: Any) -> None:
        await original(socket, event)
        if event.type == "thread_deleted":
            await original(socket, event)


@fault(Red(ELSE, RUNS, "rows of public.run_statistics"), Red(AT_WORK, RUNS, "rows of public.run_statistics"))
def runs_are_kept_for_statistics(patch: Patch) -> None:
    """What agents did outlives the conversation, for the sake of figures."""
    create = "CREATE TABLE IF NOT EXISTS run_statistics AS SELECT id AS run, agent, status FROM runs WHERE false"
    _before_deleting(
        patch, create, "INSERT INTO run_statistics SELECT id, agent, status FROM runs WHERE thread_id = $1"
    )


@fault(Red(ELSE, RUNS, "no work of an agent was shown"), Red(AT_WORK, RUNS, "no work of an agent was shown"))
def work_of_agents_is_never_shown(patch: Patch) -> None:
    """Nobody can see what agents did, so that nobody can say whether it is gone."""

    @patch.replace(Seam.LIST_RUNS)
    async def page(_original: Any, *_arguments: Any) -> list[Any]:
        return []


@fault(Red(ELSE, SIBLING, "table public.threads has changed"))
def erasing_touches_the_other_conversations(patch: Patch) -> None:
    """When a conversation is erased, the others of its owner count as changed."""
    _before_deleting(
        patch,
        "UPDATE threads SET updated_at = clock_timestamp() "
        "WHERE customer_id = (SELECT customer_id FROM threads WHERE id = $1)",
    )


@fault(Red(ELSE, SIBLING, "table public.runs has gone"))
def erasing_clears_all_that_agents_did(patch: Patch) -> None:
    """With a conversation goes what agents did in all conversations of its owner."""
    owner = "(SELECT customer_id FROM threads WHERE id = $1)"
    _before_deleting(patch, f"DELETE FROM runs WHERE customer_id = {owner} AND thread_id <> $1")


@fault(Red(ELSE, SIBLING, "events has changed"))
def erasing_empties_the_stream_of_events(patch: Patch) -> None:
    """With a conversation go the events of all conversations of its owner."""

    @patch.replace(PUBLISH)
    async def publish(original: Any, log: Any, customer_id: Any, batch: Any) -> Any:
        count = await original(log, customer_id, batch)
        if batch[-1].type == "thread_deleted":
            await seams.redis_of(log).xtrim(seams.stream_of(log, customer_id), maxlen=0, approximate=False)
        return count


@fault(Red(ELSE, OTHERS, "table public.threads, customer"))
def erasing_touches_the_conversations_of_others(patch: Patch) -> None:
    """When a conversation is erased, one of somebody else counts as changed."""
    others = "customer_id <> (SELECT customer_id FROM threads WHERE id = $1) AND title = 'My own affairs'"
    _before_deleting(patch, f"UPDATE threads SET version = version + 1 WHERE {others}")


@fault(Red(AT_WORK, "the agent has been stopped in the middle of its answer", "is still waited for"))
def agents_work_on_after_the_erasure(patch: Patch) -> None:
    """The model goes on, and is paid for, though nobody will ever read what it says."""

    @patch.replace(Seam.STOP_RUN)
    def stop(_original: Any, *_arguments: Any) -> None:
        return None

    @patch.replace(Seam.RENEW_LEASES, counts=False)
    async def renew_leases(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(AT_WORK, IN_ORDER, "should come last, each once"))
def nobody_is_told_that_the_agent_was_stopped(patch: Patch) -> None:
    """An agent is stopped without a word."""

    @patch.replace(Seam.ANNOUNCE_RUN)
    async def announce(original: Any, connection: Any, kind: str, run: Any) -> None:
        if kind != "agent_cancelled":
            await original(connection, kind, run)
