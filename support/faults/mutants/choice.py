"""Draws mutants by a seed, and reads the list of those that change nothing for a customer."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from support.core.failure import BadInput
from support.core.hints import nearest
from support.faults.mutants.mutant import Mutant

EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class Draw(NamedTuple):
    """What a seed chose: `number` mutants of all those that some scenario runs."""

    seed: int
    number: int


def draw(mutants: Iterable[Mutant], wanted: Draw) -> list[Mutant]:
    """Mutants by chance, the same for the same seed: at first one of each statement that is drawn.

    A statement has many mutants or few. Drawn by statements, a long condition does not count for more than a short one.
    """
    chance = random.Random(wanted.seed)
    by_statement: dict[tuple[str, int], list[Mutant]] = {}
    for mutant in sorted(mutants, key=lambda one: one.id):
        by_statement.setdefault((mutant.file, mutant.statement), []).append(mutant)
    for found in by_statement.values():
        chance.shuffle(found)
    chosen: list[Mutant] = []
    while len(chosen) < wanted.number and by_statement:
        statements = list(by_statement)
        chance.shuffle(statements)
        for statement in statements[: wanted.number - len(chosen)]:
            chosen.append(by_statement[statement].pop())
            if not by_statement[statement]:
                del by_statement[statement]
    return chosen


def equivalents(known: Collection[str], path: Path = EQUIVALENT) -> Mapping[str, str]:
    """Why a mutant changes nothing that a customer can notice, by its id.

    Args:
        known: the ids of all mutants.
        path: the list, with `mutant` and `reason` in each entry.

    Raises:
        BadInput: the list cannot be read, an entry has no reason, or names a mutant that does not exist.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("equivalent", [])
        reasons = {str(entry["mutant"]): str(entry["reason"]).strip() for entry in entries}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadInput(f"{path.name} is not a list of mutants with reasons: {error!r}") from None
    for id_, reason in reasons.items():
        if id_ not in known:
            raise BadInput(f"{path.name} names a mutant that does not exist: {id_!r}{nearest(id_, known)}")
        if not reason:
            raise BadInput(f"{path.name} gives no reason for {id_!r}")
    return reasons
