"""The architecture: which room may know which, and how large a module may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.core.settings import PROJECT

MODULES = sorted([*PROJECT.glob("steps/*.py"), *PROJECT.glob("support/**/*.py")])

ALLOWED = {
    "steps": {
        "support.actors",
        "support.pytest_plugin.environment",
        "support.workloads",
        "support.gherkin.sentences",
        "support.drivers.contract.types",
        "support.verdicts",
        "support.observation.evidence",
        "support.core.failure",
    },
    "support/actors": {
        "support.core.scenario",
        "support.snapshots",
        "support.actors",
        "support.drivers",
        "support.verdicts",
        "support.model_service.control",
        "support.model_service.record",
        "support.model_service.scripts",
        "support.gherkin.sentences",
        "support.pytest_plugin.items",
        "support.observation.wire",
        "support.services",
        "support.core.settings",
        "support.core.hints",
        "support.core.failure",
    },
    "support/drivers": {
        "support.drivers",
        "support.probes",
        "support.core.catalogue",
        "support.observation.wire",
        "support.core.settings",
        "support.core.hints",
        "support.core.failure",
    },
    "support/probes": {"support.probes", "support.core.failure"},
    "support/verdicts": {"support.verdicts", "support.drivers.contract.types", "support.core.failure"},
    "support/model_service": {"support.model_service", "support.core.failure"},
    "support/backend": {"support.backend"},
    "support/faults/catalogue": {"support.faults"},
}
KINDS_OF_BACKEND = {"support.drivers.embedded"}
MAY_IMPORT_THE_BACKEND = {"support/faults/backend_program.py"}


def imports(path: Path) -> Iterator[str]:
    """The modules of the project that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                (f"{node.module}.{name.name}" for name in node.names) if node.module == "support" else (node.module,)
            )
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def ours(path: Path) -> list[str]:
    return [name for name in imports(path) if name.split(".")[0] in {"support", "steps"}]


def within(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_knows_only_the_rooms_below_it(room: str) -> None:
    modules = [path for path in MODULES if path.is_relative_to(PROJECT / room)]
    assert modules, f"there is nothing in {room}"
    strange = {str(path): [name for name in ours(path) if not within(name, ALLOWED[room])] for path in modules}
    assert not {path: names for path, names in strange.items() if names}


def test_the_suite_never_imports_the_backend() -> None:
    outside = [path for path in MODULES if not path.is_relative_to(PROJECT / "support/backend")]
    guilty = {
        path.relative_to(PROJECT).as_posix()
        for path in outside
        if any(within(name, {"support.backend"}) for name in ours(path))
        and not path.is_relative_to(PROJECT / "support/tests")
    }
    assert guilty == MAY_IMPORT_THE_BACKEND


def test_only_the_list_of_kinds_knows_the_kinds_of_backend() -> None:
    outside = [path for path in MODULES if not path.is_relative_to(PROJECT / "support/drivers/embedded")]
    guilty = {path for path in outside if any(within(name, KINDS_OF_BACKEND) for name in ours(path))}
    assert {path.name for path in guilty if not path.is_relative_to(PROJECT / "support/tests")} == {"kinds.py"}


def test_no_module_is_two_ideas() -> None:
    long = {str(path): lines for path in MODULES if (lines := len(path.read_text("utf-8").splitlines())) > 300}
    assert not long
