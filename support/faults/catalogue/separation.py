"""Faults in keeping customers and companies apart."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_refusal, change_result, instead, refuse
from support.faults.makers.storage import ignore_owner, owner_of, without_row_security
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(
    breaks("TL-04.1", at="conversations:each_finds_their_own", code=Code.UNSPECIFIED),
    breaks("TL-19.1[a percent sign]", at="searches:finds_exactly", code=Code.ASSERTION),
)
def lists_ignore_the_owner(patch: Patch) -> None:
    """Lists and searches show the conversations of all customers."""
    ignore_owner(patch)


@fault(
    breaks("TL-17.1", at="conversations:is_unknown_to", code=Code.UNSPECIFIED),
    breaks("TL-04.1", at="conversations:each_is_unknown_to", code=Code.UNSPECIFIED),
)
def everybody_can_open_everything(patch: Patch) -> None:
    """Every customer who knows the id of a conversation can open it."""
    without_row_security(patch)

    async def read(call: Call) -> Any:
        query = f"SELECT {seams.thread_columns()} FROM threads WHERE id = $1"
        return seams.thread_found(await call.connection.fetchrow(query, call.thread_id))

    instead(patch, Seam.READ_THREAD, read)


@fault(
    breaks("TL-17.1", at="conversations:is_unknown_to", code=Code.UNSPECIFIED),
    breaks("TL-04.1", at="conversations:each_is_unknown_to", code=Code.UNSPECIFIED),
)
def threads_of_others_are_forbidden(patch: Patch) -> None:
    """Another customer's conversation is forbidden and an unknown one is not found, so that strangers can tell."""

    async def forbid(_problem: Any, call: Call) -> None:
        if await owner_of(call, "threads", "thread_id"):
            raise seams.refusal(403, "forbidden", "This conversation is not yours.")

    change_refusal(patch, Seam.READ_THREAD, forbid)


@fault(breaks("TL-17.1", at="conversations:is_unknown_to", code=Code.UNSPECIFIED))
def refusal_tells_when_the_thread_changed(patch: Patch) -> None:
    """The refusal of another customer's conversation has a header with the time of its last change."""

    async def tell(problem: Any, call: Call) -> None:
        await seams.see_everything(call.connection)
        changed = await call.connection.fetchval("SELECT updated_at FROM threads WHERE id = $1", call.thread_id)
        problem.headers |= {"Last-Modified": str(changed)} if changed else {}

    change_refusal(patch, Seam.READ_THREAD, tell)


@fault(breaks("TL-17.1", at="conversations:is_unknown_to", code=Code.UNSPECIFIED))
def refusal_has_another_kind_of_number(patch: Patch) -> None:
    """The refusal of another customer's conversation differs only in the form of its reference number."""

    async def renumber(_problem: Any, call: Call) -> None:
        if await owner_of(call, "threads", "thread_id"):
            number = seams.correlation_number()
            number.set(f"{number.get()[:16]}-{number.get()[17:]}")

    change_refusal(patch, Seam.READ_THREAD, renumber)


@fault(breaks("TL-04.1", at="conversations:each_finds_their_own", code=Code.UNSPECIFIED))
def requests_share_the_current_customer(patch: Patch) -> None:
    """A request that comes while another is at work may count as the other's customer."""
    without_row_security(patch)
    current: list[Any] = []

    def mix_up(call: Call) -> Any:
        found = current[-1] if current else call.customer_id
        current.append(call.customer_id)
        return call.go(customer_id=found)

    instead(patch, Seam.START_THREAD, mix_up)


@fault(breaks("TL-04.1", at="conversations:each_is_kept", code=Code.UNSPECIFIED))
def threads_are_in_memory_only(patch: Patch) -> None:
    """Conversations are in the product's memory and not in the database."""
    memory: dict[Any, dict[Any, Any]] = {}

    async def keep(answer: Any, call: Call) -> Any:
        memory.setdefault(call.customer_id, {})[answer.thread_id] = answer.body
        await call.connection.execute("ROLLBACK; BEGIN")
        return answer

    def shown(call: Call) -> Any:
        is_shown = isinstance(call.row, dict)
        return call.row if is_shown else call.go()

    change_result(patch, Seam.START_THREAD, keep)
    instead(patch, Seam.LIST_THREADS, lambda call: (list(memory.get(call.customer_id, {}).values()), None))
    patch.replace(Seam.SHOWN_THREAD, counts=False)(shown)


@fault(breaks("TL-17.1", at="conversations:opens_as_confirmed", code=Code.ACT_REFUSED))
def nobody_can_open_anything(patch: Patch) -> None:
    """Nobody can open a conversation, not even its owner."""
    refuse(patch, Seam.READ_THREAD, seams.not_found)
