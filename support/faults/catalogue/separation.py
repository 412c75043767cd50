"""Faults in keeping customers and companies apart."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_refusal, change_result, instead, refuse
from support.faults.makers.storage import ignore_owner, owner_of, sql_after, without_row_security
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(
    breaks("TL-04.1", at="lists:has_own", code=Code.LIST_FOREIGN),
    breaks("TL-19.1[a percent sign]", at="lists:finds_exactly", code=Code.LIST_TWICE),
)
def lists_ignore_the_owner(patch: Patch) -> None:
    """Lists and searches show the conversations of all customers."""
    ignore_owner(patch)


@fault(breaks("TL-17.1", "TL-04.1", at="lists:does_not_exist", code=Code.VISIBLE))
def everybody_can_open_everything(patch: Patch) -> None:
    """Every customer who knows the id of a conversation can open it."""
    without_row_security(patch)

    async def read(call: Call) -> Any:
        query = f"SELECT {seams.thread_columns()} FROM threads WHERE id = $1"
        return seams.thread_found(await call.connection.fetchrow(query, call.thread_id))

    instead(patch, Seam.READ_THREAD, read)


@fault(breaks("TL-17.1", "TL-04.1", at="lists:does_not_exist", code=Code.REFUSAL_TELLS))
def threads_of_others_are_forbidden(patch: Patch) -> None:
    """Another customer's conversation is forbidden and an unknown one is not found, so that strangers can tell."""

    async def forbid(_problem: Any, call: Call) -> None:
        if await owner_of(call, "threads", "thread_id"):
            raise seams.refusal(403, "forbidden", "This conversation is not yours.")

    change_refusal(patch, Seam.READ_THREAD, forbid)


@fault(breaks("TL-17.1", at="lists:does_not_exist", code=Code.REFUSAL_TELLS))
def refusal_tells_when_the_thread_changed(patch: Patch) -> None:
    """The refusal of another customer's conversation has a header with the time of its last change."""

    async def tell(problem: Any, call: Call) -> None:
        await seams.see_everything(call.connection)
        changed = await call.connection.fetchval("SELECT updated_at FROM threads WHERE id = $1", call.thread_id)
        problem.headers |= {"Last-Modified": str(changed)} if changed else {}

    change_refusal(patch, Seam.READ_THREAD, tell)


@fault(breaks("TL-17.1", at="lists:does_not_exist", code=Code.REFUSAL_TELLS))
def refusal_has_another_kind_of_number(patch: Patch) -> None:
    """The refusal of another customer's conversation differs only in the form of its reference number."""

    async def renumber(_problem: Any, call: Call) -> None:
        if await owner_of(call, "threads", "thread_id"):
            number = seams.correlation_number()
            number.set(f"{number.get()[:16]}-{number.get()[17:]}")

    change_refusal(patch, Seam.READ_THREAD, renumber)


@fault(breaks("TL-04.1", at="lists:has_own", code=Code.LIST_FOREIGN))
def requests_share_the_current_customer(patch: Patch) -> None:
    """A request that comes while another is at work may count as the other's customer."""
    without_row_security(patch)
    current: list[Any] = []

    def mix_up(call: Call) -> Any:
        found = current[-1] if current else call.customer_id
        current.append(call.customer_id)
        return call.go(customer_id=found)

    instead(patch, Seam.START_THREAD, mix_up)


@fault(breaks("TL-04.1", at="lists:has_own", code=Code.NOT_STORED))
def threads_are_in_memory_only(patch: Patch) -> None:
    """Conversations are in the product's memory and not in the database."""
    memory: dict[Any, dict[Any, Any]] = {}

    async def keep(answer: Any, call: Call) -> Any:
        memory.setdefault(call.customer_id, {})[answer.thread_id] = answer.body
        await call.connection.execute("ROLLBACK; BEGIN")
        return answer

    def shown(call: Call) -> Any:
        is_shown = hasattr(call.row, "model_copy")
        return call.row if is_shown else call.go()

    change_result(patch, Seam.START_THREAD, keep)
    instead(patch, Seam.LIST_THREADS, lambda call: (list(memory.get(call.customer_id, {}).values()), None))
    patch.replace(Seam.SHOWN_THREAD, counts=False)(shown)


@fault(breaks("TL-17.1", at="threads:has", code=Code.ACT_REFUSED))
def nobody_can_open_anything(patch: Patch) -> None:
    """Nobody can open a conversation, not even its owner."""
    refuse(patch, Seam.READ_THREAD, seams.not_found)


@fault(
    breaks("TL-17.2", at="lists:does_not_exist", code=Code.VISIBLE),
    breaks("TL-20.4", at="refusals:is_refused", code=Code.NOT_REFUSED),
)
def colleagues_can_open_everything(patch: Patch) -> None:
    """Everybody in a company can open the conversations of everybody else there."""
    without_row_security(patch)

    async def read(call: Call) -> Any:
        company = "SELECT organisation_id FROM customers WHERE id = $1"
        query = (
            f"SELECT {seams.thread_columns()} FROM threads WHERE id = $2"
            f" AND customer_id IN (SELECT id FROM customers WHERE organisation_id = ({company}))"
        )
        return seams.thread_found(await call.connection.fetchrow(query, call.customer_id, call.thread_id))

    instead(patch, Seam.READ_THREAD, read)


@fault(breaks("TL-09.1[completed]", "TL-09.1[archived]", at="surroundings", code=Code.CHANGED))
def status_belongs_to_the_title(patch: Patch) -> None:
    """A new status is stored for each conversation of this title."""
    same = "SELECT title, status, version FROM threads WHERE id = :thread_id"
    sql_after(
        patch,
        Seam.SAVE_CHANGES,
        f"UPDATE threads SET status = s.status FROM ({same}) AS s WHERE threads.title = s.title",
    )


@fault(breaks("TL-14.1", at="surroundings", code=Code.BYSTANDER_REACHED))
def events_reach_the_whole_company(patch: Patch) -> None:
    """Each event goes to all customers of the owner's company."""
    without_row_security(patch)
    colleagues = (
        "SELECT array_agg(other.id) FROM customers AS own JOIN customers AS other"
        " ON other.organisation_id = own.organisation_id AND other.id <> own.id WHERE own.id = $1"
    )

    @patch.replace(Seam.ENQUEUE_EVENT)
    async def enqueue(call: Call) -> None:
        await call.go()
        for other in await call.connection.fetchval(colleagues, call.customer_id) or ():
            await call.go(customer_id=other, run_id=None)
