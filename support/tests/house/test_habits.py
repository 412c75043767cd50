"""The commands of a contributor: pre-commit, .ci/run and the justfile share one definition of the checks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.core.settings import PROJECT

CHECKS = ("ruff check", "ruff format --check", "pyright", "lint-imports")
PROGRAMS = Path(sys.executable).parent
BAD = {
    "style": ('"""A module."""\n\nimport os\n', "F401"),
    "format": ('"""A module."""\nx = [1,2]\n', "1 file would be reformatted"),
}


def output(*command: str | Path, folder: Path = PROJECT) -> tuple[int, str]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "UV_PROJECT_ENVIRONMENT": str(PROGRAMS.parent),
        "UV_NO_SYNC": "1",
        "PRE_COMMIT_HOME": str(folder / ".pre-commit"),
    }
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("check", CHECKS)
def test_the_checks_stand_in_the_justfile_alone(check: str) -> None:
    status, shown = output("just", "--dry-run", "check")
    assert status == 0
    assert f"uv run {check}" in shown
    for other in (".ci/run", ".pre-commit-config.yaml"):
        assert check not in (PROJECT / other).read_text()


def test_ci_and_pre_commit_call_the_checks() -> None:
    assert "uv run just check\n" in (PROJECT / ".ci/run").read_text()
    config: dict[str, Any] = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    hooks = [(repository["repo"], hook["entry"]) for repository in config["repos"] for hook in repository["hooks"]]
    assert hooks == [("local", "uv run just check")]  # local: nothing is downloaded to run it


def test_a_contributor_is_shown_the_commands() -> None:
    _, shown = output("just")
    commands = [line.split()[0] for line in shown.splitlines() if line.startswith("    ")]
    assert commands == ["run", "prove", "test", "check", "report"]


@pytest.mark.parametrize("kind", BAD)
def test_pre_commit_refuses_the_same_as_the_checks(kind: str, tmp_path: Path) -> None:
    text, complaint = BAD[kind]
    for name in ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "justfile", ".pre-commit-config.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    module = tmp_path / "support" / "module.py"
    module.parent.mkdir()
    module.write_text(text)
    for command in (("init", "-q"), ("add", "pyproject.toml", "justfile", ".pre-commit-config.yaml", "support")):
        assert output("git", *command, folder=tmp_path) == (0, "")
    status, shown = output("pre-commit", "run", folder=tmp_path)
    assert status == 1
    assert complaint in shown
