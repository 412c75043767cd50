"""The seams: each is in the backend, and nothing else of the faults knows where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.core.settings import PROJECT
from support.faults import seams
from support.faults.seams import Seam

FAULTS = PROJECT / "support/faults"
KNOWS_THE_BACKEND = {"seams.py", "backend_program.py"}
BACKEND = PROJECT / "support/backend"


@pytest.mark.parametrize("seam", Seam)
def test_a_seam_is_a_function_of_the_backend(seam: Seam) -> None:
    assert callable(seams.found(seam))


def test_no_two_seams_are_one() -> None:
    assert [name for name, seam in Seam.__members__.items() if seam.name != name] == []


def test_the_other_names_that_faults_use_exist_in_the_backend() -> None:
    places = re.findall(r'_own\("([^"]+)"\)', (FAULTS / "seams.py").read_text("utf-8"))
    assert len(places) >= 10
    for place in places:
        seams.found(f"support.backend.{place}")


def test_a_seam_that_the_backend_does_not_have_is_refused() -> None:
    for place in ("support.backend.nowhere:x", "support.backend.threads.threads:sideways"):
        with pytest.raises(LookupError, match="the backend has no"):
            seams.locate(place)


def names_of_the_backend(text: str) -> list[str]:
    """The modules of the backend that a text names."""
    modules = [path.relative_to(BACKEND).with_suffix("") for path in BACKEND.rglob("*.py") if path.stem[0] != "_"]
    known = ["support.backend", *(".".join(module.parts) for module in modules if len(module.parts) > 1)]
    return [name for name in known if re.search(rf"\b{re.escape(name)}\b", text)]


@pytest.mark.parametrize("seam", [Seam.READ_THREAD, Seam.AUTHENTICATE])
def test_the_names_of_the_backend_are_found(seam: Seam) -> None:
    relative = seam.removeprefix("support.backend.")
    for text in (f'"{seam}"', f'"{relative}"', f'backend("{relative.partition(":")[0]}")'):
        assert names_of_the_backend(text)
    assert names_of_the_backend('"""Faults in what the backend tells threads."""') == []


def test_only_the_seams_name_the_backend() -> None:
    modules = [path for path in FAULTS.rglob("*.py") if path.name not in KNOWS_THE_BACKEND]
    assert len(modules) > 15
    guilty: dict[Path, list[str]] = {path: names_of_the_backend(path.read_text("utf-8")) for path in modules}
    assert {str(path): names for path, names in guilty.items() if names} == {}
