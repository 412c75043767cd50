"""Faults in changing details."""

from __future__ import annotations

from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import at_start, remember

MERGE = Seam.MERGE_METADATA
CHANGED = "Changed, added and removed, with the rest as it was"
RESTART = "Changed details outlast a restart of the product"
NOW = "its details are now these"


@fault(Red(CHANGED, NOW, "project"))
def change_replaces_everything(patch: Patch) -> None:
    """Whoever changes one detail throws all others away."""

    @patch.replace(MERGE)
    def merge(_original: Any, _old: Any, change: Any) -> Any:
        return {name: value for name, value in change.items() if value is not None}


@fault(Red(CHANGED, NOW, "reviewer"))
def removed_detail_stays_empty(patch: Patch) -> None:
    """A detail that was removed stays there with nothing in it."""

    @patch.replace(MERGE)
    def merge(original: Any, old: Any, change: Any) -> Any:
        return original(old, change) | {name: None for name, value in change.items() if value is None}


@fault(Red(CHANGED, NOW, "currency"))
def change_within_a_group_replaces_the_group(patch: Patch) -> None:
    """Whoever changes one detail of a group throws the others of the group away."""

    @patch.replace(MERGE)
    def merge(_original: Any, old: Any, change: Any) -> Any:
        return {name: value for name, value in (old | change).items() if value is not None}


@fault(Red(CHANGED, NOW, "tags"))
def lists_are_added_up(patch: Patch) -> None:
    """A new list is put behind the old one instead of in its place."""

    @patch.replace(MERGE)
    def merge(original: Any, old: Any, change: Any) -> Any:
        longer = {name: old[name] + value for name, value in change.items() if isinstance(value, list) and name in old}
        return original(old, change) | longer


@fault(Red(CHANGED, NOW, "12500.75"))
def old_details_are_served_from_memory(patch: Patch) -> None:
    """What was read once is shown for ever."""
    memory = remember(patch, Seam.STORE_THREAD)

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        return memory.get(thread_id) or await original(connection, customer_id, thread_id)


@fault(Red(RESTART, NOW, "due"))
def restart_tidies_details_away(patch: Patch) -> None:
    """When the product starts it tidies away details that it does not know."""
    at_start(patch, "UPDATE threads SET metadata = metadata - 'due'")


@fault(Red(RESTART, NOW, "EUR"))
def change_kept_for_one_run_alone(patch: Patch) -> None:
    """Changes are kept in memory and written down some other time."""
    memory: dict[Any, Any] = {}

    @patch.replace(Seam.SAVE_CHANGES)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        before = await connection.fetchval("SELECT metadata FROM threads WHERE id = $1", thread_id)
        row = await original(connection, customer_id, thread_id, values)
        memory[thread_id] = values["metadata"]
        await connection.execute("UPDATE threads SET metadata = $2 WHERE id = $1", thread_id, before)
        return row

    @patch.replace(Seam.SHOWN_THREAD, counts=False)
    def shown(original: Any, row: Any) -> Any:
        return original(row).model_copy(update={"metadata": memory[row["id"]]} if row["id"] in memory else {})


@fault(Red(CHANGED, "they are still these when she signs in again", "12500.75"))
def change_is_forgotten_after_the_first_look(patch: Patch) -> None:
    """A change is shown once, and whoever looks again sees the old details."""
    first = remember(patch, Seam.STORE_THREAD)
    looked: set[Any] = set()

    @patch.replace(Seam.READ_THREAD)
    async def read(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        if thread_id in looked:
            return first[thread_id]
        looked.add(thread_id)
        return await original(connection, customer_id, thread_id)
