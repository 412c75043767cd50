"""The contract between the suite and a kind of backend, in small groups of acts and observations.

A driver alone knows paths, field names, status codes, frames, tables and keys. Every method that reaches the
backend raises `Refused` where the backend refuses clearly, and `BackendFailed` where it does not answer or answers
unreadably. Any method may raise `NotOffered` with a reason: the scenario is then not offered.
"""

from __future__ import annotations

from functools import cached_property

from support.core.catalogue import CAPABILITIES
from support.drivers.contract.access import Access
from support.drivers.contract.changes import ConditionalChanges, MetadataChanges, Renaming, StatusChanges
from support.drivers.contract.described import Described
from support.drivers.contract.durable import DurableState
from support.drivers.contract.exports import Exports
from support.drivers.contract.glimpses import Glimpses
from support.drivers.contract.identities import Identities, Plans, Revocation
from support.drivers.contract.keyed import KeyedRequests
from support.drivers.contract.lists import Paging, Search
from support.drivers.contract.live import LiveEvents
from support.drivers.contract.operation import Operator, Outages, ScriptedModel
from support.drivers.contract.policy import Policy
from support.drivers.contract.runs import Cancellation, RunLists, Runs
from support.drivers.contract.sight import Sight
from support.drivers.contract.starting import StrictInput, Titles
from support.drivers.contract.storage import Storage
from support.drivers.contract.subscriptions import Subscriptions
from support.drivers.contract.threads import Messages, Threads


class Driver:
    """A backend under test, as the actors reach it. A kind of backend derives from this and sets its groups.

    The first four groups are required, and give the first verdicts. Each of the others is a capability of its own: a
    scenario that needs it carries the tag `@needs.` with its name, and is not offered where the group is None.

    The suite sets `policy`, which is what the target promises where products may differ, and `sight`, which notes the
    groups that a scenario used and the checks that it could not make.
    """

    identities: Identities
    threads: Threads
    messages: Messages
    runs: Runs

    paging: Paging | None = None
    metadata: MetadataChanges | None = None
    versions: ConditionalChanges | None = None
    status: StatusChanges | None = None
    renaming: Renaming | None = None
    search: Search | None = None
    titles: Titles | None = None
    strict_input: StrictInput | None = None
    keyed: KeyedRequests | None = None
    exports: Exports | None = None
    glimpses: Glimpses | None = None
    run_lists: RunLists | None = None
    cancellation: Cancellation | None = None
    live: LiveEvents | None = None
    subscriptions: Subscriptions | None = None
    access: Access | None = None
    revocation: Revocation | None = None
    plans: Plans | None = None
    durable: DurableState | None = None
    storage: Storage | None = None
    model: ScriptedModel | None = None
    operator: Operator | None = None
    outages: Outages | None = None
    described: Described | None = None

    policy: Policy = Policy()

    @cached_property
    def sight(self) -> Sight:
        """What the scenario uses and misses; a driver serves one scenario."""
        return Sight()

    async def close(self) -> None:
        """Release the connections of this scenario's people."""


def capabilities(driver: Driver) -> frozenset[str]:
    """The optional groups that a driver has."""
    return frozenset(name for name in CAPABILITIES if getattr(driver, name) is not None)
