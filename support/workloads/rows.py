"""Rows of a table of acts, bound to the persons, conversations and fixtures that they name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from support.actors.customer import Conversation
from support.actors.people import People
from support.core.failure import EnvironmentFailed
from support.gherkin.acts import Act, find_act, sequence
from support.gherkin.kinds import Title
from support.workloads.together import ActRow, Do

COLUMNS = ("moment", "times", "act")


def bind_rows(
    people: People, table: Sequence[Sequence[str]], fixture: Callable[[str], Any]
) -> tuple[list[ActRow], list[Conversation]]:
    """The rows, and every conversation that they name.

    `A, then B` is a sequence of acts by one performer; B has the same person. `fixture` returns a fixture by name.

    Raises:
        EnvironmentFailed: a column is unknown or missing, or a sentence is no act.
    """
    if "act" not in table[0] or not set(table[0]) <= set(COLUMNS):
        raise EnvironmentFailed(f"expected the column act, and perhaps moment and times, got {list(table[0])}")
    rows: list[ActRow] = []
    named: dict[str, Conversation] = {}
    for cells in (dict(zip(table[0], row, strict=True)) for row in table[1:]):
        who, acts = "", list[tuple[Do, bool]]()
        for text in sequence(cells["act"]):
            declared, arguments, may_be_refused = find_act(text)
            who = arguments.pop("who")
            actor = people.actors(who)[0]
            for title in (one for one in arguments.values() if isinstance(one, Title)):
                conversation = actor.called(title)
                named[conversation.id] = conversation
            arguments |= {name: fixture(name) for name in declared.fixtures}
            acts.append((partial(_do, declared, arguments), may_be_refused))
        rows.append(
            ActRow(cells.get("moment", "1"), int(cells.get("times", 1)), cells["act"], people.actors(who), acts)
        )
    return rows, list(named.values())


async def _do(declared: Act, arguments: dict[str, Any], actor: Any) -> Any:
    return await declared.do(actor, arguments)
