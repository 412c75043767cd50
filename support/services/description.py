"""The description by which a process uses the services that another process has started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from support.services.backend_process import BackendProgram
from support.services.database import in_database


@dataclass(frozen=True)
class GivenBackend:
    """What is known of a backend that the suite does not start.

    Attributes:
        ready_path: the path that answers 200 once it can serve; None if any answer of its address will do.
        key_prefix: how the names of its keys in Redis begin.
        model_space: its space in the scripted model service.
        needs: the services that the suite must reach beside it: `postgres`, `redis` and `model`, by settings.
    """

    ready_path: str | None = None
    key_prefix: str = ""
    model_space: str = "external"
    needs: frozenset[str] = frozenset({"postgres", "redis", "model"})


@dataclass(frozen=True)
class ServicesDescription:
    """The services of a run, as plain values for xdist's workers.

    Attributes:
        folder: the run's folder.
        run_id: eight hexadecimal digits; part of every name the run gives to anything outside its folder.
        postgres_url: a database of the PostgreSQL server whose owner may create others.
        redis_url: the Redis server.
        model_url: the scripted model service, without a space.
        operator_token: the token of the backend's operator calls.
        jwt_secret: the key that signs the backend's tokens; empty where the suite does not know it.
        backend_urls: a backend that was running already; empty when stacks start their own.
        program: how the embedded backend is run; None when a backend was running already.
        given: what is known of a backend that was running already.

    The address of a service that nobody needs is empty.
    """

    folder: Path
    run_id: str
    postgres_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    model_url: str
    operator_token: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    backend_urls: tuple[str, ...] = ()
    program: BackendProgram | None = None
    given: GivenBackend = GivenBackend()

    @property
    def embedded(self) -> bool:
        """Whether the suite starts the backend itself, and so can break it, heal it and give it faults."""
        return not self.backend_urls

    @property
    def prefix(self) -> str:
        """How the name of everything of this run begins on servers that it shares with others."""
        return f"threadproof_{self.run_id}_"

    @property
    def template(self) -> str:
        """The database that holds the backend's schema and nothing else."""
        return f"{self.prefix}template"

    def database_url(self, name: str) -> str:
        """The address of a database on the PostgreSQL server."""
        return in_database(self.postgres_url, name)

    def to_json(self) -> dict[str, Any]:
        """The description as a JSON object."""
        return _SHAPE.dump_python(self, mode="json")

    @staticmethod
    def from_json(values: dict[str, Any]) -> ServicesDescription:
        """The description that `to_json` gave."""
        return _SHAPE.validate_python(values)


_SHAPE = TypeAdapter(ServicesDescription)
