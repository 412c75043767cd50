"""A stack: backend processes with a database, Redis keys and model scripts that no other stack uses."""

from __future__ import annotations

import re
from contextlib import ExitStack

from support.core.failure import EnvironmentFailed
from support.services import database, http_calls, keeper, redis_keys
from support.services.backend_process import BackendProcess, BackendProgram, BackendRequest
from support.services.description import ServicesDescription
from support.services.model_service import ModelService
from support.services.postgres import Postgres
from support.services.process import start_together
from support.services.run_folder import RunFolder
from support.services.valkey import Valkey

EXTERNAL = "external"
PROCESSES = 2
"""How many backend processes a stack has: what one keeps in its memory alone, a second does not know."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")  # with the run's prefix within PostgreSQL's 63 characters


class Stack:
    """A backend of one or several processes, with its own data. Made by `open_stack`.

    Attributes:
        name: its name in the suite.
        database_url: its database, as a user who may do everything there; empty where nobody gave its address.
        redis_url: its Redis server; may be empty too.
        key_prefix: the prefix of every Redis key of this stack.
        model_url: the scripted model service, without a space; may be empty too.
        model_space: the stack's space in the model service.
        operator_token: the token of operator calls.
        signing_key: the key that signs its backend's tokens; None if unknown, for an external backend.
        processes: its backend processes; none for an external backend.
        postgres, redis, model: its own servers, which may be broken; None where it shares those of the run.
    """

    def __init__(self, description: ServicesDescription, name: str) -> None:
        self.name = name
        self.database_url = description.postgres_url
        self.redis_url = description.redis_url
        self.model_url = description.model_url
        self.key_prefix = description.given.key_prefix
        self.model_space = description.given.model_space
        self.operator_token = description.operator_token
        self.signing_key = description.jwt_secret or None
        self.processes: list[BackendProcess] = []
        self.postgres: Postgres | None = None
        self.redis: Valkey | None = None
        self.model: ModelService | None = None
        self._description = description
        self._folder = RunFolder(description.folder)
        self._clean_up = ExitStack()

    def open(self, program: BackendProgram, processes: int, fault: str | None, *, own_services: bool) -> None:
        """Start the stack's processes and make its database; `open_stack` does this."""
        unique = f"{self._description.prefix}{self.name}"
        (self._folder.stack(self.name) / "activations").unlink(missing_ok=True)
        self.key_prefix = f"{unique}:"
        self.model_space = unique
        if own_services:
            self._start_own_services(unique, program)
        else:
            self._share_services(unique)
        requests = [self._request(f"{self.name}-{number + 1}", fault) for number in range(processes)]
        self.processes = [
            BackendProcess(request.environ["PROCESS_NAME"], self._folder, program, request) for request in requests
        ]
        for process in self.processes:
            self._clean_up.callback(process.kill)
        start_together(*self.processes)

    @property
    def backend_urls(self) -> list[str]:
        """The addresses of its backend processes."""
        return [process.url for process in self.processes] or list(self._description.backend_urls)

    def record(self) -> bytes:
        """What the fault has written so far: a byte each time it acted, or the lines that ran."""
        file = self._folder.stack(self.name) / "activations"
        return file.read_bytes() if file.exists() else b""

    @property
    def died(self) -> bool:
        """Whether a backend process has ended although nobody stopped it for good."""
        return any(not process.running for process in self.processes)

    def log_text(self) -> str:
        """The output of its backend processes."""
        return "".join(process.log.read_text(errors="replace") for process in self.processes if process.log.exists())

    def close(self) -> None:
        """End its processes, and remove its database, keys and scripts; a second call does nothing."""
        self._clean_up.close()

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _share_services(self, unique: str) -> None:
        server_url = self._description.postgres_url
        self._clean_up.callback(http_calls.call, "DELETE", f"{self.model_url}/{self.model_space}/control", timeout=5)
        self._clean_up.callback(redis_keys.delete, self.redis_url, self.key_prefix)
        self._clean_up.callback(database.drop, server_url, unique)
        database.create(server_url, unique, self._description.template)
        self.database_url = self._description.database_url(unique)

    def _start_own_services(self, unique: str, program: BackendProgram) -> None:
        data = self._folder.stack(self.name) / "data"
        data.mkdir()
        self.postgres = Postgres(self._folder, data, f"{self.name}-postgres")
        self.redis = Valkey(self._folder, data, f"{self.name}-valkey")
        self.model = ModelService(self._folder, program.launcher, f"{self.name}-model")
        self._clean_up.callback(keeper.remove, data)
        for server in (self.postgres, self.redis, self.model):
            self._clean_up.callback(server.kill)
        start_together(self.postgres, self.redis, self.model)
        self.redis_url, self.model_url = self.redis.url, self.model.url
        database.create(self.postgres.url, unique)
        self.database_url = database.in_database(self.postgres.url, unique)
        program.migrate(self.database_url, self._folder, self._folder.log(f"{self.name}-migrate"))

    def _request(self, process_name: str, fault: str | None) -> BackendRequest:
        environ = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "KEY_PREFIX": self.key_prefix,
            "MODEL_URL": f"{self.model_url}/{self.model_space}/v1",
            "MODEL_API_KEY": "key-of-the-scripted-model",
            "MODEL_NAME": "scripted",
            "OPERATOR_TOKEN": self.operator_token,
            "JWT_SECRET": self._description.jwt_secret,
            "PASSWORD_COST": "8",
            "PROCESS_NAME": process_name,
        }
        activations = self._folder.stack(self.name) / "activations"
        return BackendRequest(environ, self._folder.log(process_name), fault, activations)


def open_stack(
    description: ServicesDescription,
    name: str,
    *,
    processes: int = PROCESSES,
    fault: str | None = None,
    own_services: bool = False,
) -> Stack:
    """Open a stack on the services described, from any process of the run.

    Args:
        description: the run's services.
        name: unlike that of any stack opened at the same time in this run; for an external backend it is always
            `external`.
        processes: how many backend processes serve the stack.
        fault: a fault to build into each of them.
        own_services: whether PostgreSQL, Valkey and the model service are the stack's own, so that they may be broken.

    Raises:
        EnvironmentFailed: a service did not start, the fault could not be applied, or the backend is external and
            cannot be broken.
    """
    if description.program is None:
        if fault or own_services:
            raise EnvironmentFailed("the backend was not started by the suite: it cannot be broken, nor given a fault")
        return Stack(description, EXTERNAL)
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a stack: it does not match {_NAME.pattern}")
    stack = Stack(description, name)
    with ExitStack() as failed:
        failed.callback(stack.close)
        stack.open(description.program, processes, fault, own_services=own_services)
        failed.pop_all()
    return stack
