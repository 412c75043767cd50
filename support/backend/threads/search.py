"""The list of threads: filters, order and pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from support.backend.http import cursors, validation
from support.backend.platform import problems
from support.backend.platform.database import Connection, Record
from support.backend.threads import threads

_METADATA = "metadata."


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        Unacceptable: it is before the year 1 or after the year 9999.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise validation.Unacceptable("must be between the years 1 and 9999") from None


MomentGiven = Annotated[AwareDatetime, AfterValidator(in_utc)]


class Filters(BaseModel):
    """The query of a list. `metadata.KEY=value` asks for a value under a key of the metadata, or in an array there."""

    model_config = ConfigDict(extra="allow")

    status: threads.Status | None = Field(None, description="without it, all but archived threads")
    q: Annotated[str | None, Field(min_length=1, max_length=200)] = Field(
        None, description="text in the title or in a message, taken literally, in any case"
    )
    created_after: MomentGiven | None = None
    created_before: MomentGiven | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(max_length=1000)] = None

    @model_validator(mode="after")
    def _known(self) -> Filters:
        extra = self.model_extra or {}
        for name in extra:
            if not name.startswith(_METADATA) or name == _METADATA:
                raise validation.Unacceptable("unknown parameter", f"/{problems.pointer_part(name)}")
        for name, value in {"q": self.q, **extra}.items():
            if reason := validation.unstorable_text(f"{name}{value}"):
                raise validation.Unacceptable(reason, f"/{problems.pointer_part(name)}")
        return self

    @property
    def metadata(self) -> dict[str, str]:
        """Wanted values by key."""
        return {name.removeprefix(_METADATA): str(value) for name, value in sorted((self.model_extra or {}).items())}

    @property
    def is_search(self) -> bool:
        """Whether this asks for more than one's threads by status."""
        return bool(self.q or self.metadata or self.created_after or self.created_before)


class Query:
    """SQL conditions with their parameters; the first parameter is the customer."""

    def __init__(self, customer_id: UUID) -> None:
        self.parameters: list[Any] = [customer_id]
        self.conditions = [threads.owner_condition()]

    def where(self, condition: str, *parameters: Any) -> None:
        """Add a condition, in which `{0}`, `{1}` ... stand for its parameters."""
        numbers = range(len(self.parameters) + 1, len(self.parameters) + len(parameters) + 1)
        self.conditions.append(condition.format(*(f"${number}" for number in numbers)))
        self.parameters += parameters

    def sql(self, limit: int) -> str:
        """The whole statement."""
        return (
            f"SELECT {threads.COLUMNS} FROM threads WHERE {' AND '.join(self.conditions)}"
            f" ORDER BY last_activity_at DESC, id LIMIT {limit}"
        )


async def page(
    connection: Connection, customer_id: UUID, filters: Filters, secret: str
) -> tuple[list[Record], str | None]:
    """One page of a customer's threads, the last active first, and the cursor of the next page if there is one.

    Raises:
        problems.Problem: 422, the cursor is not one of this list.
    """
    query = Query(customer_id)
    add_status(query, filters)
    add_text(query, filters)
    add_metadata(query, filters)
    add_dates(query, filters)
    scope = f"{customer_id} {filters.model_dump_json(exclude={'cursor', 'limit'})}"
    if filters.cursor is not None:
        add_position(query, cursors.decode(filters.cursor, scope, secret))
    rows = await connection.fetch(query.sql(filters.limit + 1), *query.parameters)
    if len(rows) <= filters.limit:
        return rows, None
    last = rows[filters.limit - 1]
    return rows[: filters.limit], cursors.encode([last["last_activity_at"].isoformat(), str(last["id"])], scope, secret)


def add_status(query: Query, filters: Filters) -> None:
    """One status, or all but archived."""
    if filters.status:
        query.where("status = {0}", filters.status)
    else:
        query.where("status <> 'archived'")


def add_text(query: Query, filters: Filters) -> None:
    """Text in the title or in a message."""
    if filters.q:
        query.where(
            "(title ILIKE {0} OR EXISTS (SELECT FROM messages WHERE messages.customer_id = $1"
            " AND messages.thread_id = threads.id AND content ILIKE {0}))",
            f"%{literal(filters.q)}%",
        )


def add_metadata(query: Query, filters: Filters) -> None:
    """Values under keys. What looks like a number, a boolean or null is looked for as that and as text."""
    for key, value in filters.metadata.items():
        wanted = [{key: form} for scalar in scalars(value) for form in (scalar, [scalar])]
        query.where("metadata @> ANY ({0}::jsonb[])", wanted)


def add_dates(query: Query, filters: Filters) -> None:
    """Created between two moments, neither included."""
    if filters.created_after:
        query.where("created_at > {0}", filters.created_after)
    if filters.created_before:
        query.where("created_at < {0}", filters.created_before)


def add_position(query: Query, position: list[str]) -> None:
    """After the last thread of the page before; the first comparison is the one the index can use."""
    moment, thread_id = datetime.fromisoformat(position[0]), UUID(position[1])
    query.where("last_activity_at <= {0} AND (last_activity_at < {0} OR id > {1})", moment, thread_id)


def literal(text: str) -> str:
    """Text for LIKE in which no character is a wildcard."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def scalars(value: str) -> list[Any]:
    """A query parameter as text, and as the JSON number, boolean or null that it spells."""
    try:
        parsed = validation.parse_json(value.encode())
    except problems.Problem:
        return [value]
    return [value] if isinstance(parsed, str | list | dict) else [value, parsed]
