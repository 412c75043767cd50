"""The closed vocabulary of tags, and the known rows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.core.scenario import SEVERITIES

CAPABILITIES = (
    "paging",
    "metadata",
    "versions",
    "status",
    "renaming",
    "search",
    "titles",
    "strict_input",
    "keyed",
    "exports",
    "glimpses",
    "run_lists",
    "cancellation",
    "live",
    "subscriptions",
    "access",
    "revocation",
    "plans",
    "durable",
    "storage",
    "model",
    "operator",
    "outages",
    "described",
)
"""The optional groups of a driver, by the names that `support.drivers.contract.driver.Driver` gives them."""
POLICIES = (
    "list_order.last_activity",
    "version.rises",
    "details.merge",
    "unknown_members.refused",
    "blank_text.refused",
    "erasure_reaches.every_device",
)
"""Policies that are the very promise of a scenario, each a field and a value of `support.drivers.contract.policy`."""
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
        | {f"policy.{name}": f"runs where the target's policy is {name}" for name in POLICIES}
        | {f"severity.{name}": f"severity of a failure: {name}" for name in SEVERITIES}
        | {
            "disruptive": "breaks services, so it gets a separate stack",
            "load": "measures under load, so nothing else runs meanwhile",
            "random": "tells random stories; `threadproof explore` tells them for longer",
        }
    )
