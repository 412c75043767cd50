"""Scans a whole database for the rows of each owner and for a text. Tables come from PostgreSQL's catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from support.probes.postgres import PostgresProbe

_TABLES = """
SELECT c.oid::bigint AS oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'r' AS stored,
  ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^(pg_|information_schema$)'
ORDER BY 2
"""
_REFERENCES = """
SELECT conrelid::bigint AS child, confrelid::bigint AS parent, names.columns, names.referenced
FROM pg_constraint CROSS JOIN LATERAL (
  SELECT array_agg(quote_ident(a.attname) ORDER BY place) AS columns,
         array_agg(quote_ident(b.attname) ORDER BY place) AS referenced
  FROM unnest(conkey, confkey) WITH ORDINALITY AS pair(here, there, place)
  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = here
  JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = there
) AS names WHERE contype = 'f' ORDER BY pg_constraint.oid
"""


@dataclass(frozen=True)
class DatabaseTable:
    """A table or a materialized view (not `stored`); names are quoted where they need it, and have their schema."""

    oid: int
    name: str
    stored: bool
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A foreign key of the table `child` to the table `parent`, both by their oid."""

    child: int
    parent: int
    columns: tuple[str, ...]
    referenced: tuple[str, ...]


@dataclass(frozen=True)
class OwnedRows:
    """How many rows a table has for an owner, and a sum of their hashes. Rows without an owner have the owner ''."""

    table: str
    owner: str
    count: int
    digest: str


async def rows_of_others(probe: PostgresProbe, owner_columns: Sequence[str], own: Sequence[str]) -> list[OwnedRows]:
    """Every table's rows, counted and hashed by owner, but for those of the owners `own`.

    The owner stands in one of `owner_columns`, or in what such a column refers to, or in the row of another table that
    is bound to this one by a foreign key, over any number of tables. All is of one moment.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached, or does not show everything.
    """
    tables = [table for table in await tables_of(probe) if table.stored]
    owned = _owned(tables, await _references(probe), owner_columns)
    if not tables:
        return []
    queries = [
        f"SELECT {_literal(table.name)} AS table, coalesce(owner, '') AS owner, count(*) AS count, "
        f"sum(hashtextextended(kept::text, 0))::text AS digest FROM ({owned[table.oid]}) AS owned "
        "WHERE owner IS NULL OR owner <> ALL($1::text[]) GROUP BY owner"
        for table in tables
    ]
    return [OwnedRows(**row) for row in await probe.rows(" UNION ALL ".join(queries), list(own))]


async def columns_with(probe: PostgresProbe, spellings: Sequence[str]) -> dict[str, int]:
    """How many rows have one of these texts, in any case, by table and column; every column is searched as text.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached, or does not show everything.
    """
    tables = await tables_of(probe)
    queries = [
        f"SELECT {_literal(f'{table.name}.{column}')} AS place, count(*) AS count FROM {table.name} AS t "
        f"WHERE EXISTS (SELECT FROM unnest($1::text[]) AS s WHERE position(s IN lower(t.{column}::text)) > 0) "
        "HAVING count(*) > 0"
        for table in tables
        for column in table.columns
    ]
    if not queries:
        return {}
    found = await probe.rows(" UNION ALL ".join(queries), [spelling.lower() for spelling in spellings])
    return {row["place"]: row["count"] for row in found}


async def rows_with(probe: PostgresProbe, spelling: str) -> list[OwnedRows]:
    """The rows of every table that have this text anywhere, counted and hashed by table; their owner is left open.

    Raises:
        EnvironmentFailed: PostgreSQL cannot be reached, or does not show everything.
    """
    queries = [
        f"SELECT {_literal(table.name)} AS table, '' AS owner, count(*) AS count, "
        f"sum(hashtextextended(t::text, 0))::text AS digest FROM {table.name} AS t "
        "WHERE position($1 IN lower(t::text)) > 0 HAVING count(*) > 0"
        for table in await tables_of(probe)
    ]
    return [OwnedRows(**row) for row in await probe.rows(" UNION ALL ".join(queries), spelling.lower())]


async def tables_of(probe: PostgresProbe) -> list[DatabaseTable]:
    """Every table and materialized view of every schema but PostgreSQL's own; partitions count, not their parents."""
    found = await probe.rows(_TABLES)
    return [DatabaseTable(row["oid"], row["name"], row["stored"], tuple(row["columns"])) for row in found]


async def _references(probe: PostgresProbe) -> list[Reference]:
    return [
        Reference(row["child"], row["parent"], tuple(row["columns"]), tuple(row["referenced"]))
        for row in await probe.rows(_REFERENCES)
    ]


def _owned(
    tables: Sequence[DatabaseTable], references: Sequence[Reference], owner_columns: Sequence[str]
) -> dict[int, str]:
    """For each table a query that gives its rows as `kept`, each with its `owner`."""
    found: dict[int, str] = {}
    names = {table.oid: table.name for table in tables}
    for table in tables:
        if column := next((name for name in owner_columns if name in table.columns), None):
            found[table.oid] = _by_column(table.name, column)
    for reference in references:
        for column, referenced in zip(reference.columns, reference.referenced, strict=True):
            if column in owner_columns and reference.child in found and reference.parent in names:
                found.setdefault(reference.parent, _by_column(names[reference.parent], referenced))
    while reached := next(_next_table(found, names, references), None):
        found.update([reached])
    return found | {
        oid: f"SELECT t AS kept, NULL AS owner FROM {name} AS t" for oid, name in names.items() if oid not in found
    }


def _next_table(
    found: dict[int, str], names: dict[int, str], references: Sequence[Reference]
) -> Iterator[tuple[int, str]]:
    for one in references:
        for here, there, own, others in (
            (one.child, one.parent, one.columns, one.referenced),
            (one.parent, one.child, one.referenced, one.columns),
        ):
            if here in names and here not in found and there in found:
                yield here, _by_other_table(names[here], own, found[there], others)


def _by_column(table: str, column: str) -> str:
    return f"SELECT t AS kept, t.{column}::text AS owner FROM {table} AS t"


def _by_other_table(table: str, columns: Sequence[str], other: str, others: Sequence[str]) -> str:
    keys = ", ".join(f"(o.kept).{column} AS key{n}" for n, column in enumerate(others))
    same = " AND ".join(f"by_key.key{n} = t.{column}" for n, column in enumerate(columns))
    group = ", ".join(str(n + 1) for n in range(len(others)))
    return (
        f"SELECT t AS kept, by_key.owner FROM {table} AS t LEFT JOIN "
        f"(SELECT {keys}, min(o.owner) AS owner FROM ({other}) AS o GROUP BY {group}) AS by_key ON {same}"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
