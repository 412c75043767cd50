"""Builds a mutant into the backend's process, before it serves."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

from support.faults.mutants.mutant import Mutant, mutant_named, mutated

PREFIX = "mutant "
"""The backend is asked for a mutant by a fault of this name, and the id of the mutant after it."""


class _ChangedLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from a changed text, under the path of its file."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self._changed = compile(source, str(path), "exec")

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002 - it loads one module only
        return self._changed


class _ChangedFinder(importlib.abc.MetaPathFinder):
    def __init__(self, loader: _ChangedLoader) -> None:
        self._loader = loader

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the loader knows it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._loader.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


def load_mutant(package: str, folder: Path, id_: str) -> None:
    """Load every module of a package again, one of them changed; whoever needs a module imports it afterwards.

    Args:
        package: the backend's, such as `acme.backend`.
        folder: the backend's.
        id_: the id of the mutant.

    Raises:
        BadInput: there is no such mutant.
        Exception: any, of a module that cannot be loaded with the change.
    """
    mutant = mutant_named(folder, id_)
    path = folder / mutant.file
    loader = _ChangedLoader(module_of(package, mutant), path, mutated(path.read_text("utf-8"), mutant))
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, _ChangedFinder(loader))


def module_of(package: str, mutant: Mutant) -> str:
    """The module that a mutant changes."""
    parts = Path(mutant.file).with_suffix("").parts
    return ".".join([package, *(parts[:-1] if parts[-1] == "__init__" else parts)])
