"""A suite of every outcome, run once in each process of the tests that read it."""

from __future__ import annotations

import pytest

from support.tests.reporting.outcome_suite import OutcomeSuite


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> OutcomeSuite:
    """A suite that has been run, all of it, in one process; tests read it and change nothing."""
    suite = OutcomeSuite(tmp_path_factory.mktemp("whole"))
    done = suite.pytest("-n0")
    assert done.returncode == 1, done.stdout + done.stderr
    return suite
