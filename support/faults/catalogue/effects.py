"""Faults that reach what is none of a customer's business, and that nobody in the scenario would notice."""

from __future__ import annotations

from typing import Any

from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam

STORE = Seam.START_THREAD
BECOMES_TITLE = "A first question becomes the title"
NOTHING_ELSE = "nothing else has changed"


@fault(Red(BECOMES_TITLE, NOTHING_ELSE, "table public.threads, customer"))
def starting_touches_somebody_elses(patch: Patch) -> None:
    """Whoever starts a conversation also alters the newest one of somebody else, whom nobody tells."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        answer = await original(connection, customer_id, *arguments)
        await connection.execute("SET LOCAL ROLE NONE")
        await connection.execute(
            "UPDATE threads SET metadata = metadata || '{\"seen\": true}' WHERE id = "
            "(SELECT id FROM threads WHERE customer_id <> $1 ORDER BY created_at DESC LIMIT 1)",
            customer_id,
        )
        return answer


@fault(Red(BECOMES_TITLE, NOTHING_ELSE, "table public.organisations, customer"))
def company_name_taken_over(patch: Patch) -> None:
    """Whoever starts a conversation renames the company that signed up first."""

    @patch.replace(STORE)
    async def store(original: Any, connection: Any, *arguments: Any) -> Any:
        answer = await original(connection, *arguments)
        await connection.execute("SET LOCAL ROLE NONE")
        await connection.execute(
            "UPDATE organisations SET name = name || '.' WHERE id = "
            "(SELECT id FROM organisations ORDER BY created_at LIMIT 1)"
        )
        return answer


@fault(Red(BECOMES_TITLE, NOTHING_ELSE, "Redis key last_question has come"))
def question_kept_where_nobody_owns_it(patch: Patch) -> None:
    """The last question of all is kept in Redis, under a name that belongs to no customer."""
    redis: list[tuple[Any, str]] = []

    @patch.replace(Seam.CONNECT_REDIS, counts=False)
    def client(original: Any, settings: Any) -> Any:
        redis.append((original(settings), settings.key_prefix))
        return redis[-1][0]

    @patch.replace(Seam.MAKE_TITLE)
    async def make_title(original: Any, titles: Any, customer_id: Any, message: str) -> Any:
        [(connected, prefix)] = redis
        await connected.set(f"{prefix}last_question", message)
        return await original(titles, customer_id, message)
