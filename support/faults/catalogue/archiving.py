"""Faults in putting conversations away, and in taking them up again."""

from __future__ import annotations

from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import tell_nothing_but_no

AWAY = "What is archived leaves the list with every message"
AGAIN = "What is taken up again is as it was"
NOT_ASKED = "The agent is not asked in what is archived"
ANSWERS = "The agent answers again in what is taken up again"
ORDER = "her conversations come in this order"
MESSAGES = '"Boxes for spring" has exactly these messages'
SAVE = Seam.SAVE_CHANGES
CHECK = Seam.CHECK_OPEN


@fault(Red(AWAY, ORDER, "['Boxes for spring', 'Something else']"))
def archived_stays_in_the_list(patch: Patch) -> None:
    """What is put away is listed all the same."""

    @patch.replace(Seam.FILTER_STATUS)
    def add_status(original: Any, query: Any, filters: Any) -> None:
        if filters.status:
            original(query, filters)


def _after_saving(patch: Patch, status: str, statement: str) -> None:
    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        row = await original(connection, customer_id, thread_id, values)
        if values["status"] == status:
            await connection.execute(statement, thread_id)
        return row


@fault(Red(AWAY, MESSAGES, "shown is []"), Red(NOT_ASKED, MESSAGES, "shown is []"))
def archiving_throws_messages_away(patch: Patch) -> None:
    """Putting a conversation away clears it out."""
    _after_saving(patch, "archived", "DELETE FROM messages WHERE thread_id = $1")


@fault(Red(AWAY, MESSAGES, "kept is ['Paper or card?']"))
def messages_of_archived_are_kept_elsewhere(patch: Patch) -> None:
    """The later messages of an archived conversation are shown from memory alone."""
    memory: dict[Any, Any] = {}

    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        query = "SELECT * FROM messages WHERE thread_id = $1 ORDER BY sequence"
        memory[thread_id] = await connection.fetch(query, thread_id)
        await connection.execute("DELETE FROM messages WHERE thread_id = $1 AND sequence > 1", thread_id)
        return await original(connection, customer_id, thread_id, values)

    @patch.replace(Seam.LIST_MESSAGES, counts=False)
    async def page(original: Any, connection: Any, customer_id: Any, thread_id: Any, *arguments: Any) -> Any:
        return memory.get(thread_id) or await original(connection, customer_id, thread_id, *arguments)


@fault(Red(AGAIN, MESSAGES, "shown is []"))
def taking_up_begins_anew(patch: Patch) -> None:
    """A conversation that is taken up again starts from nothing."""
    _after_saving(patch, "active", "DELETE FROM messages WHERE thread_id = $1")


@fault(Red(AGAIN, ORDER, "['Something else']"))
def what_was_archived_is_never_listed_again(patch: Patch) -> None:
    """What was put away once is in no list, even after it has been taken up again."""
    archived: set[Any] = set()

    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        archived.add(thread_id)
        return await original(connection, customer_id, thread_id, values)

    @patch.replace(Seam.FILTER_STATUS, counts=False)
    def add_status(original: Any, query: Any, filters: Any) -> None:
        original(query, filters)
        query.where("id <> ALL({0})", list(archived))


@fault(Red(NOT_ASKED, "she is told that it is archived", "this was to be refused"))
def agents_work_in_what_is_archived(patch: Patch) -> None:
    """The agent takes every question."""

    @patch.replace(CHECK)
    def check(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(NOT_ASKED, "she is told that it is archived", "assert () == ('archived',)"))
def refusal_does_not_say_that_it_is_archived(patch: Patch) -> None:
    """The agent does not work, and nobody is told why."""
    tell_nothing_but_no(patch, CHECK)


@fault(Red(NOT_ASKED, MESSAGES, "And the lids?"))
def refused_question_is_stored_all_the_same(patch: Patch) -> None:
    """A question that the agent does not take stays in the conversation."""

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 409:
            customer_id, thread_id = seams.identity_of(request).customer_id, request.path_params["thread_id"]
            async with seams.transaction_of(request) as connection:
                await connection.execute(
                    "INSERT INTO messages (id, customer_id, thread_id, sequence, role, content, created_at) "
                    "VALUES (gen_random_uuid(), $1, $2, 9, 'user', 'And the lids?', clock_timestamp())",
                    customer_id,
                    thread_id,
                )
        return await original(request, error)


@fault(Red(NOT_ASKED, "the agent was asked nothing but", "was asked 2 times"))
def model_is_asked_before_the_question_is_refused(patch: Patch) -> None:
    """The model is asked, and paid for, before anybody looks whether there may be an answer."""

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 409:
            await seams.ask_model(request, [{"role": "user", "content": "And the lids?"}])
        return await original(request, error)


@fault(Red(ANSWERS, 'the agent answers "Card" when she asks', "was refused (conflict)"))
def agents_stay_away_for_ever(patch: Patch) -> None:
    """Where a conversation was put away once, no agent works any more."""
    archived: set[Any] = set()

    @patch.replace(SAVE, counts=False)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        archived.add(thread_id)
        return await original(connection, customer_id, thread_id, values)

    @patch.replace(CHECK)
    def check(original: Any, thread: Any) -> None:
        original({"status": "archived"} if thread["id"] in archived else thread)


@fault(Red(ANSWERS, MESSAGES, "shown is ['Paper or card?']"))
def answers_are_announced_and_not_stored(patch: Patch) -> None:
    """What an agent answers is announced to devices, and never becomes a message."""

    @patch.replace(Seam.STORE_ANSWER)
    async def store_answer(_original: Any, *_arguments: Any) -> Any:
        return None
