"""Faults in starting a conversation: its storage, what else it changes, and what is left when it fails."""

from __future__ import annotations

import json
import traceback
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import before, change_call, change_result, instead, watch
from support.faults.makers.requests import EVENT, THREAD
from support.faults.makers.storage import fill_in, sql_after, store_nothing
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-01.1", at="threads:has", code=Code.ACT_REFUSED))
def start_is_confirmed_and_rolled_back(patch: Patch) -> None:
    """Starting a conversation is confirmed, and then undone without a word."""
    store_nothing(patch)


@fault(breaks("TL-01.1", at="threads:has", code=Code.ACT_REFUSED))
def thread_is_stored_for_another_customer(patch: Patch) -> None:
    """A conversation is stored for the customer who signed up first."""
    first = "(SELECT id FROM customers ORDER BY created_at LIMIT 1)"

    async def give_away(answer: Any, call: Call) -> Any:
        await seams.see_everything(call.connection)
        await call.connection.execute("SET LOCAL session_replication_role = replica")
        for table, id_ in (("threads", "id"), ("messages", "thread_id")):
            statement = f"UPDATE {table} SET customer_id = {first} WHERE {id_} = $1"
            await call.connection.execute(statement, answer.thread_id)
        return answer

    change_result(patch, Seam.START_THREAD, give_away)


@fault(breaks("TL-01.1", at="threads:has", code=Code.MESSAGES_SHOWN))
def question_is_cut_short(patch: Patch) -> None:
    """Only the beginning of the first message is stored."""
    change_call(patch, Seam.STORE_MESSAGE, content=lambda content: content[:20])


@fault(breaks("TL-01.1", "TL-01.3", at="threads:has", code=Code.MESSAGES_SHOWN))
def question_is_used_for_the_title_only(patch: Patch) -> None:
    """The first message gives the title and is then forgotten."""
    change_call(patch, Seam.START_THREAD, body=lambda body: body.model_copy(update={"first_message": None}))


@fault(breaks("TL-01.1", at="frame", code=Code.FRAME_LIST))
def starting_changes_a_thread_of_others(patch: Patch) -> None:
    """Starting a conversation changes the newest one of another customer."""
    newest = "(SELECT id FROM threads WHERE customer_id <> :customer_id ORDER BY created_at DESC LIMIT 1)"
    statement = f"UPDATE threads SET metadata = metadata || '{{\"seen\": true}}' WHERE id = {newest}"
    sql_after(patch, Seam.START_THREAD, statement)


@fault(breaks("TL-01.1", at="snapshot", code=Code.SNAPSHOT_CHANGED))
def starting_renames_a_company(patch: Patch) -> None:
    """Starting a conversation renames the company that signed up first."""
    first = "(SELECT id FROM organisations ORDER BY created_at LIMIT 1)"
    sql_after(patch, Seam.START_THREAD, f"UPDATE organisations SET name = name || '.' WHERE id = {first}")


@fault(breaks("TL-01.1", at="snapshot", code=Code.SNAPSHOT_CHANGED))
def question_is_stored_for_nobody(patch: Patch) -> None:
    """Redis holds the latest question of all under a name that belongs to no customer."""
    opened: list[tuple[Any, str]] = []
    watch(patch, Seam.CONNECT_REDIS, lambda redis, call: opened.append((redis, call.settings.key_prefix)))

    async def note(call: Call) -> None:
        redis, prefix = opened[-1]
        await redis.set(f"{prefix}last_question", call.message)

    before(patch, Seam.MAKE_TITLE, note)


@fault(breaks("TL-06.1", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def thread_is_committed_before_its_message(patch: Patch) -> None:
    """A conversation is stored first, and its message in a second step that may fail."""

    async def commit(thread: Any, call: Call) -> Any:
        await call.connection.execute("COMMIT")
        await call.connection.execute(seams.begin_statement(call.customer_id))
        return thread

    change_result(patch, Seam.STORE_THREAD, commit)


@fault(breaks("TL-06.1", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def event_is_sent_before_the_message_is_stored(patch: Patch) -> None:
    """Devices receive the event of a new conversation before its message is stored, and even if that fails."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(call: Call) -> Any:
        ids = {"customer_id": call.customer_id, "thread_id": call.thread_id}
        begin, event = (
            seams.begin_statement(call.customer_id),
            EVENT.format(kind="thread_created", thread_id=":thread_id::uuid", data=json.dumps(THREAD)),
        )
        await call.connection.execute(f"{fill_in(event, **ids)}; COMMIT; {begin}")
        try:
            return await call.go()
        except Exception:
            undo = fill_in("DELETE FROM threads WHERE id = :thread_id", **ids)
            await call.connection.execute(f"ROLLBACK; {begin}; {undo}; COMMIT; {begin}")
            raise


@fault(breaks("TL-06.1", at="refusals:is_refused", code=Code.NOT_REFUSED))
def lost_message_is_ignored(patch: Patch) -> None:
    """The conversation is confirmed even when its first message cannot be stored."""

    @patch.replace(Seam.STORE_MESSAGE)
    async def insert(call: Call) -> Any:
        await call.connection.execute("SAVEPOINT message")
        try:
            return await call.go()
        except OSError:
            raise
        except Exception:
            await call.connection.execute("ROLLBACK TO SAVEPOINT message")
            return None


@fault(breaks("TL-06.1", at="refusals:is_refused", code=Code.REFUSAL_LEAKS))
def errors_show_a_stack_trace(patch: Patch) -> None:
    """A failure is answered with its stack trace."""

    def show(call: Call) -> Any:
        detail = "".join(traceback.format_exception(call.error))
        return seams.answer_of(seams.refusal(500, "internal-error", detail))

    instead(patch, Seam.ON_PROBLEM, show, when=lambda call: call.error.status == 503)


@fault(breaks("TL-06.1", at="starting:starts_by_asking", code=Code.ACT_REFUSED))
def failure_uses_up_the_connection(patch: Patch) -> None:
    """After a failure the only database connection is never given back."""
    patch.replace(Seam.OPEN_POOL, counts=False)(lambda call: call.go(size=1))

    @patch.replace(Seam.RELEASE_CONNECTION)
    async def release(call: Call) -> None:
        if not call.connection.is_in_transaction():
            await call.go()
