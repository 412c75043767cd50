"""Customers and their organisations: enrolled by the operator, found by email when they sign in."""

from __future__ import annotations

from uuid import UUID, uuid4

from support.backend.customers.schemas import EnrolledCustomer
from support.backend.plans import plans
from support.backend.platform import problems
from support.backend.platform.database import Connection, Database, Record

_SHOWN = """
SELECT customers.id, email, plan, customers.created_at, organisations.id AS organisation_id, name
FROM customers JOIN organisations ON organisations.id = organisation_id
WHERE customers.id = $1
"""


async def by_email(database: Database, email: str) -> Record | None:
    """Id, plan and password hash of the customer with this address."""
    async with database.service_transaction() as connection:
        return await connection.fetchrow(
            "SELECT id, plan, password_hash FROM customers WHERE email = $1", normal_email(email)
        )


async def enrol(
    connection: Connection, email: str, password_hash: str, plan: plans.Name, organisation: str
) -> EnrolledCustomer:
    """Add a customer, and their organisation if it is new. Needs a service transaction.

    Raises:
        problems.Problem: 409, the address is taken.
    """
    customer_id = uuid4()
    added = await connection.fetchval(
        """
        INSERT INTO customers (id, organisation_id, email, password_hash, plan) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (email) DO NOTHING RETURNING true
        """,
        customer_id,
        await organisation_id(connection, organisation),
        normal_email(email),
        password_hash,
        plan,
    )
    if not added:
        raise problems.Problem(409, "email-taken", "There is a customer with this address.")
    return await shown(connection, customer_id)


async def organisation_id(connection: Connection, name: str) -> UUID:
    """The organisation of this name, made if it is new."""
    await connection.execute(
        "INSERT INTO organisations (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", uuid4(), name
    )
    found: UUID = await connection.fetchval("SELECT id FROM organisations WHERE name = $1", name)
    return found


async def change_plan(connection: Connection, customer_id: UUID, plan: plans.Name) -> None:
    """Put a customer on another plan, from now on."""
    await connection.execute("UPDATE customers SET plan = $2 WHERE id = $1", customer_id, plan)


async def shown(connection: Connection, customer_id: UUID) -> EnrolledCustomer:
    """A customer as the operator sees them.

    Raises:
        problems.Problem: 404, there is none.
    """
    row = await connection.fetchrow(_SHOWN, customer_id)
    if row is None:
        raise problems.not_found()
    organisation = {"id": row["organisation_id"], "name": row["name"]}
    return EnrolledCustomer.model_validate({**dict(row), "organisation": organisation})


def normal_email(email: str) -> str:
    """Addresses that differ in case only are one."""
    return email.strip().lower()
