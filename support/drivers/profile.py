"""A target's profile: its driver, its policy, the capabilities that it lacks, and its known deviations."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from support.core.catalogue import CAPABILITIES
from support.core.failure import BadInput
from support.core.hints import nearest
from support.core.scenario import Scenario
from support.core.settings import settings
from support.drivers.contract.driver import Driver, capabilities
from support.drivers.contract.policy import Policy
from support.drivers.contract.sight import Sight
from support.drivers.contract.types import Target
from support.drivers.kinds import kind
from support.observation.wire import WireLog

PROFILES = Path(__file__).parent / "profiles"
SOMEWHERE = "http://127.0.0.1:9"
"""An address for the question which groups a driver has; nothing connects to it."""


class Deviation(BaseModel):
    """A promise that this target is known to break, listed until it is mended."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(description="the scenario's id, such as TL-01.2 or TL-05.1[an empty title]")
    reason: str = Field(min_length=10)


class Profile(BaseModel):
    """A target as its TOML file describes it.

    `ready_path` is the path that answers 200 once the target can serve, `key_prefix` begins the names of its keys in
    Redis, and `model_space` is its space in the scripted model service. They are used where the suite does not start
    the target itself.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    driver: str
    ready_path: str | None = None
    key_prefix: str = ""
    model_space: str = "external"
    policy: Policy = Policy()
    does_not_offer: dict[str, str] = Field({}, description="capability: the reason")
    known_deviations: tuple[Deviation, ...] = ()

    @field_validator("driver")
    @classmethod
    def _known_driver(cls, name: str) -> str:
        try:
            kind(name)
        except BadInput as error:
            raise ValueError(str(error)) from None
        return name

    @field_validator("policy", mode="before")
    @classmethod
    def _known_policy(cls, given: dict[str, Any]) -> Policy:
        known = [one.name for one in fields(Policy)]
        for name in given:
            if name not in known:
                raise ValueError(f"there is no policy {name!r}{nearest(name, known)}; there is {', '.join(known)}")
        return TypeAdapter(Policy).validate_python(given)

    @field_validator("does_not_offer")
    @classmethod
    def _known_capability(cls, names: dict[str, str]) -> dict[str, str]:
        for name in names:
            if name not in CAPABILITIES:
                raise ValueError(
                    f"there is no capability {name!r}{nearest(name, CAPABILITIES)}; there is {', '.join(CAPABILITIES)}"
                )
        return names

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """What the target offers: the groups that its driver has, but for those that the profile excuses."""
        everything = Target((SOMEWHERE,), "", SOMEWHERE, "redis://127.0.0.1:9", "", SOMEWHERE, "")
        return capabilities(kind(self.driver)(everything).driver(WireLog())) - set(self.does_not_offer)

    def not_offered(self, scenario: Scenario) -> str | None:
        """Why the target does not offer what the tags of a scenario name, or None if it does."""
        missing = sorted(scenario.needs - self.capabilities) if scenario.needs else []
        absent = f"the driver {self.driver} does not have it"
        reasons = [f"{name}: {self.does_not_offer.get(name, absent)}" for name in missing]
        promised = dict(self.policy.sentences())
        for name, _, value in (tag.partition(".") for tag in sorted(scenario.policies)):
            if str(getattr(self.policy, name)).replace(" ", "_") != value:
                reasons.append(f"the target promises something else: {promised[name]}")
        return "; ".join(reasons) or None

    def fit(self, driver: Driver, tagged: frozenset[str] | None) -> Driver:
        """A driver as this profile describes the target: with its policy, and without what it excuses.

        `tagged` are the capabilities that a scenario's tags name; None where there are no tags to compare with.
        """
        driver.policy, driver.sight = self.policy, Sight(tagged)
        for name in self.does_not_offer:
            setattr(driver, name, None)
        return driver

    def check_deviations(self, scenarios: Collection[str]) -> None:
        """Refuse a known deviation of a scenario that does not exist; `scenarios` are the ids of all.

        Raises:
            BadInput: the message has the nearest id, or all of the row.
        """
        for one in self.known_deviations:
            if one.scenario not in scenarios:
                row = [id_ for id_ in scenarios if id_.startswith(one.scenario.partition(".")[0])]
                known = ", ".join(row or scenarios)
                raise BadInput(
                    f"profile {self.name}: known_deviations: there is no scenario {one.scenario!r}"
                    f"{nearest(one.scenario, scenarios)}; there is {known}"
                )

    def deviation(self, scenario: str) -> str | None:
        """Why this target is known to break the scenario with this id, or None if it is not."""
        return next((known.reason for known in self.known_deviations if known.scenario == scenario), None)


@cache
def profile() -> Profile:
    """The profile that the settings name.

    Raises:
        BadInput: there is none of that name, or its file is not a good one; the message says which member is wrong.
    """
    name = settings().profile
    path = Path(name) if name.endswith(".toml") else PROFILES / f"{name}.toml"
    try:
        return Profile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError:
        known = sorted(found.stem for found in PROFILES.glob("*.toml"))
        raise BadInput(
            f"THREADPROOF_PROFILE: there is no profile {name!r}{nearest(name, known)}; "
            "give the name of one in support/drivers/profiles, or the path of a .toml file"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        member = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {member}: {first['msg'].removeprefix('Value error, ')}") from None
