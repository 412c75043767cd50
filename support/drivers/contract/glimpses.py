"""The group of a driver that asks about the address of a thread without reading the thread.

`support.drivers.contract.driver` says what each method raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from support.drivers.contract.types import Session


class Glimpses(Protocol):
    """Requests that a product may answer or refuse, and by whose answers strangers must learn nothing."""

    async def of(self, session: Session, thread_id: str) -> Mapping[str, str]:
        """The answer to each of these requests, word for word but for date and reference number, by its name.

        The id of the thread is replaced, so that the answers for two threads can be compared.
        """
        ...
