"""Faults in archiving conversations, and in making them active again."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import before, change_call, change_result, refuse_without_reason, skip
from support.faults.makers.requests import sql_when_refused, when_refused
from support.faults.makers.storage import read_stale, remember_ids, sql_after
from support.faults.patch import Call, Patch
from support.faults.seams import Seam

CLEAR = "DELETE FROM messages WHERE thread_id = :thread_id"
LIDS = "And the lids?"


@fault(breaks("TL-22.1", at="lists:finds_exactly", code=Code.LIST_FOREIGN))
def archived_threads_stay_in_the_list(patch: Patch) -> None:
    """An archived conversation stays in the list."""
    skip(patch, Seam.FILTER_STATUS, when=lambda call: not call.filters.status)


@fault(breaks("TL-22.1", "TL-22.3", at="threads:has", code=Code.MESSAGES_SHOWN))
def archiving_deletes_messages(patch: Patch) -> None:
    """Archiving a conversation deletes its messages."""
    sql_after(patch, Seam.SAVE_CHANGES, CLEAR, when=lambda call: call.values["status"] == "archived")


@fault(breaks("TL-22.1", at="threads:has", code=Code.MESSAGES_STORED), one_process=True)
def messages_of_archived_threads_are_shown_from_memory(patch: Patch) -> None:
    """The later messages of an archived conversation are in memory only."""
    memory: dict[Any, Any] = {}

    async def move(call: Call) -> None:
        query = "SELECT * FROM messages WHERE thread_id = $1 ORDER BY sequence"
        memory[call.thread_id] = await call.connection.fetch(query, call.thread_id)
        await call.connection.execute("DELETE FROM messages WHERE thread_id = $1 AND sequence > 1", call.thread_id)

    before(patch, Seam.SAVE_CHANGES, move)
    read_stale(patch, memory, Seam.LIST_MESSAGES)


@fault(breaks("TL-22.2", at="threads:has", code=Code.MESSAGES_SHOWN))
def making_active_deletes_messages(patch: Patch) -> None:
    """Making an archived conversation active again deletes its messages."""
    sql_after(patch, Seam.SAVE_CHANGES, CLEAR, when=lambda call: call.values["status"] == "active")


@fault(breaks("TL-22.2", at="lists:finds_exactly", code=Code.LIST_MISSING))
def archived_threads_never_return_to_the_list(patch: Patch) -> None:
    """A conversation that was archived once is in no list, even after it is active again."""
    archived = remember_ids(patch, Seam.SAVE_CHANGES)
    change_result(patch, Seam.FILTER_STATUS, lambda _result, call: call.query.where("id <> ALL({0})", list(archived)))


@fault(breaks("TL-22.3", at="refusals:is_refused", code=Code.NOT_REFUSED))
def agents_answer_in_archived_threads(patch: Patch) -> None:
    """An agent takes questions in archived conversations too."""
    skip(patch, Seam.CHECK_OPEN)


@fault(breaks("TL-22.3", at="refusals:is_refused", code=Code.REFUSAL_NAMES))
def refusal_does_not_say_that_it_is_archived(patch: Patch) -> None:
    """The agent takes no question, and the refusal does not say why."""
    refuse_without_reason(patch, Seam.CHECK_OPEN)


@fault(breaks("TL-22.3", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refused_question_is_stored(patch: Patch) -> None:
    """A question that the agent does not take stays in the conversation."""
    insert = "INSERT INTO messages (id, customer_id, thread_id, sequence, role, content, created_at)"
    values = f"(gen_random_uuid(), :customer_id, :thread_id, 9, 'user', '{LIDS}', clock_timestamp())"
    sql_when_refused(patch, 409, f"{insert} VALUES {values}")


@fault(breaks("TL-22.3", at="agents:was_asked", code=Code.MODEL_ASKED))
def model_is_asked_before_the_refusal(patch: Patch) -> None:
    """The product asks and pays the model before it checks whether the conversation is archived."""
    when_refused(patch, 409, lambda request: seams.ask_model(request, [{"role": "user", "content": LIDS}]))


@fault(breaks("TL-22.4", at="agents:asks", code=Code.ACT_REFUSED))
def agents_never_return(patch: Patch) -> None:
    """An agent never works again in a conversation that was archived once."""
    archived = remember_ids(patch, Seam.SAVE_CHANGES)
    change_call(
        patch, Seam.CHECK_OPEN, thread=lambda thread: {"status": "archived"} if thread["id"] in archived else thread
    )


@fault(breaks("TL-22.4", at="threads:has", code=Code.MESSAGES_SHOWN))
def answers_are_sent_and_not_stored(patch: Patch) -> None:
    """Devices receive an agent's answer, and it never becomes a message."""
    skip(patch, Seam.STORE_ANSWER)


@fault(
    breaks("TL-22.5", at="devices:received", code=Code.EVENT_UNEXPECTED),
    breaks("TL-24.3", at="devices:received", code=Code.EVENT_DIFFERS),
)
def agents_are_not_stopped(patch: Patch) -> None:
    """Agents work on in a conversation that is archived, and those in one that is erased are not said to stop."""
    skip(patch, Seam.STOP_ALL_RUNS)


@fault(
    breaks("TL-22.5", at="devices:received", code=Code.EVENT_UNEXPECTED),
    breaks("TL-24.3", at="devices:received", code=Code.EVENT_DIFFERS),
)
def waiting_questions_are_not_stopped(patch: Patch) -> None:
    """Only the agent at work is stopped; a question that waits for its turn is forgotten."""
    change_result(patch, Seam.UNFINISHED_RUNS, lambda runs, _call: runs[:1])


@fault(breaks("TL-22.5", "TL-24.3", at="devices:received", code=Code.EVENT_MISSING))
def agents_in_other_threads_are_stopped_too(patch: Patch) -> None:
    """Archiving or erasing a conversation stops the agents in all conversations of its owner."""

    @patch.replace(Seam.UNFINISHED_RUNS)
    async def unfinished(call: Call) -> Any:
        query = "SELECT * FROM runs WHERE customer_id = $1 AND ended_at IS NULL ORDER BY queued_at"
        return await call.connection.fetch(query, call.customer_id)
