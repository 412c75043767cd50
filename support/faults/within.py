"""Things that several faults do inside the backend's process. The backend is imported when they do them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from support.faults import seams
from support.faults.patch import Patch
from support.faults.seams import Seam

STORE = Seam.START_THREAD


async def store_empty_conversation(request: Any, *, announce: bool = False) -> None:
    """Save a conversation that nobody asked for, under whoever made the request; or announce it without saving."""
    customer_id = seams.identity_of(request).customer_id
    resources = seams.resources_of(request)
    async with seams.transaction_of(request) as connection:
        if announce:
            data = {"title": "Untitled"}
            await Seam.ENQUEUE_EVENT(connection, customer_id, "thread_created", None, data)
        else:
            await Seam.STORE_THREAD(connection, customer_id, "Untitled", {})
    resources.relay.wake(customer_id)


def without_row_security(patch: Patch) -> None:
    """Let the backend's connections see every row, so that only its own queries keep customers apart."""

    @patch.replace(Seam.OPEN_POOL, counts=False)
    async def pool(original: Any, settings: Any, _role: str, size: int) -> Any:
        return await original(settings, "none", size)


def change_what_was_stored(patch: Patch, assignment: str) -> None:
    """After a conversation is stored, and its answer made, change it in the database: `assignment` as SQL has it."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        answer = await original(connection, customer_id, *arguments)
        await connection.execute(f"UPDATE threads SET {assignment} WHERE customer_id = $1", customer_id)
        return answer


def lose_one_in(patch: Patch, every: int) -> None:
    """Confirm every conversation, and leave one in `every` unsaved."""
    numbers = count(1)

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, *arguments: Any) -> Any:
        answer = await original(connection, *arguments)
        if next(numbers) % every == 0:
            await connection.execute("ROLLBACK; BEGIN")
        return answer


def at_start(patch: Patch, statements: str, *, counts: bool = True) -> None:
    """Let the owner of the database do something to it each time that the backend connects to it at its start."""

    @patch.replace(Seam.CONNECT_DATABASE, counts=counts)
    async def connect(original: Any, settings: Any) -> Any:
        database = await original(settings)
        async with seams.service_connection(database) as connection:
            await connection.execute(f"SET ROLE NONE; {statements}; RESET ROLE")
        return database


def create_table(patch: Patch, name: str, columns: str) -> None:
    """Let the backend have one more table, which everybody may use, from its start."""
    at_start(patch, f"CREATE TABLE {name} ({columns}); GRANT ALL ON {name} TO PUBLIC", counts=False)


def tell_nothing_but_no(patch: Patch, check: str) -> None:
    """Let a check refuse without the members that say why; `check` is its place."""

    @patch.replace(check)
    def refuse(original: Any, *arguments: Any) -> None:
        try:
            original(*arguments)
        except Exception as problem:
            vars(problem)["members"].clear()
            raise


def tell_one_device(patch: Patch, concerned: Callable[[Any], bool]) -> None:
    """Let only the device of a customer that was opened first hear of the events that are concerned."""
    first: dict[Any, Any] = {}

    @patch.replace(Seam.DEVICE_JOINS, counts=False)
    def join(original: Any, hub: Any, socket: Any) -> None:
        original(hub, socket)
        first.setdefault(socket.identity.customer_id, socket)

    @patch.replace(Seam.CHOOSE_DEVICES)
    def sockets_for(original: Any, hub: Any, event: Any) -> Any:
        sockets = original(hub, event)
        return [one for one in sockets if one is first[event.customer_id]] if concerned(event) else sockets


def remember(patch: Patch, function: Seam) -> dict[Any, Any]:
    """Every conversation as a seam gave it last, by its id: filled as it is called."""
    memory: dict[Any, Any] = {}

    @patch.replace(function, counts=False)
    async def give(original: Any, *arguments: Any) -> Any:
        row = await original(*arguments)
        memory[row["id"]] = row
        return row

    return memory
