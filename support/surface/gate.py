"""What is left of a described surface when all scenarios were played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from support.surface.uses import comparable


@dataclass(frozen=True)
class SurfaceRecord:
    """What a backend describes, what each scenario has used of it, and what is exempt, by name with the reason.

    `uses` has comparable names by the id of the scenario. An exemption of a request holds for all its parts.
    """

    described: Set[str]
    uses: Mapping[str, Set[str]]
    exempt: Mapping[str, str]

    @property
    def left(self) -> list[str]:
        """The parts that no scenario exercises and no exemption names."""
        used = set[str]().union(*self.uses.values())
        return sorted(one for one in self.described if comparable(one) not in used and self._exemption(one) is None)

    def violations(self) -> Iterator[str]:
        """A sentence for each part that is left, and for each exemption that exempts nothing."""
        for name in self.left:
            yield f"surface: expected a scenario that exercises {name}, got none: play it in one, or exempt it by name"
        used = set[str]().union(*self.uses.values())
        for exemption, reason in self.exempt.items():
            concerned = [one for one in self.described if self._exemption(one) == exemption]
            if not concerned:
                yield f"surface: expected the exempt {exemption} to be described, got no such part: remove it"
            elif all(comparable(one) in used for one in concerned):
                yield f"surface: expected the exempt {exemption} to be unused, got it in a scenario: remove it"
            if not reason.strip():
                yield f"surface: expected a reason why {exemption} is exempt, got none: write it"

    def to_json(self) -> dict[str, Any]:
        """The record as it is written: for each part the scenarios that exercise it, or the reason why none does."""
        return {
            "left": self.left,
            "parts": {
                one: {
                    "scenarios": sorted(id_ for id_, names in self.uses.items() if comparable(one) in names),
                    "exempt": self.exempt.get(self._exemption(one) or ""),
                }
                for one in sorted(self.described)
            },
        }

    def _exemption(self, name: str) -> str | None:
        return next((one for one in self.exempt if name == one or name.startswith(f"{one} ")), None)
