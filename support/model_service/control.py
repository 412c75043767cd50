"""How the suite reaches the scripted model service: sets scripts, and reads the requests to the model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from support.core.failure import EnvironmentFailed
from support.model_service.record import ModelRequest
from support.model_service.scripts import Script, Then, Turn

Read = TypeVar("Read")

_ID = TypeAdapter(dict[Literal["id"], str])
_RECORD = TypeAdapter(list[ModelRequest])
_SPACE = re.compile(r"[A-Za-z0-9._~-]+")


class ModelControl:
    """One space of a running service.

    Args:
        base_url: the service's address, such as `http://127.0.0.1:8099`.
        space: letters, digits and `.`, `_`, `~`, `-`; it comes into being when first named.

    Raises:
        ValueError: the name of the space cannot stand in a path.
        EnvironmentFailed: from every call, when the service cannot be reached or answers otherwise than it should.
    """

    def __init__(self, base_url: str, space: str) -> None:
        if not _SPACE.fullmatch(space):
            raise ValueError(f"{space!r} cannot name a space: use letters, digits and . _ ~ -")
        self._base_url = base_url.rstrip("/")
        self._space_url = f"{self._base_url}/{space}"
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)

    @property
    def openai_url(self) -> str:
        """The base address of the model for a backend."""
        return f"{self._space_url}/v1"

    async def script(self, *turns: Turn, contains: Sequence[str], then: Then = "repeat") -> str:
        """Script the conversation whose requests contain all these texts; returns the script's id."""
        script = Script.model_validate({"contains": contains, "turns": turns, "then": then})
        return self._read(_ID, await self._ask("POST", "/control/scripts", content=script.model_dump_json()))["id"]

    async def release(self, script: str) -> None:
        """Let a script, by its id, send its held answers."""
        await self._ask("POST", f"/control/scripts/{script}/release")

    async def requests(self, *contains: str) -> list[ModelRequest]:
        """The requests to the model that contain all these texts, oldest first."""
        return self._read(_RECORD, await self._ask("GET", "/control/requests", params={"contains": contains}))

    async def forget(self) -> None:
        """Drop every script and the record of this space."""
        await self._ask("DELETE", "/control")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        try:
            reply = await self._client.request(method, self._space_url + path, **sent)
        except httpx.HTTPError as error:
            raise self._failed(f"cannot be reached: {str(error) or type(error).__name__}") from error
        if not reply.is_success:
            raise self._failed(f"answered {method} {path} with {reply.status_code}: {reply.text[:300]}")
        return reply

    def _read(self, shape: TypeAdapter[Read], reply: httpx.Response) -> Read:
        try:
            return shape.validate_json(reply.content)
        except ValidationError:
            raise self._failed(f"is not one: it answered {reply.text[:300]!r}") from None

    def _failed(self, reason: str) -> EnvironmentFailed:
        return EnvironmentFailed(f"the model service at {self._base_url} {reason}")
