"""The embedded backend, as `support/backend` builds it: the driver that other drivers can be modelled on."""

from __future__ import annotations

from support.drivers.contract.types import Target
from support.drivers.embedded.access import EmbeddedAccess
from support.drivers.embedded.api import Api, Clients
from support.drivers.embedded.described import EmbeddedDescribed
from support.drivers.embedded.durable import EmbeddedDurable
from support.drivers.embedded.exports import EmbeddedExports
from support.drivers.embedded.identities import EmbeddedIdentities
from support.drivers.embedded.keyed import EmbeddedKeyed
from support.drivers.embedded.live import EmbeddedLive, EmbeddedSubscriptions
from support.drivers.embedded.messages import EmbeddedMessages, EmbeddedRuns
from support.drivers.embedded.operations import EmbeddedOperations
from support.drivers.embedded.storage import EmbeddedStorage
from support.drivers.embedded.threads import (
    EmbeddedGlimpses,
    EmbeddedMetadata,
    EmbeddedRenaming,
    EmbeddedSearch,
    EmbeddedThreads,
    EmbeddedVersions,
)
from support.observation.wire import WireLog
from support.probes.postgres import PostgresProbe
from support.probes.redis import RedisProbe


class EmbeddedConnections:
    """Connections to one target that all scenarios played against it share."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.postgres = PostgresProbe(target.database_url)
        self.redis = RedisProbe(target.redis_url, target.key_prefix)

    def driver(self, wire: WireLog) -> EmbeddedDriver:
        """A driver for one scenario, which records its requests and events in the scenario's wire log."""
        return EmbeddedDriver(self, wire)

    async def close(self) -> None:
        """Release all connections."""
        await self.postgres.close()
        await self.redis.close()


class EmbeddedDriver:
    """A driver of the kind `embedded`; see `support.drivers.contract.driver.Driver`."""

    def __init__(self, connections: EmbeddedConnections, wire: WireLog) -> None:
        target = connections.target
        urls = target.backend_urls
        self._clients = Clients()
        api = Api(self._clients, wire, urls, target.operator_token)
        self.identities = EmbeddedIdentities(api)
        self.revocation = self.identities
        self.threads = EmbeddedThreads(api)
        self.metadata = EmbeddedMetadata(api)
        self.renaming = EmbeddedRenaming(api)
        self.versioned = EmbeddedVersions(api)
        self.search = EmbeddedSearch(api)
        self.exports = EmbeddedExports(api)
        self.glimpses = EmbeddedGlimpses(api)
        self.keyed = EmbeddedKeyed(api)
        self.described = EmbeddedDescribed(api)
        self.messages = EmbeddedMessages(api)
        self.runs = EmbeddedRuns(api)
        self.live = EmbeddedLive(urls, wire)
        self.subscriptions = EmbeddedSubscriptions()
        self.access = EmbeddedAccess(api, self.live, target.signing_key)
        self.operations = EmbeddedOperations(self._clients, urls[0], target.database_url)
        self.durable = EmbeddedDurable(connections.postgres, connections.redis)
        self.storage = EmbeddedStorage(connections.postgres, target.database_url)

    async def close(self) -> None:
        """Release the connections of this scenario's people."""
        await self._clients.close()
