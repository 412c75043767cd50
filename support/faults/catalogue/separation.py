"""Faults in keeping customers apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import STORE, lose_one_in, without_row_security

TEN = "Ten companies start conversations at the same moment"
FINDS = "each of them finds exactly the conversations they started"
UNKNOWN = "for Sam each of them is as if it had never existed"
STRANGER = "A stranger asks for a conversation by its number"
IT_UNKNOWN = 'for Sam "Boxes for spring" is as if it had never existed'


@fault(Red(TEN, FINDS, "finds what is not theirs"))
def list_ignores_the_owner(patch: Patch) -> None:
    """A list shows every conversation there is."""
    without_row_security(patch)

    @patch.replace(Seam.BEGIN_QUERY)
    def everyone(original: Any, query: Any, customer_id: Any) -> None:
        original(query, customer_id)
        query.conditions = ["$1::uuid IS NOT NULL"]


@fault(Red(TEN, UNKNOWN, "which should not be there"), Red(STRANGER, IT_UNKNOWN, "which should not be there"))
def any_conversation_can_be_opened(patch: Patch) -> None:
    """Whoever knows a conversation's id can open it."""
    without_row_security(patch)

    @patch.replace(Seam.READ_THREAD)
    async def read(_original: Any, connection: Any, _customer_id: Any, thread_id: Any) -> Any:
        query = f"SELECT {seams.thread_columns()} FROM threads WHERE id = $1"
        return seams.thread_found(await connection.fetchrow(query, thread_id))


@fault(
    Red(TEN, UNKNOWN, "answered differently from one that never existed"),
    Red(STRANGER, IT_UNKNOWN, "answered differently from one that never existed"),
)
def foreign_is_forbidden_and_unknown_is_not_found(patch: Patch) -> None:
    """A conversation of somebody else is forbidden, one that never existed is not found: so one learns what exists."""

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except seams.problem_type():
            await connection.execute("SET LOCAL ROLE NONE")
            if await connection.fetchval("SELECT true FROM threads WHERE id = $1", thread_id):
                raise seams.refusal(403, "forbidden", "This conversation is not yours.") from None
            raise


@fault(Red(STRANGER, IT_UNKNOWN, "answered differently from one that never existed"))
def refusal_tells_when_it_was_started(patch: Patch) -> None:
    """The refusal of a conversation of somebody else carries a header from the conversation itself."""

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except seams.problem_type() as problem:
            await connection.execute("SET LOCAL ROLE NONE")
            changed = await connection.fetchval("SELECT updated_at FROM threads WHERE id = $1", thread_id)
            problem.headers |= {"Last-Modified": str(changed)} if changed else {}
            raise


@fault(Red(STRANGER, IT_UNKNOWN, "answered differently from one that never existed"))
def refusal_has_a_number_of_another_kind(patch: Patch) -> None:
    """The refusal of a conversation of somebody else differs in nothing but the look of its reference number."""

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except seams.problem_type():
            await connection.execute("SET LOCAL ROLE NONE")
            if await connection.fetchval("SELECT true FROM threads WHERE id = $1", thread_id):
                number = seams.correlation_number()
                number.set(f"{number.get()[:16]}-{number.get()[17:]}")
            raise


@fault(Red(TEN, FINDS, "misses"))
def some_conversations_are_lost_in_a_crowd(patch: Patch) -> None:
    """When many start at once, one in ten is confirmed and lost."""
    lose_one_in(patch, 10)


@fault(Red(TEN, FINDS, "finds what is not theirs"))
def customers_mixed_up_in_a_crowd(patch: Patch) -> None:
    """The current customer is kept in one place for all requests, and a request may find the one before it there."""
    without_row_security(patch)
    current = SimpleNamespace(customer_id=None)

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        found, current.customer_id = current.customer_id or customer_id, customer_id
        return await original(connection, found, *arguments)


@fault(Red(TEN, "every conversation is kept under the customer who started it", "does not have it"))
def conversations_kept_in_memory_alone(patch: Patch) -> None:
    """Conversations are answered from memory, and written down some other time."""
    memory: dict[Any, dict[Any, Any]] = {}

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        answer = await original(connection, customer_id, *arguments)
        memory.setdefault(customer_id, {})[answer.thread_id] = answer.body
        await connection.execute("ROLLBACK; BEGIN")
        return answer

    @patch.replace(Seam.LIST_THREADS, counts=False)
    async def page(_original: Any, _connection: Any, customer_id: Any, *_arguments: Any) -> Any:
        return list(memory.get(customer_id, {}).values()), None

    @patch.replace(Seam.SHOWN_THREAD, counts=False)
    def shown(original: Any, row: Any) -> Any:
        return cast("Any", row) if isinstance(row, dict) else original(row)


@fault(Red(STRANGER, "it opens for Fay as it was confirmed", "not found"))
def nobody_can_open_anything(patch: Patch) -> None:
    """Conversations are kept from everybody, their owners included."""

    @patch.replace(Seam.READ_THREAD)
    async def read(_original: Any, *_arguments: Any) -> Any:
        raise seams.not_found()
