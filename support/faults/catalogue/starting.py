"""Faults in starting a conversation: its title, its storage, and what is left when it fails."""

from __future__ import annotations

import traceback
from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import STORE, change_what_was_stored

BECOMES_TITLE = "A first question becomes the title"
RAMBLING = "A rambling summary is cut to one short line"
AWAY = "While the assistant is away, the question itself gives the title"
HALF_WAY = "A failure half-way leaves nothing behind"
ONE_LINE = "the conversation has a title of one line"
STILL_THERE = "it is still there, with that title"
THE_ONE = "she has exactly this one conversation"


@fault(Red(BECOMES_TITLE, STILL_THERE, "not found"))
def start_confirmed_and_never_committed(patch: Patch) -> None:
    """Starting a conversation is confirmed, and then undone without a word."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, *arguments: Any) -> Any:
        answer = await original(connection, *arguments)
        await connection.execute("ROLLBACK")
        await connection.execute("BEGIN")
        return answer


@fault(Red(BECOMES_TITLE, STILL_THERE, "New conversation"))
def title_confirmed_and_not_saved(patch: Patch) -> None:
    """The title is shown once, and a standard title is saved in its place."""
    change_what_was_stored(patch, "title = 'New conversation'")


@fault(Red(BECOMES_TITLE, STILL_THERE, "not found"))
def conversation_kept_for_somebody_else(patch: Patch) -> None:
    """A conversation is saved under the customer who signed up first."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, *arguments: Any) -> Any:
        answer = await original(connection, *arguments)
        await connection.execute("SET LOCAL ROLE NONE")
        first = await connection.fetchval("SELECT id FROM customers ORDER BY created_at LIMIT 1")
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE threads SET customer_id = $1 WHERE id = $2", first, answer.thread_id)
        await connection.execute("UPDATE messages SET customer_id = $1 WHERE thread_id = $2", first, answer.thread_id)
        return answer


@fault(Red(BECOMES_TITLE, "it is kept as hers", "the database has owner, title and messages"))
def question_cut_short_in_storage(patch: Patch) -> None:
    """Only the beginning of the first message is saved."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(original: Any, connection: Any, customer_id: Any, thread_id: Any, content: str) -> Any:
        return await original(connection, customer_id, thread_id, content[:20])


@fault(
    Red(BECOMES_TITLE, "it is kept as hers", "the database has owner, title and messages"),
    Red(AWAY, "it is kept as hers", "the database has owner, title and messages"),
)
def question_used_for_the_title_alone(patch: Patch) -> None:
    """The first message makes the title and is then forgotten."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, customer_id: Any, title: str, body: Any) -> Any:
        return await original(connection, customer_id, title, body.model_copy(update={"first_message": None}))


@fault(Red(BECOMES_TITLE, "the conversation is called", "New conversation"))
def title_is_constant(patch: Patch) -> None:
    """Every conversation gets the same title."""

    @patch.replace(Seam.MAKE_TITLE)
    async def make_title(_original: Any, *_arguments: Any) -> str:
        return "New conversation"


@fault(Red(BECOMES_TITLE, "the conversation is called", "How can we lower"))
def title_never_asked_of_the_assistant(patch: Patch) -> None:
    """The first words of the question are the title, and the assistant is never asked."""

    @patch.replace(Seam.ASK_FOR_TITLE)
    async def ask(_original: Any, _titles: Any, _customer_id: Any, message: str) -> str:
        return message


@fault(Red(BECOMES_TITLE, "the assistant was asked once", "was asked 2 times"))
def assistant_asked_twice(patch: Patch) -> None:
    """Every title is asked for twice, and paid for twice."""

    @patch.replace(Seam.ASK_FOR_TITLE)
    async def ask(original: Any, *arguments: Any) -> Any:
        await original(*arguments)
        return await original(*arguments)


@fault(Red(BECOMES_TITLE, "the assistant was asked once", "How can we lower"))
def assistant_asked_about_something_else(patch: Patch) -> None:
    """The assistant is asked for a title without being told the question."""

    @patch.replace(Seam.ASK_FOR_TITLE)
    async def ask(original: Any, titles: Any, customer_id: Any, _message: str) -> Any:
        return await original(titles, customer_id, "Hello!")


@fault(Red(RAMBLING, ONE_LINE, "the title is not one line"))
def title_taken_as_the_assistant_put_it(patch: Patch) -> None:
    """Whatever the assistant answers becomes the title, over as many lines as it has."""

    @patch.replace(Seam.CLEAN_TITLE)
    def clean(_original: Any, answer: str) -> str:
        return answer


