"""A target's profile: its capabilities, its missing capabilities, and its known deviations."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from support.core.catalogue import CAPABILITIES
from support.core.failure import BadInput
from support.core.hints import nearest
from support.core.settings import settings
from support.drivers.kinds import DRIVERS

PROFILES = Path(__file__).parent / "profiles"


class Deviation(BaseModel):
    """A promise that this target is known to break, listed until it is mended."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(description="the scenario's title")
    reason: str = Field(min_length=10)


class Profile(BaseModel):
    """A target as its TOML file describes it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    driver: str
    offers: tuple[str, ...] = ()
    does_not_offer: dict[str, str] = Field({}, description="capability: the reason")
    known_deviations: tuple[Deviation, ...] = ()

    @field_validator("driver")
    @classmethod
    def _known_driver(cls, name: str) -> str:
        if name not in DRIVERS:
            raise ValueError(f"there is no driver {name!r}{nearest(name, DRIVERS)}; there is {', '.join(DRIVERS)}")
        return name

    @field_validator("offers", "does_not_offer")
    @classmethod
    def _known_capability(cls, names: tuple[str, ...] | dict[str, str]) -> tuple[str, ...] | dict[str, str]:
        for name in names:
            if name not in CAPABILITIES:
                raise ValueError(f"there is no capability {name!r}{nearest(name, CAPABILITIES)}")
        return names

    def not_offered(self, needs: frozenset[str]) -> str | None:
        """Why a scenario with these needs cannot run on this target, or None if it can."""
        missing = sorted(needs - set(self.offers))
        if not missing:
            return None
        reasons = [self.does_not_offer.get(name, f"the profile {self.name} does not list it") for name in missing]
        return "; ".join(f"{name}: {reason}" for name, reason in zip(missing, reasons, strict=True))

    def deviation(self, title: str) -> str | None:
        """Why this target is known to break the scenario of this title, or None if it is not."""
        return next((known.reason for known in self.known_deviations if known.scenario == title), None)


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
