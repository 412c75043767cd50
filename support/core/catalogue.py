"""The closed vocabulary of tags, and the known rows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.core.scenario import SEVERITIES

CAPABILITIES = (
    "sign_in",
    "threads",
    "details",
    "search",
    "messages",
    "runs",
    "live",
    "titles",
    "operator",
    "durable_state",
    "signing_key",
    "keys",
    "renaming",
    "versions",
    "export",
    "subscriptions",
    "revocation",
)
SCENARIO_ID = re.compile(r"^((?:TL|AE|TA|CE|X)-\d{2})\.\d+$")
"""The tag that gives a scenario its id: the row it belongs to, and a number that never changes, such as `TL-01.2`."""


@dataclass(frozen=True)
class CatalogueRow:
    """A row of the catalogue: `tiers` has one name, or every plan for a row that holds for all of them."""

    id: str
    title: str
    tiers: tuple[str, ...]


@cache
def rows() -> dict[str, CatalogueRow]:
    """Every row that a scenario may carry, by id, in the order of the catalogue `rows.toml`."""
    data = tomllib.loads(Path(__file__).with_name("rows.toml").read_text("utf-8"))
    plans = ("free", "early", "mid", "enterprise")
    return {
        id_: CatalogueRow(id_, title, plans if tier == "each plan" else (tier,))
        for id_, (tier, title) in data["rows"].items()
    }


def known_tags() -> dict[str, str]:
    """Every tag that may be used, with what it means."""
    return (
        {id_: row.title for id_, row in rows().items()}
        | {f"needs.{name}": f"runs where the target offers {name}" for name in CAPABILITIES}
        | {f"severity.{name}": f"severity of a failure: {name}" for name in SEVERITIES}
        | {
            "disruptive": "breaks services, so it gets a separate stack",
            "load": "measures under load, so nothing else runs meanwhile",
            "random": "tells random stories; `threadproof explore` tells them for longer",
        }
    )
