"""Evidence for a verdict, such as a picture, until the report attaches it to the step of the verdict."""

from __future__ import annotations

import threading
from typing import NamedTuple

from support.core.text import well_formed


class Exhibit(NamedTuple):
    """A file for the report; text must be UTF-8."""

    name: str
    media_type: str
    body: bytes


class Evidence:
    """The exhibits of one scenario. Any thread may add one; the report takes them in the main thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exhibits: list[Exhibit] = []

    def add_text(self, name: str, text: str) -> None:
        """Keep a text for the step that is running."""
        self.add(name, "text/plain", well_formed(text).encode())

    def add(self, name: str, media_type: str, body: bytes) -> None:
        """Add an exhibit for the step that is running."""
        with self._lock:
            self._exhibits.append(Exhibit(name, media_type, body))

    @property
    def waiting(self) -> bool:
        """Whether an exhibit was added since the last take."""
        return bool(self._exhibits)

    def take(self) -> list[Exhibit]:
        """The exhibits added since the last take, in order."""
        with self._lock:
            taken, self._exhibits = self._exhibits, []
        return taken
