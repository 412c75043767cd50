"""What a scenario needs of a target, and what it could not look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from support.core.failure import EnvironmentFailed, NotOffered

Group = TypeVar("Group")


@dataclass
class Sight:
    """The optional groups that a scenario has used, and the checks that it could not make.

    `tagged` are the groups that its tags name, such as `search` for `@needs.search`; None where there are no tags to
    compare with. `missed` has a phrase for each check that was left out. `blind` says that the step which is being
    played could look at nothing that it promises.
    """

    tagged: frozenset[str] | None = None
    used: set[str] = field(default_factory=set[str])
    missed: list[str] = field(default_factory=list[str])
    blind: bool = False

    def need(self, group: Group | None, name: str) -> Group:
        """The group, which the scenario cannot do without.

        Raises:
            EnvironmentFailed: the scenario lacks the tag for this group.
            NotOffered: the target lacks the group.
        """
        self.used.add(name)
        if self.tagged is not None and name not in self.tagged:
            raise EnvironmentFailed(f"expected the tag @needs.{name}, because a step needs {name}; add it")
        if group is None:
            raise NotOffered(f"{name}: the driver does not have it")
        return group

    def miss(self, what: str, *, whole: bool = False) -> None:
        """Count a check that the target does not allow; `whole` if the step has no other."""
        self.missed.append(what)
        self.blind = self.blind or whole
