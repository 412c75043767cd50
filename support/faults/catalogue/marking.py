"""Faults in marking conversations as active, completed or archived, and in telling of it."""

from __future__ import annotations

from typing import Any

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import tell_nothing_but_no, tell_one_device

SAVE = Seam.SAVE_CHANGES
EVENT = Seam.CHANGE_EVENT
CHECK = Seam.CHECK_TRANSITION
COMPLETED = "A conversation marked as completed is found there and nowhere else"
ARCHIVED = "A conversation marked as archived is found there and nowhere else"
AGAIN = "A conversation taken up again is active"
REFUSED = "What is archived cannot be completed"
THREE = "Three changes in a row"
ON_PHONE = "her phone has told of these changes and no others"


@fault(
    Red(COMPLETED, '"Boxes for spring" is completed when she opens it again', "assert 'active' == 'completed'"),
    Red("From active to archived", '"Boxes for spring" is archived when she opens it again', "assert"),
)
def mark_confirmed_and_not_saved(patch: Patch) -> None:
    """A new mark is shown once and never saved."""

    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        row = await original(connection, customer_id, thread_id, values)
        await connection.execute("UPDATE threads SET status = 'active' WHERE id = $1", thread_id)
        return row


@fault(
    Red(COMPLETED, '"Boxes for spring" is listed among her completed', "listed among the active"),
    Red(ARCHIVED, '"Boxes for spring" is listed among her archived', "listed among the active"),
)
def list_ignores_the_mark_asked_for(patch: Patch) -> None:
    """A list of one mark shows conversations of all marks."""

    @patch.replace(Seam.FILTER_STATUS)
    def add_status(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(ARCHIVED, '"Boxes for spring" is listed among her archived', "not listed among the archived"))
def archived_cannot_be_found_any_more(patch: Patch) -> None:
    """What is archived is in no list at all."""

    @patch.replace(Seam.FILTER_STATUS)
    def add_status(original: Any, query: Any, filters: Any) -> None:
        original(query, filters)
        query.where("status <> 'archived'")


@fault(
    Red(AGAIN, '"Boxes for spring" is kept as active', "assert 'archived' == 'active'"),
    Red("From archived to active", '"Boxes for spring" is kept as active', "assert 'archived' == 'active'"),
)
def taken_up_in_memory_alone(patch: Patch) -> None:
    """A conversation that is taken up again is so in memory, and stays archived in the database."""
    taken_up: set[Any] = set()

    @patch.replace(SAVE)
    async def save(original: Any, connection: Any, customer_id: Any, thread_id: Any, values: Any) -> Any:
        row = await original(connection, customer_id, thread_id, values)
        if values["status"] == "active":
            taken_up.add(thread_id)
            await connection.execute("UPDATE threads SET status = 'archived' WHERE id = $1", thread_id)
        return row

    @patch.replace(Seam.SHOWN_THREAD, counts=False)
    def shown(original: Any, row: Any) -> Any:
        return original(row).model_copy(update={"status": "active"} if row["id"] in taken_up else {})

    @patch.replace(Seam.FILTER_STATUS, counts=False)
    def add_status(original: Any, query: Any, filters: Any) -> None:
        if filters.status == "active":
            query.where("(status = 'active' OR id = ANY({0}))", list(taken_up))
        else:
            original(query, filters)
            query.where("id <> ALL({0})", list(taken_up))


@fault(Red(REFUSED, "she is told that it cannot go from archived to completed", "this was to be refused"))
def any_change_of_mark_is_accepted(patch: Patch) -> None:
    """Every mark can be changed into every other."""

    @patch.replace(CHECK)
    def check(_original: Any, *_arguments: Any) -> None:
        return None


@fault(Red(REFUSED, "she is told that it cannot go from archived to completed", "names ()"))
def refusal_does_not_name_the_marks(patch: Patch) -> None:
    """A change that is against the rules is refused without saying which marks are meant."""
    tell_nothing_but_no(patch, CHECK)


