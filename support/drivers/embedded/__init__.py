"""The embedded backend, as `support/backend` builds it: the driver that other drivers can be modelled on."""

from __future__ import annotations

from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Target
from support.drivers.embedded.access import EmbeddedAccess
from support.drivers.embedded.api import Api, Clients
from support.drivers.embedded.described import EmbeddedDescribed
from support.drivers.embedded.durable import EmbeddedDurable
from support.drivers.embedded.exports import EmbeddedExports
from support.drivers.embedded.identities import EmbeddedIdentities, EmbeddedPlans, EmbeddedRevocation
from support.drivers.embedded.keyed import EmbeddedKeyed
from support.drivers.embedded.live import EmbeddedLive, EmbeddedSubscriptions
from support.drivers.embedded.messages import EmbeddedCancellation, EmbeddedMessages, EmbeddedRunLists, EmbeddedRuns
from support.drivers.embedded.operations import EmbeddedModel, EmbeddedOperator, EmbeddedOutages
from support.drivers.embedded.storage import EmbeddedStorage
from support.drivers.embedded.threads import (
    EmbeddedGlimpses,
    EmbeddedMetadata,
    EmbeddedPaging,
    EmbeddedRenaming,
    EmbeddedSearch,
    EmbeddedStatus,
    EmbeddedStrictInput,
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
        self.postgres = PostgresProbe(target.database_url) if target.database_url else None
        self.redis = RedisProbe(target.redis_url, target.key_prefix) if target.redis_url else None

    def driver(self, wire: WireLog) -> EmbeddedDriver:
        """A driver for one scenario, which records its requests and events in the scenario's wire log."""
        return EmbeddedDriver(self, wire)

    async def close(self) -> None:
        """Release all connections."""
        for probe in (self.postgres, self.redis):
            if probe is not None:
                await probe.close()


class EmbeddedDriver(Driver):
    """A driver of the kind `embedded`; see `support.drivers.contract.driver.Driver`.

    Without the address of the database or of Redis it has no group that reads there.
    """

    def __init__(self, connections: EmbeddedConnections, wire: WireLog) -> None:
        target = connections.target
        urls = target.backend_urls
        self._clients = Clients()
        api = Api(self._clients, wire, urls, target.operator_token)
        self.identities = EmbeddedIdentities(api)
        self.threads = EmbeddedThreads(api)
        self.messages = EmbeddedMessages(api)
        self.runs = EmbeddedRuns(api)
        self.paging = EmbeddedPaging(api)
        self.metadata = EmbeddedMetadata(api)
        self.versions = EmbeddedVersions(api)
        self.status = EmbeddedStatus(api)
        self.renaming = EmbeddedRenaming(api)
        self.search = EmbeddedSearch(api)
        self.titles = EmbeddedThreads(api)
        self.strict_input = EmbeddedStrictInput(api)
        self.keyed = EmbeddedKeyed(api)
        self.exports = EmbeddedExports(api)
        self.glimpses = EmbeddedGlimpses(api)
        self.run_lists = EmbeddedRunLists(api)
        self.cancellation = EmbeddedCancellation(api)
        self.live = EmbeddedLive(urls, wire)
        self.subscriptions = EmbeddedSubscriptions()
        self.access = EmbeddedAccess(api, self.live, target.signing_key)
        self.revocation = EmbeddedRevocation(api)
        self.plans = EmbeddedPlans()
        self.operator = EmbeddedOperator(self._clients, urls[0])
        self.described = EmbeddedDescribed(api)
        if target.model_url:
            self.model = EmbeddedModel()
        if connections.postgres and target.database_url:
            self.storage = EmbeddedStorage(connections.postgres, target.database_url)
            self.outages = EmbeddedOutages(target.database_url)
            if connections.redis:
                self.durable = EmbeddedDurable(connections.postgres, connections.redis)

    async def close(self) -> None:
        """Release the connections of this scenario's people."""
        await self._clients.close()
