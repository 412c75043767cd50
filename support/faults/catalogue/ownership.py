"""Faults in who owns a conversation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from uuid import UUID

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import without_row_security

HERS = "Enid has exactly her own conversations"
CHANGING = "Changing a conversation of somebody else"


def _named(place: str) -> Red:
    return Red(f"Naming somebody else as the owner in {place}", HERS, "finds what is not theirs")


@fault(_named("the request"))
def owner_taken_from_the_request(patch: Patch) -> None:
    """Whoever is named in a request becomes the owner."""

    @patch.replace(Seam.LOAD_REQUEST)
    async def load(original: Any, request: Any) -> None:
        await original(request)
        body: Any = seams.json_body(request)
        if isinstance(body, dict) and "customer_id" in body:
            named = UUID(body.pop("customer_id"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
            seams.identify_as(request, dataclasses.replace(seams.identity_of(request), customer_id=named))


def _owner_from(patch: Patch, name: Callable[[Any], str | None]) -> None:
    @patch.replace(Seam.IDENTIFY)
    async def read(original: Any, connection: Any, *arguments: Any) -> Any:
        found = await original(connection, *arguments)
        named = name(connection)
        return dataclasses.replace(found, customer_id=UUID(named)) if named else found


@fault(_named("the address"))
def owner_taken_from_the_address(patch: Patch) -> None:
    """Whoever is named in the address becomes the owner."""
    _owner_from(patch, lambda connection: connection.query_params.get("customer_id"))

    @patch.replace(Seam.CHECK_QUERY, counts=False)
    def refuse_query(_original: Any, _request: Any) -> None:
        return None


@fault(_named("the heading"))
def owner_taken_from_a_heading(patch: Patch) -> None:
    """Whoever is named in a heading, as proxies add them, becomes the owner."""
    _owner_from(patch, lambda connection: connection.headers.get("x-user-id"))


@fault(Red("Naming somebody else as the owner in the heading", "whatever was started is kept as Sam's", "assert"))
def everything_belongs_to_whoever_came_first(patch: Patch) -> None:
    """A conversation whose request names somebody in a heading is put under the customer who signed up first."""
    _elsewhere: set[Any] = set()

    @patch.replace(Seam.IDENTIFY, counts=False)
    async def read(original: Any, connection: Any, *arguments: Any) -> Any:
        found = await original(connection, *arguments)
        if connection.headers.get("x-user-id"):
            _elsewhere.add(found.customer_id)
        return found

    @patch.replace(Seam.START_THREAD)
    async def store(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        answer = await original(connection, customer_id, *arguments)
        if customer_id in _elsewhere:
            await connection.execute("SET LOCAL ROLE NONE")
            first = await connection.fetchval("SELECT id FROM customers ORDER BY created_at LIMIT 1")
            await connection.execute("UPDATE threads SET customer_id = $1 WHERE id = $2", first, answer.thread_id)
        return answer


def _anybody(patch: Patch) -> None:
    without_row_security(patch)

    @patch.replace(Seam.OWNER_CONDITION)
    def owner_condition(_original: Any) -> str:
        return "$1::uuid IS NOT NULL"


@fault(Red(CHANGING, "he is told that there is no such thing", "this was to be refused"))
def anybody_can_change_anything(patch: Patch) -> None:
    """Whoever knows a conversation's id can change it."""
    _anybody(patch)


@fault(
    Red(CHANGING, HERS, "is no longer as Enid left it"),
    Red("A customer of another company tries everything", "nothing at all has changed", "table public.threads"),
)
def refused_to_strangers_and_done(patch: Patch) -> None:
    """A stranger is told that there is no such conversation, and their change is made."""
    without_row_security(patch)

    @patch.replace(Seam.LOCK_THREAD)
    async def lock(original: Any, connection: Any, customer_id: Any, thread_id: Any) -> Any:
        try:
            return await original(connection, customer_id, thread_id)
        except seams.problem_type():
            await connection.execute("UPDATE threads SET version = version + 1 WHERE id = $1", thread_id)
            await connection.execute("COMMIT")
            await connection.execute("BEGIN")
            raise
