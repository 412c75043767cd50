"""The requests of the embedded backend about threads and runs, one for each act, and those with a part too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support.drivers.contract.access import AccessAct, Flaw
from support.drivers.embedded.messages import AGENT
from support.drivers.embedded.threads import THREADS

UNKNOWN = {"colour": "green"}


@dataclass(frozen=True)
class Request:
    """A request as openapi.json writes it, and what it is sent with."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])

    def with_flaw(self, flaw: Flaw | None) -> Request:
        """The request with a part that the backend does not know."""
        match flaw:
            case None:
                return self
            case Flaw.UNKNOWN_IN_ADDRESS:
                return replace(self, params={**self.params, **UNKNOWN})
            case Flaw.UNKNOWN_IN_CONTENT:
                return replace(self, body={**(self.body or {}), **UNKNOWN})

    def can_have(self, flaw: Flaw) -> bool:
        """Whether the request has the place at which it would be wrong, and its answer can say so."""
        return self.method != "HEAD" and (flaw is not Flaw.UNKNOWN_IN_CONTENT or self.body is not None)


_ONE = f"{THREADS}/{{thread_id}}"
REQUESTS = {
    AccessAct.START: Request("POST", THREADS, {"title": "Started by anybody"}),
    AccessAct.LIST: Request("GET", THREADS),
    AccessAct.SEARCH: Request("GET", THREADS, params={"q": "takeover"}),
    AccessAct.OPEN: Request("GET", _ONE),
    AccessAct.LOOK: Request("HEAD", _ONE),
    AccessAct.CHANGE_DETAILS: Request("PATCH", _ONE, {"metadata": {"changed": "by anybody"}}),
    AccessAct.SET_STATUS: Request("PATCH", _ONE, {"status": "completed"}),
    AccessAct.RENAME: Request("PATCH", _ONE, {"title": "Renamed by anybody"}),
    AccessAct.WRITE: Request("POST", f"{_ONE}/messages", {"content": "Written by anybody"}),
    AccessAct.READ: Request("GET", f"{_ONE}/messages"),
    AccessAct.ASK: Request("POST", f"{_ONE}/runs", {"agent": AGENT, "input": "Asked by anybody"}),
    AccessAct.LIST_RUNS: Request("GET", f"{_ONE}/runs"),
    AccessAct.OPEN_RUN: Request("GET", "/api/runs/{run_id}"),
    AccessAct.STOP: Request("POST", "/api/runs/{run_id}/cancel"),
    AccessAct.EXPORT: Request("GET", f"{_ONE}/export"),
    AccessAct.ERASE: Request("DELETE", _ONE),
}
"""Every act that is a request. The others are done on a device."""
