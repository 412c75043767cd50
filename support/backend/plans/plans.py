"""What each plan holds, and the refusals that name the first plan that has more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from support.backend.platform import problems
from support.backend.platform.database import Connection

Name: TypeAlias = Literal["free", "early", "mid", "enterprise"]
Limit: TypeAlias = Literal["concurrent_runs", "runs_a_day", "sessions", "history_days", "sockets_a_session"]


@dataclass(frozen=True)
class Plan:
    """Limits, and the capabilities that come on top of those of the plan before."""

    concurrent_runs: int
    runs_a_day: int
    sessions: int
    history_days: int
    sockets_a_session: int
    adds: frozenset[str]


PLANS: dict[Name, Plan] = {
    "free": Plan(1, 10, 3, 7, 3, frozenset({"threads", "one_agent"})),
    "early": Plan(3, 100, 5, 30, 5, frozenset({"metadata", "search", "tools", "export"})),
    "mid": Plan(5, 500, 10, 90, 10, frozenset({"several_agents", "shared_memory", "agent_metadata"})),
    "enterprise": Plan(10, 1000, 25, 365, 25, frozenset({"erasure", "audit_trail", "session_control"})),
}
"""From the smallest to the largest; each includes the capabilities of those before it."""


async def of(connection: Connection, customer_id: UUID) -> Name:
    """The plan a customer has now, even if their token names another.

    Raises:
        problems.Problem: 401, there is no such customer any more.
    """
    plan: Name | None = await connection.fetchval("SELECT plan FROM customers WHERE id = $1", customer_id)
    if plan is None:
        raise problems.unauthenticated()
    return plan


def limit(plan: Name, name: Limit) -> int:
    """How much of something a plan holds."""
    return getattr(PLANS[plan], name)


def has(plan: Name, capability: str) -> bool:
    """Whether a plan, or one before it, has a capability."""
    names = list(PLANS)
    return any(capability in PLANS[name].adds for name in names[: names.index(plan) + 1])


def require(plan: Name, capability: str) -> None:
    """Refuse what is not in the plan.

    Raises:
        problems.Problem: 403, with `plan`, `capability` and `available_from`.
    """
    if not has(plan, capability):
        first = next((name for name in PLANS if has(name, capability)), None)
        raise problems.Problem(
            403,
            "not-in-plan",
            f"The {plan} plan does not include {capability}; it comes with the {first} plan.",
            plan=plan,
            capability=capability,
            available_from=first,
        )


def exhausted(plan: Name, name: Limit, retry_after: int) -> problems.Problem:
    """The refusal of more than the plan holds: 429 with `plan`, `limit`, `maximum` and `available_from`.

    Args:
        plan: the customer's plan.
        name: the limit that is reached.
        retry_after: seconds after which there may be more.
    """
    maximum = limit(plan, name)
    first = next((other for other in PLANS if limit(other, name) > maximum), None)
    more = f"; the {first} plan has more" if first else ""
    return problems.Problem(
        429,
        "plan-limit",
        f"The {plan} plan holds {maximum} {name.replace('_', ' ')}{more}.",
        headers={"Retry-After": str(max(1, retry_after))},
        plan=plan,
        limit=name,
        maximum=maximum,
        available_from=first,
    )
