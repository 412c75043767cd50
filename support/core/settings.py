"""Every setting of the suite, read from the environment with the prefix `THREADPROOF_`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from support.core.failure import BadInput

PROJECT = Path(__file__).resolve().parents[2]

_SCHEMES = {
    "postgres_url": ("postgresql", "postgres"),
    "redis_url": ("redis", "rediss"),
    "model_url": ("http", "https"),
    "backend_urls": ("http", "https"),
}


class Settings(BaseSettings):
    """Addresses, folders and limits. The suite starts each service that has no address here."""

    model_config = SettingsConfigDict(env_prefix="THREADPROOF_", extra="ignore")

    profile: str = Field("embedded", description="the target: a profile's name, or the path of a TOML file")
    postgres_url: str | None = Field(None, description="a PostgreSQL server to use instead of the embedded one")
    redis_url: str | None = Field(None, description="a Redis server to use instead of the embedded one")
    model_url: str | None = Field(
        None, description="a running scripted model service (python -m support.model_service)"
    )
    backend_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="a running backend's addresses, comma separated; needs all three settings above"
    )
    operator_token: SecretStr = Field(
        SecretStr("operator-token-of-the-suite"), description="the token of the backend's operator calls"
    )
    signing_key: SecretStr | None = Field(
        None, description="the key that signs the backend's tokens; the suite needs it to make an expired token"
    )
    features: Path = Field(PROJECT / "features", description="the folder of tiers and feature files")
    steps: Path = Field(PROJECT / "steps", description="the folder of step modules")
    reports: Path = Field(PROJECT / "reports" / "out", description="the folder of ledger, results and report")
    step_seconds: float = Field(
        30, gt=0, description="no step may take longer; one that does is an environment failure"
    )
    stories_seed: int = Field(1, description="which random stories are told; the same seed gives the same stories")
    stories_minutes: float = Field(0, ge=0, description="how long stories are told; 0 for as many as the feature says")
    wait_seconds: float = Field(5, gt=0, description="how long a customer waits for an event")

    @field_validator("backend_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("postgres_url", "redis_url", "model_url", "backend_urls")
    @classmethod
    def _known_scheme(cls, value: str | tuple[str, ...] | None, info: object) -> object:
        schemes = _SCHEMES[getattr(info, "field_name", "")]
        for url in (value,) if isinstance(value, str) else value or ():
            parts = urlsplit(url)
            if parts.scheme not in schemes or not parts.hostname:
                raise ValueError(f"{masked_url(url)!r} is not an address like {schemes[0]}://host:port")
        return value

    def shown(self) -> dict[str, str]:
        """Name and value of every setting for printing, with passwords and tokens masked."""
        return {name: _shown(value) for name, value in self if value not in (None, ())}


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(part) for part in cast("tuple[object, ...]", value))
    text = str(value)
    return masked_url(text) if "://" in text else text


def masked_url(url: str) -> str:
    """The same address with the password, if it has one, as `***`."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        BadInput: a value cannot be used; the message names the variable and the reason.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        first = error.errors()[0]
        variable = "THREADPROOF_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise BadInput(f"{variable}: {first['msg'].removeprefix('Value error, ')}") from None
