"""The settings of one backend process, read from its environment."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class StartError(Exception):
    """The process cannot start; the message is one line that says why."""


class Settings(BaseModel):
    """Where the services are and what the process may use; each field is the variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, str_min_length=1)

    database_url: str
    redis_url: str
    key_prefix: str = "threadproof:"
    model_url: str = "http://127.0.0.1:9100/v1"
    model_api_key: str = "none"
    model_name: str = "default"
    operator_token: str = Field(min_length=16)
    jwt_secret: str = Field(min_length=32)
    run_lease_seconds: float = Field(5, ge=1, le=600, description="after which the run of a process that died is over")
    password_cost: int = Field(14, ge=4, le=20, description="scrypt's n as a power of two")
    session_hours: float = Field(24, gt=0)
    pool_size: int = Field(10, ge=2, le=200)
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    process_name: str = "backend"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings named in an environment; variables that are not settings are ignored.

    Raises:
        StartError: a variable is missing or cannot be used.
    """
    given = {name: environ[name.upper()] for name in Settings.model_fields if name.upper() in environ}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise StartError(f"{str(first['loc'][0]).upper()}: {first['msg']}") from None
