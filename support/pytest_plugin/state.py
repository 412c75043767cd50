"""What is kept on an item for the runner and the prover; knows no services, so that it is quick to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.pytest_plugin.environment import Stage

FAULT = pytest.StashKey[str | None]()
"""The name of the fault to build into the backend; the prover sets it."""

STAGE: pytest.StashKey[Stage] = pytest.StashKey()
"""The stage that the scenario was played on."""
