"""`/operator`: enrol customers and change their plans."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from support.backend.customers import customers, passwords, schemas
from support.backend.customers.routing import OperatorRoute
from support.backend.http import idempotency, routing, validation
from support.backend.http.idempotency import Answer
from support.backend.http.routing import DatabasePart, SettingsPart
from support.backend.plans import plans
from support.backend.platform.database import OPERATOR, Connection

router = routing.router("/operator", "operator", OperatorRoute)


class NewCustomer(validation.Body):
    """Who is enrolled, and where."""

    email: Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    password: Annotated[str, Field(min_length=8, max_length=200)]
    plan: plans.Name
    organisation: Annotated[str, Field(min_length=1, max_length=200)]


class CustomerChanges(validation.Body):
    """What the operator may change."""

    plan: plans.Name


@router.post(
    "/customers", status_code=201, response_model=schemas.EnrolledCustomer, openapi_extra=idempotency.DOCUMENTED
)
async def enrol(body: NewCustomer, request: Request, database: DatabasePart, settings: SettingsPart) -> Response:
    """Enrol a customer, in an organisation that is made if it is new."""
    key = await idempotency.key_of(request, OPERATOR)
    password_hash = await passwords.hash_password(body.password, settings.password_cost)

    async def effect(connection: Connection) -> Answer:
        return Answer(201, await customers.enrol(connection, body.email, password_hash, body.plan, body.organisation))

    async with database.service_transaction() as connection:
        return await idempotency.once(connection, key, effect)


@router.get("/customers/{customer_id}")
async def read(customer_id: UUID, database: DatabasePart) -> schemas.EnrolledCustomer:
    """One customer."""
    async with database.service_transaction() as connection:
        return await customers.shown(connection, customer_id)


@router.patch("/customers/{customer_id}")
async def change(customer_id: UUID, body: CustomerChanges, database: DatabasePart) -> schemas.EnrolledCustomer:
    """Put a customer on another plan; their next request is judged by it."""
    async with database.service_transaction() as connection:
        await customers.change_plan(connection, customer_id, body.plan)
        return await customers.shown(connection, customer_id)
