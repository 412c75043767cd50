"""The services of a run: PostgreSQL, Redis, the model service and the database that stacks are copies of."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import ExitStack
from functools import partial
from typing import Self

import asyncpg

from support.core.failure import BadInput, EnvironmentFailed
from support.core.settings import Settings, masked_url
from support.launcher.client import launcher
from support.services import database, external, redis_keys
from support.services.backend_process import BackendProgram
from support.services.description import GivenBackend, ServicesDescription
from support.services.model_service import ModelService
from support.services.postgres import Postgres
from support.services.run_folder import Keeper, RunFolder, clear_abandoned, start_failure
from support.services.valkey import Valkey

OnProgress = Callable[[str], None]


class Services:
    """The services that all scenarios of a run share, started by `Services.start` in the run's controller.

    Attributes:
        description: the values that other processes need to use them.
        ready_seconds: how long each server took until it served, the `schema` until it was made, and all in `total`.
        postgres, redis, model: the servers that were started; None where the settings name another.
    """

    def __init__(
        self,
        settings: Settings,
        backend: str,
        folder: RunFolder,
        clean_up: ExitStack,
        on_progress: OnProgress | None,
        given: GivenBackend,
    ) -> None:
        self.ready_seconds: dict[str, float] = {}
        self._settings = settings
        self._folder = folder
        self._on_progress = on_progress
        self._clean_up = clean_up
        self._given = given
        started = not settings.backend_urls  # a backend that runs already has its services
        data = folder.path / "data"
        data.mkdir()
        self.postgres = Postgres(folder, data) if started and not settings.postgres_url else None
        self.redis = Valkey(folder, data) if started and not settings.redis_url else None
        self.model = ModelService(folder, launcher(backend)) if started and not settings.model_url else None
        self._program = BackendProgram(launcher(backend), backend) if started else None
        self.description = self._describe()

    @classmethod
    def start(
        cls,
        settings: Settings,
        backend: str,
        on_progress: OnProgress | None = None,
        given: GivenBackend = GivenBackend(),  # noqa: B008 - frozen
    ) -> Self:
        """Start every service that the settings do not name, after clearing the folders of dead runs.

        Args:
            settings: the suite's settings.
            backend: the module by which the launcher runs the embedded backend; see `BackendProgram`.
            on_progress: gets, in this thread, a line for each service that is ready.
            given: what is known of a backend that is running already, where the settings name one.

        Raises:
            BadInput: a server named cannot be used, or the temporary folder cannot.
            EnvironmentFailed: a server did not start.
        """
        began = time.monotonic()
        external.check(settings, given)
        clear_abandoned()
        folder = RunFolder.create()
        with ExitStack() as clean_up:
            try:
                clean_up.callback(Keeper(folder).release)
                services = cls(settings, backend, folder, clean_up, on_progress, given)
                services._start_servers()
            except (OSError, EnvironmentFailed) as error:
                raise start_failure(error) from None
            services._clean_up = clean_up.pop_all()
        services.ready_seconds["total"] = time.monotonic() - began
        return services

    def stop(self) -> None:
        """End and remove everything of this run; a second call does nothing."""
        self._clean_up.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _describe(self) -> ServicesDescription:
        settings = self._settings
        return ServicesDescription(
            folder=self._folder.path,
            run_id=self._folder.run_id,
            postgres_url=settings.postgres_url or (self.postgres.url if self.postgres else ""),
            redis_url=settings.redis_url or (self.redis.url if self.redis else ""),
            model_url=settings.model_url.rstrip("/") if settings.model_url else (self.model.url if self.model else ""),
            operator_token=settings.operator_token.get_secret_value(),
            jwt_secret=self._jwt_secret(),
            backend_urls=tuple(url.rstrip("/") for url in settings.backend_urls),
            program=self._program,
            given=self._given,
        )

    def _jwt_secret(self) -> str:
        known = self._settings.signing_key
        given = known.get_secret_value() if known else ""
        return given or ("" if self._settings.backend_urls else secrets.token_hex(32))

    def _start_servers(self) -> None:
        servers = [server for server in (self.postgres, self.redis, self.model) if server is not None]
        for server in servers:
            self._clean_up.callback(server.kill)
        with ThreadPoolExecutor(max(1, len(servers) + 1)) as pool:
            tasks = {server.name: pool.submit(_seconds, server.start) for server in servers}
            if self._program is not None:
                self._clean_up.callback(self._leave_shared_servers)
                needed = [tasks[server.name] for server in servers if server is self.postgres]
                tasks["schema"] = pool.submit(self._make_template, needed, self._program)
            try:
                self._report_as_completed(tasks)
            except BaseException:
                for server in servers:  # so that the other threads do not wait for theirs
                    server.kill()
                raise

    def _report_as_completed(self, tasks: dict[str, Future[float]]) -> None:
        names = {task: name for name, task in tasks.items()}
        for task in as_completed(names):
            name, seconds = names[task], task.result()
            self.ready_seconds[name] = seconds
            if self._on_progress is not None:
                self._on_progress(f"{name} ready in {seconds:.2f} s")

    def _make_template(self, needed: Iterable[Future[float]], program: BackendProgram) -> float:
        """The database of which those of stacks are copies; the seconds it took once the server was there."""
        wait(needed)
        if any(task.exception() for task in needed):
            return 0.0  # those tasks report it
        return _seconds(partial(self._migrate, program))

    def _migrate(self, program: BackendProgram) -> None:
        here = self.description
        try:
            database.create(here.postgres_url, here.template)
        except asyncpg.PostgresError as error:
            raise BadInput(
                f"THREADPROOF_POSTGRES_URL: {masked_url(here.postgres_url)} refuses to create a database: {error}. "
                "The suite creates databases and a role there: name a user who may create both"
            ) from None
        program.migrate(here.database_url(here.template), self._folder, self._folder.log("migrate"))

    def _leave_shared_servers(self) -> None:
        """Remove databases and keys that stacks left on servers of others."""
        here = self.description
        if self._settings.postgres_url:
            database.drop(here.postgres_url, *database.named(here.postgres_url, here.prefix))
        if self._settings.redis_url:
            redis_keys.delete(here.redis_url, here.prefix)


def _seconds(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
