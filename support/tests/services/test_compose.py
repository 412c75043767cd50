"""docker-compose.yml is valid for two validators, agrees with the settings in its comment, and its parts fit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from compose_spec import PyCompose

from support.core.settings import PROJECT, Settings
from support.drivers.profile import profile
from support.faults import BACKEND_PROGRAM
from support.launcher.client import python_environ
from support.services import GivenBackend, Services, open_stack, ports, redis_keys
from support.services.http_calls import expect_ok
from support.services.process import ManagedProcess
from support.services.run_folder import RunFolder

FILE = PROJECT / "docker-compose.yml"
TEXT = FILE.read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
BACKENDS = [name for name in SERVICES if name.startswith("backend-")]
TOLD = dict(re.findall(r"^# +export (THREADPROOF_\w+)=(\S+)$", TEXT, re.MULTILINE))


def schema_accepts(text: str, folder: Path) -> bool:
    copy = folder / "docker-compose.yml"
    copy.write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", copy]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 0


def parser_accepts(text: str, _folder: Path) -> bool:
    merged = yaml.safe_dump(yaml.safe_load(text))  # it does not know YAML's merge keys, which Compose does
    try:
        PyCompose.from_yaml(merged).validate()
    except ValueError:
        return False
    return True


VALIDATORS = [schema_accepts, parser_accepts]


@pytest.mark.parametrize("accepts", VALIDATORS)
def test_the_file_is_valid(accepts: Any, tmp_path: Path) -> None:
    assert accepts(TEXT, tmp_path)


@pytest.mark.parametrize("accepts", VALIDATORS)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('ports: ["127.0.0.1:5432:5432"]', "ports: 5432"),
        ("start_period: 10s", "start_period: [soon]"),
        ("image: redis:8", "image: redis:8\n    unheard_of: 1"),
    ],
)
def test_a_spoilt_copy_is_refused(accepts: Any, right: str, wrong: str, tmp_path: Path) -> None:
    spoilt = TEXT.replace(right, wrong)
    assert spoilt != TEXT
    assert not accepts(spoilt, tmp_path)


def test_every_service_has_a_health_check_and_waits_for_healthy_ones() -> None:
    assert [name for name, service in SERVICES.items() if not service.get("healthcheck", {}).get("test")] == []
    for name in BACKENDS:
        needed = SERVICES[name]["depends_on"]
        assert needed == {other: {"condition": "service_healthy"} for other in ("postgres", "redis", "model")}


def test_two_backends_differ_in_nothing_but_port_and_name() -> None:
    one, other = (SERVICES[name] for name in BACKENDS)
    differing = {key for key in one if one[key] != other[key]}
    assert differing == {"environment", "ports"}
    assert {key for key in one["environment"] if one["environment"][key] != other["environment"][key]} == {
        "PROCESS_NAME"
    }


def published(name: str) -> int:
    (port,) = SERVICES[name]["ports"]
    host, number, _ = port.split(":")
    assert host == "127.0.0.1", "a port with a known password must not be open to others"
    return int(number)


def defaults(text: str) -> str:
    """What Compose makes of a text when no variable is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_the_settings_in_the_comment_match_the_published_ports() -> None:
    settings = Settings.model_validate(
        {name.removeprefix("THREADPROOF_").lower(): value for name, value in TOLD.items()}
    )

    assert settings.postgres_url is not None
    assert settings.redis_url is not None
    assert settings.model_url is not None
    assert urlsplit(settings.postgres_url).port == published("postgres")
    assert urlsplit(settings.redis_url).port == published("redis")
    assert urlsplit(settings.model_url).port == published("model")
    assert [urlsplit(url).port for url in settings.backend_urls] == [published(name) for name in BACKENDS]
    postgres = {name: defaults(value) for name, value in SERVICES["postgres"]["environment"].items()}
    parts = urlsplit(settings.postgres_url)
    told = {"POSTGRES_USER": parts.username, "POSTGRES_PASSWORD": parts.password, "POSTGRES_DB": parts.path[1:]}
    assert told == postgres
    backend = SERVICES[BACKENDS[0]]["environment"]
    assert urlsplit(defaults(backend["DATABASE_URL"]))[1:3] == (
        parts.netloc.replace("127.0.0.1", "postgres"),
        parts.path,
    )
    assert defaults(backend["OPERATOR_TOKEN"]) == settings.operator_token.get_secret_value()
    assert settings.signing_key is not None
    assert defaults(backend["JWT_SECRET"]) == settings.signing_key.get_secret_value()


class ContainerCommand(ManagedProcess):
    """A backend's command with its environment, as in the file but for where the others are."""

    def __init__(self, folder: RunFolder, name: str, environ: dict[str, str]) -> None:
        super().__init__(name, folder, folder.log(name), ports.free_port())
        service = SERVICES[name]
        self._command = service["command"]
        self._look = [
            part.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}") for part in service["healthcheck"]["test"]
        ]
        given = {key: defaults(value) for key, value in service["environment"].items()}
        python = Path(sys.executable).parent
        self._environ = {
            **python_environ(),
            "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
            **given,
            **environ,
            "PORT": str(self.port),
        }

    def _spawn(self) -> Any:
        return self._folder.spawn(self._command, self.log, environ=self._environ)

    def _check(self) -> None:
        expect_ok(f"http://127.0.0.1:{self.port}/health/ready")

    def healthy(self) -> bool:
        """What the health check of the file says."""
        assert self._look[0] == "CMD"
        return subprocess.run(self._look[1:], env=self._environ, capture_output=True, check=False).returncode == 0


@contextmanager
def container(services: Services, name: str, database_url: str) -> Generator[ContainerCommand]:
    there = services.description
    space = urlsplit(str(SERVICES[name]["environment"]["MODEL_URL"])).path
    environ = {
        "DATABASE_URL": database_url,
        "REDIS_URL": there.redis_url,
        "MODEL_URL": f"{there.model_url}{space}",
        "HOST": "127.0.0.1",
    }
    process = ContainerCommand(RunFolder(there.folder), name, environ)
    try:
        process.start()
        yield process
    finally:
        process.kill()


def test_the_backends_commands_serve_and_the_suite_can_use_them() -> None:
    """Without containers: the commands, environments and health checks of the file, on embedded servers."""
    with Services.start(Settings.model_construct(), BACKEND_PROGRAM) as services:
        there = services.description
        with (
            container(services, BACKENDS[0], there.postgres_url) as one,
            container(services, BACKENDS[1], there.postgres_url) as other,
        ):
            assert [one.healthy(), other.healthy()] == [True, True]
            named = Settings.model_construct(
                postgres_url=there.postgres_url,
                redis_url=there.redis_url,
                model_url=there.model_url,
                backend_urls=tuple(f"http://127.0.0.1:{process.port}" for process in (one, other)),
            )
            target = profile()
            given = GivenBackend(target.ready_path, target.key_prefix, target.model_space)
            with (
                Services.start(named, BACKEND_PROGRAM, given=given) as ours,
                open_stack(ours.description, "any") as stack,
            ):
                environment = SERVICES[BACKENDS[0]]["environment"]
                assert environment["KEY_PREFIX"] == stack.key_prefix
                assert urlsplit(str(environment["MODEL_URL"])).path == f"/{stack.model_space}/v1"
                with redis_keys.connect(stack.redis_url) as client:
                    assert client.ping()  # pyright: ignore[reportUnknownMemberType]
            one.kill()
            assert not one.healthy()
