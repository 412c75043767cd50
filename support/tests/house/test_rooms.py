"""The architecture: which room may import which, as the contracts in `pyproject.toml` say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from support.core.settings import PROJECT

CONTRACTS: list[dict[str, Any]] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"][
    "importlinter"
]["contracts"]
NAMES: dict[str, str] = {contract["id"]: contract["name"] for contract in CONTRACTS}

FORBIDDEN = {
    "rooms": ("support/core/spoilt.py", "import support.cli.start"),
    "steps": ("steps/spoilt.py", "import support.probes.postgres"),
    "sentences": ("support/pytest_plugin/spoilt.py", "import steps.people"),
    "kinds": ("support/drivers/spoilt.py", "import support.drivers.embedded.live"),
    "contract": ("support/drivers/contract/spoilt.py", "import support.drivers.profile"),
    "backend": ("support/faults/spoilt.py", "import support.backend.platform.server"),
    "foundations": ("support/services/spoilt.py", "import support.observation.wire"),
    "reporting": ("support/reporting/spoilt.py", "import support.gherkin.features"),
    "hooks": ("support/observation/spoilt.py", "import pytest"),
}
"""For each contract a module that breaks it, and what the module imports."""


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and output of the linter on a copy of the project."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with the project's modules and contracts, to be spoilt."""
    for room in ("support", "steps"):
        shutil.copytree(PROJECT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_room_imports_only_allowed_rooms() -> None:
    code, said = lint(PROJECT)
    assert code == 0, said
    assert f"{len(CONTRACTS)} kept, 0 broken" in said


def test_each_contract_can_be_broken(copied: Path) -> None:
    for name, text in FORBIDDEN.values():
        (copied / name).write_text(f'"""Breaks a contract."""\n\n{text}\n', "utf-8")
    code, said = lint(copied)
    assert code == 1, said
    lines = [line.strip() for line in said.splitlines()]
    assert [name for name in NAMES.values() if f"{name} BROKEN" not in lines] == [], said
    assert FORBIDDEN.keys() == NAMES.keys()


def test_a_room_without_a_place_is_refused(copied: Path) -> None:
    (copied / "support/attic").mkdir()
    (copied / "support/attic/__init__.py").write_text('"""A room without a place."""\n', "utf-8")
    code, said = lint(copied)
    assert code == 1, said
    assert f"{NAMES['rooms']} BROKEN" in said
    assert "support.attic" in said


def test_the_picture_draws_every_room_above_those_that_it_may_import() -> None:
    page = (PROJECT / "docs/architecture.md").read_text("utf-8")
    picture = page.split("```")[1]
    layers = [layer.replace("(", "").replace(")", "").split(" | ") for layer in CONTRACTS[0]["layers"]]
    places = [[_first_line(picture, room) for room in rooms if room != "backend"] for rooms in layers]
    assert places == sorted(places)


def _first_line(picture: str, room: str) -> int:
    """The line of the picture that draws a room; what stands right of column 50 explains."""
    lines = [number for number, line in enumerate(picture.splitlines()) if re.search(rf"\b{room}\b", line[:50])]
    assert lines, f"the picture has no room {room}"
    return lines[0]
