"""The three ways in which something can go wrong, each with one meaning.

`BadInput` ends the run before it begins, `PromiseBroken` is a verdict on the backend, and `EnvironmentFailed`
says that no verdict was possible.
"""

from __future__ import annotations


class BadInput(Exception):
    """The user asked for something that cannot be done; the message says what to do instead. Exit code 2."""


class PromiseBroken(AssertionError):
    """The backend under test did not do what a feature promises. Counts as `broken`."""


class EnvironmentFailed(Exception):
    """A service or the suite itself failed, so that nothing can be said of the backend. Counts as `environment`."""
