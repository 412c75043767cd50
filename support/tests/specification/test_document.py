"""The page about the specification says what the specification does."""

from __future__ import annotations

from support.specification.document import DOCUMENT, document


def test_the_page_is_made_from_the_model() -> None:
    expected = (
        "expected docs/specification.md as the model is; write it: uv run python -m support.specification.document"
    )
    assert DOCUMENT.read_text("utf-8") == document(), expected
