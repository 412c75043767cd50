"""Threads in PostgreSQL, and what a change does to one: merge patch, status, version.

Every query names the owner itself; row security is the net beneath.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from support.backend.http import validation
from support.backend.platform import problems
from support.backend.platform.database import Connection, Record
from support.backend.threads.schemas import Status, StatusUpdate, Thread, ThreadUpdate

COLUMNS = "id, title, status, metadata, version, message_count, created_at, updated_at, last_activity_at, active_run_id"

TRANSITIONS: dict[str, frozenset[str]] = {
    "active": frozenset({"completed", "archived"}),
    "completed": frozenset({"active", "archived"}),
    "archived": frozenset({"active"}),
}


class ThreadChanges(validation.Body):
    """A merge patch (RFC 7396): what is left out stays, null in the metadata removes, null for all of it empties it."""

    title: validation.Title = ""
    status: Status = "active"
    metadata: validation.Metadata | None = None


async def insert(connection: Connection, customer_id: UUID, title: str, metadata: dict[str, Any]) -> Record:
    """Store a new, active thread."""
    row = await connection.fetchrow(
        f"""
        INSERT INTO threads (id, customer_id, title, metadata, created_at, updated_at, last_activity_at)
        SELECT $1, $2, $3, $4, now, now, now FROM clock_timestamp() AS now
        RETURNING {COLUMNS}
        """,
        uuid4(),
        customer_id,
        title,
        metadata,
    )
    return _found(row)


async def read(connection: Connection, customer_id: UUID, thread_id: UUID) -> Record:
    """One thread of this customer.

    Raises:
        problems.Problem: 404, this customer has no such thread.
    """
    query = f"SELECT {COLUMNS} FROM threads WHERE {owner_condition()} AND id = $2"
    return _found(await connection.fetchrow(query, customer_id, thread_id))


async def lock(connection: Connection, customer_id: UUID, thread_id: UUID) -> Record:
    """As `read`, and nobody else changes the thread before this transaction ends."""
    query = f"SELECT {COLUMNS} FROM threads WHERE {owner_condition()} AND id = $2 FOR UPDATE"
    return _found(await connection.fetchrow(query, customer_id, thread_id))


async def save(connection: Connection, customer_id: UUID, thread_id: UUID, values: Mapping[str, Any]) -> Record:
    """Store title, status and metadata as one new version; the thread must be locked."""
    row = await connection.fetchrow(
        f"""
        UPDATE threads
        SET title = $3, status = $4, metadata = $5, version = version + 1,
            updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
        WHERE {owner_condition()} AND id = $2
        RETURNING {COLUMNS}
        """,
        customer_id,
        thread_id,
        values["title"],
        values["status"],
        values["metadata"],
    )
    return _found(row)


async def set_active_run(connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID) -> None:
    """Say which run an agent works on; the thread must be locked."""
    await connection.execute(
        f"UPDATE threads SET active_run_id = $3 WHERE {owner_condition()} AND id = $2", customer_id, thread_id, run_id
    )


async def end_active_run(connection: Connection, customer_id: UUID, thread_id: UUID, run_id: UUID) -> None:
    """Say that a run has ended, which is activity; the thread must be locked."""
    await connection.execute(
        f"""
        UPDATE threads
        SET active_run_id = nullif(active_run_id, $3),
            last_activity_at = greatest(clock_timestamp(), last_activity_at + interval '1 microsecond')
        WHERE {owner_condition()} AND id = $2
        """,
        customer_id,
        thread_id,
        run_id,
    )


async def delete(connection: Connection, customer_id: UUID, thread_id: UUID) -> None:
    """Remove a thread and all that belongs to it, answers kept for idempotency keys included."""
    await connection.execute(
        "UPDATE idempotency_keys SET status = NULL, body = NULL, thread_id = NULL"
        " WHERE owner_id = $1 AND thread_id = $2",
        customer_id,
        thread_id,
    )
    for table in ("messages", "runs"):
        await connection.execute(
            f"DELETE FROM {table} WHERE {owner_condition()} AND thread_id = $2", customer_id, thread_id
        )
    await connection.execute(f"DELETE FROM threads WHERE {owner_condition()} AND id = $2", customer_id, thread_id)


def owner_condition() -> str:
    """What every query on customers' rows begins with; the first parameter is the customer."""
    return "customer_id = $1"


def shown(row: Record) -> Thread:
    """A thread as its owner sees it."""
    return Thread.model_validate(dict(row))


def _found(row: Record | None) -> Record:
    if row is None:
        raise problems.not_found()
    return row


def check_transition(old: str, new: str) -> None:
    """Refuse a change of status that is not in the table.

    Raises:
        problems.Problem: 409, with `from`, `to` and `allowed`.
    """
    if new != old and new not in TRANSITIONS[old]:
        members: dict[str, Any] = {"from": old, "to": new, "allowed": sorted(TRANSITIONS[old])}
        raise problems.Problem(409, "status-transition", f"A thread cannot go from {old} to {new}.", **members)


def values_after(old: Record, body: ThreadChanges) -> dict[str, Any]:
    """Title, status and metadata after the change.

    Raises:
        problems.Problem: 409, the status cannot change so; 422, the metadata would grow too large.
    """
    given = body.model_dump(exclude_unset=True)
    check_transition(old["status"], given.get("status", old["status"]))
    metadata = old["metadata"]
    if "metadata" in given:
        metadata = merge(metadata, given["metadata"]) if given["metadata"] is not None else {}
        try:
            validation.check_metadata(metadata)
        except validation.Unacceptable as error:
            raise problems.invalid([problems.field_error(f"/metadata{error.pointer}", str(error))]) from None
    return {
        "title": given.get("title", old["title"]),
        "status": given.get("status", old["status"]),
        "metadata": metadata,
    }


def merge(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A JSON merge patch on an object (RFC 7396)."""
    merged = dict(old)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            inner = merged.get(key)
            merged[key] = merge(inner if isinstance(inner, dict) else {}, value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            merged[key] = value
    return merged


def event_data(old: Record, new: Record, changed: list[str]) -> dict[str, Any]:
    """What `thread_updated` says: the thread, the names of what changed, and for a status the one before."""
    said = {**shown(new).model_dump(), "changed": changed}
    if "status" in changed:
        update: ThreadUpdate = StatusUpdate.model_validate({**said, "old": old["status"], "new": new["status"]})
    else:
        update = ThreadUpdate.model_validate(said)
    return update.model_dump(mode="json")


def check_version(if_match: str | None, version: int) -> None:
    """Refuse a change of another version than the one the caller has seen.

    Raises:
        problems.Problem: 412 with `current_version`; 422, the header is not an entity tag.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if not re.fullmatch(r'\s*(W/)?"[^"]*"\s*(,\s*(W/)?"[^"]*"\s*)*', if_match):
        raise problems.invalid([problems.field_error("/If-Match", 'must be a version in quotes, like "3"', "header")])
    if f'"{version}"' not in (tag.strip() for tag in if_match.split(",")):
        detail = f"The thread is at version {version}."
        headers = {"ETag": f'"{version}"'}
        raise problems.Problem(412, "version-conflict", detail, headers=headers, current_version=version)


def changed_names(old: Record, values: Mapping[str, Any]) -> list[str]:
    """Which of the values differ from those of the thread. They are compared as JSON: in Python, true equals 1."""
    return [name for name, value in values.items() if _canonical(value) != _canonical(old[name])]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