@fault(Red(RAMBLING, ONE_LINE, "the title is not one line"), Red(AWAY, ONE_LINE, "the title is not one line"))
def title_never_shortened(patch: Patch) -> None:
    """A title may be as long as it likes."""

    @patch.replace(Seam.SHORTEN_TITLE)
    def shorten(_original: Any, text: str) -> str:
        return text


@fault(Red(RAMBLING, STILL_THERE, "assert"))
def title_shortened_again_when_saved(patch: Patch) -> None:
    """The title that is shown first is longer than the one that is saved."""
    change_what_was_stored(patch, "title = left(title, 30)")


@fault(Red(AWAY, "she starts a conversation by asking", "was refused"))
def no_start_without_the_assistant(patch: Patch) -> None:
    """While the assistant is away no conversation can be started."""

    @patch.replace(Seam.MAKE_TITLE)
    async def make_title(_original: Any, titles: Any, customer_id: Any, message: str) -> Any:
        return await titles.ask(customer_id, message)


@fault(Red(AWAY, ONE_LINE, "does not begin like"))
def error_becomes_the_title(patch: Patch) -> None:
    """While the assistant is away, conversations are named after the error."""

    @patch.replace(Seam.TITLE_FROM_MESSAGE)
    def from_message(_original: Any, _message: str) -> str:
        return "Error: no title from the model"


@fault(Red(HALF_WAY, THE_ONE, "finds what is not theirs"))
def conversation_committed_before_its_message(patch: Patch) -> None:
    """A conversation is saved first and its message afterwards, in two steps."""

    @patch.replace(Seam.STORE_THREAD)
    async def insert(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        thread = await original(connection, customer_id, *arguments)
        await connection.execute("COMMIT")
        await connection.execute(f"BEGIN; SELECT set_config('app.customer_id', '{customer_id}', true)")
        return thread


@fault(Red(HALF_WAY, THE_ONE, "events about something that was never confirmed"))
def announced_before_it_is_whole(patch: Patch) -> None:
    """A conversation is announced before its first message is saved, and taken back if that fails."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(original: Any, connection: Any, customer_id: Any, thread_id: Any, content: str) -> Any:
        begin = f"BEGIN; SELECT set_config('app.customer_id', '{customer_id}', true)"
        await connection.execute(
            "WITH counter AS (UPDATE customers SET last_event = last_event + 1 WHERE id = $1 RETURNING last_event) "
            "INSERT INTO outbox (customer_id, sequence, type, thread_id, data, created_at) "
            "SELECT $1, last_event, 'thread_created', $2, '{}', clock_timestamp() FROM counter",
            customer_id,
            thread_id,
        )
        await connection.execute("COMMIT")
        await connection.execute(begin)
        try:
            return await original(connection, customer_id, thread_id, content)
        except Exception:
            await connection.execute("ROLLBACK")
            await connection.execute(begin)
            await connection.execute("DELETE FROM threads WHERE id = $1", thread_id)
            await connection.execute("COMMIT")
            await connection.execute(begin)
            raise


@fault(Red(HALF_WAY, "she was told the first time that it failed", "this was to be refused"))
def lost_message_passed_over(patch: Patch) -> None:
    """When the first message cannot be saved the conversation is confirmed all the same."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(original: Any, connection: Any, *arguments: Any) -> Any:
        await connection.execute("SAVEPOINT message")
        try:
            return await original(connection, *arguments)
        except OSError:
            raise
        except Exception:
            await connection.execute("ROLLBACK TO SAVEPOINT message")
            return None


@fault(Red(HALF_WAY, "she was told the first time that it failed", "a stack trace"))
def error_shows_its_inside(patch: Patch) -> None:
    """An unexpected error is answered with its stack trace."""

    @patch.replace(Seam.ON_BUG)
    async def on_bug(_original: Any, _request: Any, error: Exception) -> Any:
        return seams.answer_of(seams.refusal(500, "internal-error", "".join(traceback.format_exception(error))))


@fault(Red(HALF_WAY, "she starts a conversation by asking", "not possible at the moment"))
def failure_uses_up_the_connection(patch: Patch) -> None:
    """After a failure the only database connection is never given back."""

    @patch.replace(Seam.OPEN_POOL, counts=False)
    async def pool(original: Any, settings: Any, role: str, _size: int) -> Any:
        return await original(settings, role, 1)

    @patch.replace(Seam.RELEASE_CONNECTION)
    async def release(original: Any, pool: Any, connection: Any) -> None:
        if not connection.is_in_transaction():
            await original(pool, connection)