@fault(Red(REFUSED, '"Boxes for spring" is archived when she opens it again', "assert 'completed' == 'archived'"))
def refused_and_changed_all_the_same(patch: Patch) -> None:
    """A change that is against the rules is refused, and made."""

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 409:
            customer_id = seams.identity_of(request).customer_id
            async with seams.transaction_of(request) as connection:
                await connection.execute("UPDATE threads SET status = 'completed' WHERE customer_id = $1", customer_id)
        return await original(request, error)


def _refuse(patch: Patch, old: str, new: str) -> None:
    @patch.replace(CHECK)
    def check(original: Any, before: str, after: str) -> None:
        if (before, after) == (old, new):
            original("archived", "completed")
        original(before, after)


@fault(Red("From completed to active", 'she marks "Boxes for spring" as active', "was refused (conflict)"))
def completed_cannot_be_taken_up(patch: Patch) -> None:
    """What is completed stays completed for ever."""
    _refuse(patch, "completed", "active")


@fault(Red("From completed to archived", 'she marks "Boxes for spring" as archived', "was refused (conflict)"))
def completed_cannot_be_archived(patch: Patch) -> None:
    """What is completed cannot be put away."""
    _refuse(patch, "completed", "archived")


@fault(Red("From active to completed", 'she marks "Boxes for spring" as completed', "was refused (conflict)"))
def active_cannot_be_completed(patch: Patch) -> None:
    """A conversation must be archived before it can be completed."""
    _refuse(patch, "active", "completed")


@fault(Red(THREE, ON_PHONE, "('completed', 'active')"))
def before_and_after_swapped(patch: Patch) -> None:
    """What a mark was and what it is are told the wrong way round."""

    @patch.replace(EVENT)
    def event_data(original: Any, *arguments: Any) -> Any:
        data = original(*arguments)
        return data | ({"old": data["new"], "new": data["old"]} if "old" in data else {})


@fault(Red(THREE, ON_PHONE, "3 changes of status did not come"))
def putting_away_is_not_told(patch: Patch) -> None:
    """Devices are not told that a conversation was archived."""

    @patch.replace(Seam.ENQUEUE_EVENT)
    async def enqueue(original: Any, connection: Any, customer_id: Any, kind: str, thread_id: Any, data: Any) -> None:
        if data.get("new") != "archived":
            await original(connection, customer_id, kind, thread_id, data)


@fault(Red(THREE, ON_PHONE, "('archived', 'active'), ('archived', 'active')"))
def the_last_change_is_told_twice(patch: Patch) -> None:
    """Devices are told twice that a conversation was taken up again."""

    @patch.replace(Seam.ENQUEUE_EVENT)
    async def enqueue(original: Any, connection: Any, customer_id: Any, kind: str, thread_id: Any, data: Any) -> None:
        await original(connection, customer_id, kind, thread_id, data)
        if data.get("old") == "archived":
            await original(connection, customer_id, kind, thread_id, data)


@fault(Red(THREE, "her laptop has told of these changes and no others", "3 changes of status did not come"))
def one_device_is_told_of_changes(patch: Patch) -> None:
    """Only the device that was opened first is told of changes."""
    tell_one_device(patch, lambda event: "old" in event.data)


@fault(Red(REFUSED, ON_PHONE, "('archived', 'completed')"))
def refused_change_is_told_all_the_same(patch: Patch) -> None:
    """Devices are told of a change that was refused."""

    @patch.replace(Seam.ON_PROBLEM)
    async def on_problem(original: Any, request: Any, error: Any) -> Any:
        if error.status == 409:
            customer_id = seams.identity_of(request).customer_id
            resources = seams.resources_of(request)
            async with seams.transaction_of(request) as connection:
                await connection.execute(
                    "WITH counter AS (UPDATE customers SET last_event = last_event + 1 WHERE id = $1 "
                    "RETURNING last_event) INSERT INTO outbox (customer_id, sequence, type, data, created_at) "
                    "SELECT $1, last_event, 'thread_updated', $2, clock_timestamp() FROM counter",
                    customer_id,
                    {"old": "archived", "new": "completed"},
                )
            resources.relay.wake(customer_id)
        return await original(request, error)
