"""The application: its routes, the errors they answer with, and its description.

A request goes through `observation` (correlation id, metrics), `routing` (identity, strict body) and an endpoint in one
of the modules of routes, which works in one transaction of `database` and writes its events to the `outbox`.
`relay` publishes them through Redis, and the `hub` of every process sends them to its sockets. What takes long, the
runs of agents, is done by the `worker` of some process.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from support.backend import health
from support.backend.customers import operator_routes, session_routes
from support.backend.http import errors
from support.backend.http.methods import HeadAsGet
from support.backend.http.observation import Observed
from support.backend.live import routes as live_routes
from support.backend.resources import Resources
from support.backend.runs import routes as run_routes
from support.backend.threads import routes as thread_routes

_ROUTES = [
    *session_routes.entrance.routes,
    *session_routes.router.routes,
    *thread_routes.router.routes,
    *thread_routes.messages_router.routes,
    *run_routes.erasing_router.routes,
    *run_routes.router.routes,
    *operator_routes.router.routes,
    *live_routes.router.routes,
    *health.router.routes,
]


def create_app(resources: Resources) -> ASGIApp:
    """The application on resources that are open."""
    app = FastAPI(title="Threadproof's embedded backend", version="1", routes=_ROUTES, docs_url=None, redoc_url=None)
    app.state.resources = resources
    errors.install(app)
    return Observed(HeadAsGet(app))
