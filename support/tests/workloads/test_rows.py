"""Rows of a table of acts are bound to the persons, conversations and fixtures that they name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.core.failure import EnvironmentFailed
from support.drivers.contract.types import NewThread
from support.gherkin import acts
from support.gherkin.acts import act
from support.gherkin.kinds import Title
from support.gherkin.sentences import DEFINITIONS
from support.tests.actors.fake_product import FakeProduct
from support.workloads.rows import bind_rows
from support.workloads.together import ActRow

SEEN: list[tuple[object, ...]] = []


@pytest.fixture(autouse=True)
def _acts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two acts, and no others."""
    before = list(DEFINITIONS)
    monkeypatch.setattr(acts, "ACTS", [])
    SEEN.clear()

    @act("{who} [opens] {title:Title}")
    async def opens(actor: Customer, title: Title) -> None:  # pyright: ignore[reportUnusedFunction]
        SEEN.append((actor.label, "opens", actor.called(title).title))

    @act("{who} [writes] {text:Quoted} to {helper}")
    async def writes(actor: Customer, clock: str, text: str, helper: str) -> None:  # pyright: ignore[reportUnusedFunction]
        SEEN.append((actor.label, "writes", text, helper, clock))

    yield
    DEFINITIONS[:] = before


async def bound(table: Sequence[Sequence[str]]) -> tuple[People, list[ActRow], list[Conversation]]:
    """The rows of a table in a scenario with Mia, who has started Boxes, and a group of two."""
    people = FakeProduct().people()
    mia = await people.enrol("Mia", "mid")
    await mia.start(NewThread("Boxes"))
    await people.enrol_group(2, "mid")
    fixtures: dict[str, Any] = {"clock": "noon"}
    rows, conversations = bind_rows(people, table, fixtures.__getitem__)
    return people, rows, conversations


async def do_all(rows: Sequence[ActRow]) -> None:
    for row in rows:
        for actor in row.actors:
            for do, _may_be_refused in row.acts:
                await do(actor)


def test_a_row_has_its_moment_times_persons_and_acts() -> None:
    async def run() -> None:
        people, rows, conversations = await bound(
            [
                ["moment", "times", "act"],
                ["1", "3", 'Mia opens "Boxes", then tries to write ", then " to Enid'],
                ["in the middle", "1", 'each of them writes "x" to Fay'],
            ]
        )
        first, second = rows
        assert (first.moment, first.times, second.moment, second.times) == ("1", 3, "in the middle", 1)
        assert list(first.actors) == [people.who("Mia")]
        assert list(second.actors) == people.group
        assert [may_be_refused for _do, may_be_refused in first.acts] == [False, True]
        assert conversations == people.who("Mia").conversations
        await do_all(rows)

    asyncio.run(run())
    assert SEEN == [
        ("Mia", "opens", "Boxes"),
        ("Mia", "writes", ", then ", "Enid", "noon"),
        ("Customer 1", "writes", "x", "Fay", "noon"),
        ("Customer 2", "writes", "x", "Fay", "noon"),
    ]


def test_without_moment_and_times_an_act_is_done_once() -> None:
    _people, [row], _conversations = asyncio.run(bound([["act"], ['Mia opens "Boxes"']]))
    assert (row.moment, row.times, row.text) == ("1", 1, 'Mia opens "Boxes"')


def test_a_conversation_is_named_once_however_often_it_is_used() -> None:
    _people, rows, conversations = asyncio.run(bound([["act"], *[['Mia opens "Boxes", then opens "Boxes"']] * 2]))
    assert (len(rows), [one.title for one in conversations]) == (2, ["Boxes"])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([["moment", "what"], ["1", 'Mia opens "Boxes"']], r"expected the column act, .*, got \['moment', 'what'\]"),
        ([["moment", "times"], ["1", "2"]], r"expected the column act, .*, got \['moment', 'times'\]"),
        ([["act"], ["Mia waits"]], "expected one act that fits into a row, got 0 for 'Mia waits'"),
        ([["act"], ['Mia opens "Bags"']], "expected a conversation 'Bags', got no step before that starts it"),
        ([["act"], ['Enid opens "Boxes"']], "expected 'Enid' to be introduced before"),
    ],
)
def test_a_row_that_names_nothing_is_no_broken_promise(table: list[list[str]], message: str) -> None:
    with pytest.raises(EnvironmentFailed, match=message):
        asyncio.run(bound(table))
