"""The metrics of the process, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_REGISTRY = CollectorRegistry()

REQUESTS = Counter("threadproof_http_requests", "Requests answered", ["method", "route", "status"], registry=_REGISTRY)
REQUEST_SECONDS = Histogram(
    "threadproof_http_request_seconds",
    "Time from request to answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=_REGISTRY,
)
OPEN_SOCKETS = Gauge("threadproof_open_sockets", "WebSockets open in this process", registry=_REGISTRY)
OUTBOX_PENDING = Gauge(
    "threadproof_outbox_pending", "Committed events not yet published, at the last sweep", registry=_REGISTRY
)
EVENTS_PUBLISHED = Counter("threadproof_events_published", "Events this process published", registry=_REGISTRY)
EVENTS_SENT = Counter("threadproof_events_sent", "Events sent to sockets of this process", ["type"], registry=_REGISTRY)
DATABASE_CONNECTIONS = Gauge(
    "threadproof_database_connections", "Connections of the pool", ["state"], registry=_REGISTRY
)


def text(size: int, idle: int) -> bytes:
    """All metrics in Prometheus' text format, given the pool's connections and how many of them are idle."""
    DATABASE_CONNECTIONS.labels("idle").set(idle)
    DATABASE_CONNECTIONS.labels("used").set(size - idle)
    return generate_latest(_REGISTRY)
