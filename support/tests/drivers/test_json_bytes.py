"""Bodies that Python's own JSON cannot write: half surrogates, and a number that no computer's number can hold."""

from __future__ import annotations

from typing import Any

import pytest

from support.drivers.embedded.api import json_bytes


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ({"title": "é📦"}, '{"title": "é📦"}'.encode()),
        ({"title": "\ud83d"}, rb'{"title": "\ud83d"}'),
        ({"\udce6": 1}, rb'{"\udce6": 1}'),
        ({"n": [float("inf"), -float("inf")]}, b'{"n": [1e400, -1e400]}'),
        ({"t": 'Infinity, "Infinity"\\'}, rb'{"t": "Infinity, \"Infinity\"\\"}'),
    ],
)
def test_a_body_is_written_as_json(body: Any, written: bytes) -> None:
    assert json_bytes(body) == written
