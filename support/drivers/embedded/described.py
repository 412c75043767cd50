"""The description that the embedded backend publishes of its surface."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

from support.drivers.contract.described import Description
from support.drivers.embedded.api import Api

EXEMPT = Path(__file__).with_name("exempt.toml")


class EmbeddedDescribed:
    """`GET /openapi.json` and `GET /asyncapi.yaml`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def description(self) -> Description:
        """Both documents, and the parts that no scenario exercises."""
        act = "reading the description"
        openapi = await self._api.call(act, "GET", "/openapi.json")
        asyncapi = yaml.safe_load((await self._api.checked(act, "GET", "/asyncapi.yaml")).text)
        return Description(openapi, asyncapi, tomllib.loads(EXEMPT.read_text("utf-8"))["exempt"])
