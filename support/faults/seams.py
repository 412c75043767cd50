"""The seams of a thread backend: the places at which a fault can be built in, named in domain words.

This module alone knows where in the embedded backend a seam is. The backend is imported when a fault is applied, in the
backend's own process, and never by the suite.
"""

from __future__ import annotations

import importlib
import inspect
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from support.core.settings import PROJECT

BACKEND = "support.backend"
"""The package of the embedded backend."""


class Seam(StrEnum):
    """A function of the backend that a fault may replace; the value is its place, `module:name` or `module:Class.name`.

    Faults know its arguments by the backend's own names, unless other `arguments` are given here: the names of the
    first ones, with spaces between. A seam can be called: the function that is in its place at that moment is.
    """

    arguments: str

    def __new__(cls, place: str, arguments: str = "") -> Seam:
        """Take a place relative to the backend."""
        full = f"{BACKEND}.{place}"
        member = str.__new__(cls, full)
        member._value_ = full
        member.arguments = arguments
        return member

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function as it is now, with all faults that have been built in."""
        return found(self)(*arguments, **named)

    # threads
    START_THREAD = "threads.routes:store"
    STORE_THREAD = "threads.threads:insert"
    READ_THREAD = "threads.threads:read"
    LOCK_THREAD = "threads.threads:lock"
    SAVE_CHANGES = "threads.threads:save"
    DELETE_THREAD = "threads.threads:delete"
    NOTE_END_OF_RUN = "threads.threads:end_active_run"
    SHOWN_THREAD = "threads.threads:shown"
    OWNER_CONDITION = "threads.threads:owner_condition"
    MERGE_METADATA = "threads.threads:merge", "old change"
    CHANGE_EVENT = "threads.threads:event_data"
    CHECK_TRANSITION = "threads.threads:check_transition"
    CHECK_VERSION = "threads.threads:check_version"
    VALUES_AFTER = "threads.threads:values_after"

    # messages
    STORE_MESSAGE = "threads.messages:insert"
    COUNT_MESSAGE = "threads.messages:touch"
    LIST_MESSAGES = "threads.messages:page"

    # lists and searches
    LIST_THREADS = "threads.search:page"
    BEGIN_QUERY = "threads.search:Query.__init__"
    FINISH_QUERY = "threads.search:Query.sql"
    FILTER_STATUS = "threads.search:add_status"
    FILTER_TEXT = "threads.search:add_text"
    FILTER_METADATA = "threads.search:add_metadata"
    FILTER_DATES = "threads.search:add_dates"
    VALUES_SEARCHED = "threads.search:scalars"
    FILTER_POSITION = "threads.search:add_position"
    ESCAPE_TEXT = "threads.search:literal"
    SEAL_CURSOR = "http.cursors:_seal"

    # titles
    MAKE_TITLE = "threads.titles:Titles.make_title"
    ASK_FOR_TITLE = "threads.titles:Titles.ask"
    CLEAN_TITLE = "threads.titles:clean"
    TITLE_FROM_MESSAGE = "threads.titles:from_message"
    SHORTEN_TITLE = "threads.titles:shorten"
    CUT_TEXT = "threads.titles:cut", "text length"

    # events, from the transaction to the device
    ENQUEUE_EVENT = "events.outbox:enqueue"
    OPEN_EVENT_LOG = "events.log:EventLog.__init__"
    PUBLISH_EVENTS = "events.log:EventLog.publish"
    READ_EVENTS = "events.log:EventLog.between"
    IS_LAST_EVENT = "events.log:is_last_word"
    CHOOSE_DEVICES = "live.hub:Hub.sockets_for"
    DELIVER_EVENT = "live.hub:Hub.deliver"
    DEVICE_JOINS = "live.hub:Hub.join"
    DEVICE_LEAVES = "live.hub:Hub.leave"
    OPEN_DEVICE = "live.socket:LiveSocket.__init__"
    GREET_DEVICE = "live.socket:LiveSocket._greet"
    SUBSCRIBE = "live.socket:LiveSocket.subscribe"
    UNSUBSCRIBE = "live.socket:LiveSocket.unsubscribe"
    ASK_TO_RESUME = "live.socket:LiveSocket.resume"
    OFFER_EVENT = "live.socket:LiveSocket.offer"
    KEPT_EVENT = "events.log:EventLog._kept"
    END_DEVICE = "live.socket:LiveSocket.end"
    CHECK_SUBSCRIPTION = "live.routes:check_thread"
    RESUME_FROM = "live.routes:resume_from"
    BROWSER_TOKEN = "customers.identity:subprotocol_token"
    RESUME = "live.socket:LiveSocket._replay"
    SEND_TO_DEVICE = "live.socket:LiveSocket._forward"

    # runs of agents
    READ_RUN = "runs.runs:read"
    LIST_RUNS = "runs.runs:page"
    CANCEL_RUN = "runs.runs:cancel"
    END_RUN = "runs.runs:end"
    STOP_ALL_RUNS = "runs.runs:cancel_all"
    UNFINISHED_RUNS = "runs.runs:unfinished"
    STORE_ANSWER = "runs.runs:store_answer"
    ANNOUNCE_RUN = "runs.runs:announce"
    CHECK_OPEN = "runs.runs:check_open"
    ANSWER_QUESTION = "runs.worker:Worker.answer"
    STOP_RUN = "runs.worker:Worker.stop"
    RENEW_LEASES = "runs.worker:Worker.renew_leases"

    # who asks, and what they may
    AUTHENTICATE = "customers.routing:CustomerRoute.authenticate"
    PASSWORD_MATCHES = "customers.passwords:matches"
    IDENTIFY = "customers.identity:read"
    DECODE_TOKEN = "customers.tokens:decode"
    VERIFY_SIGNATURE = "customers.tokens:jwt.decode", "token secret algorithms options"
    SESSION_IS_LIVE = "customers.sessions:Sessions.is_live"
    CHECK_PLAN = "plans.plans:require"

    # a request, and its refusal
    LOAD_REQUEST = "http.routing:StrictRequest.load"
    PARSE_JSON = "http.validation:parse_json"
    CHECK_QUERY = "http.routing:refuse_query"
    CHECK_QUERY_TEXT = "http.routing:refuse_unreadable_query"
    CHECK_NOT_BLANK = "http.validation:check_not_blank"
    CHECK_LENGTH = "http.validation:check_length"
    CHECK_STORABLE = "http.validation:unstorable_text"
    CHECK_METADATA_DEPTH = "http.validation:check_metadata_depth"
    CHECK_METADATA_SIZE = "http.validation:check_metadata_size"
    IDEMPOTENCY_KEY = "http.idempotency:key_of"
    HASH_REQUEST = "http.idempotency:request_hash"
    CLAIM_KEY = "http.idempotency:claim"
    STORED_ANSWER = "http.idempotency:stored"
    DO_ONCE = "http.idempotency:once"
    ANSWER_HEAD = "http.methods:HeadAsGet.__call__"
    REFUSED_METHOD = "http.errors:_on_http_exception", "request error"
    UNAUTHENTICATED = "platform.problems:unauthenticated"
    FIELD_ERROR = "platform.problems:field_error"
    ON_PROBLEM = "http.errors:_on_problem", "request error"
    ON_INVALID = "http.errors:_on_invalid", "request error"
    ON_BUG = "http.errors:_on_bug", "request error"

    # connections to PostgreSQL and Redis
    CONNECT_DATABASE = "platform.database:connect"
    CONNECT_REDIS = "platform.redis_client:client"
    OPEN_POOL = "platform.database:_pool"
    BEGIN = "platform.database:_begin"
    RELEASE_CONNECTION = "platform.database:_release"


def backend_folder() -> Path:
    """Where the files of the embedded backend are."""
    return PROJECT.joinpath(*BACKEND.split("."))


def locate(place: str) -> tuple[Any, str]:
    """The module or class that holds a function, and the function's name in it.

    Raises:
        LookupError: there is no such place.
    """
    module, _, path = place.partition(":")
    *holders, name = path.split(".")
    try:
        holder: Any = importlib.import_module(module)
        for part in holders:
            holder = getattr(holder, part)
        inspect.getattr_static(holder, name)
    except (ImportError, AttributeError) as error:
        raise LookupError(f"the backend has no {place}: {error}") from error
    return holder, name


def found(place: str) -> Any:
    """What is at a place now."""
    holder, name = locate(place)
    return getattr(holder, name)


def _own(place: str) -> Any:
    """What the backend has at a place relative to it."""
    return found(f"{BACKEND}.{place}")


# What faults make or ask of the backend, beside the seams that they replace.


def problem_type() -> Any:
    """The exception by which the backend refuses; it has `status`, `kind`, `detail`, `headers` and `members`."""
    return _own("platform.problems:Problem")


def refusal(status: int, kind: str, detail: str) -> Any:
    """A refusal of that HTTP status, to be raised or rendered."""
    return _own("platform.problems:Problem")(status, kind, detail)


def not_found() -> Any:
    """The refusal of what does not exist, to be raised."""
    return _own("platform.problems:not_found")()


def unavailable() -> Any:
    """The refusal while the database cannot be reached, to be raised."""
    return _own("platform.problems:unavailable")("database")


def conflict() -> Any:
    """A refusal because of the thread's status."""
    return _own("platform.problems:Problem")(409, "status-transition", "A thread cannot go there.")


def answer_of(refusal: Any) -> Any:
    """A refusal as the HTTP answer that it becomes."""
    return _own("http.errors:render")(refusal)


def invalid_token() -> type[Exception]:
    """The exception for a token that cannot be read."""
    return _own("customers.tokens:InvalidToken")


def jwt() -> Any:
    """The token library as the backend uses it."""
    return _own("customers.tokens:jwt")


def identity(customer_id: UUID, session_id: UUID) -> Any:
    """A customer in a session that never expires."""
    return _own("customers.identity:Identity")(customer_id, session_id, 0)


def identity_of(request: Any) -> Any:
    """Who makes a request; has `customer_id` and `session_id`."""
    return request.state.identity


def identify_as(request: Any, identity: Any) -> None:
    """Let a request be somebody's."""
    request.state.identity = identity


def resources_of(request: Any) -> Any:
    """What the backend was started with: `database`, `redis`, `relay`, `settings` and more."""
    return request.app.state.resources


def transaction_of(request: Any) -> AbstractAsyncContextManager[Any]:
    """A transaction for the customer who makes a request."""
    return resources_of(request).database.transaction(identity_of(request).customer_id)


def service_transaction(request: Any) -> AbstractAsyncContextManager[Any]:
    """A transaction with the rights of the service."""
    return resources_of(request).database.service_transaction()


def service_connection(database: Any) -> AbstractAsyncContextManager[Any]:
    """A connection with the rights of the service, outside any transaction."""
    return database._service.acquire()


async def see_everything(connection: Any) -> None:
    """Let the rest of a transaction act as the owner of the database, whom row security does not bind."""
    await connection.execute("SET LOCAL ROLE NONE")


def begin_statement(customer_id: UUID) -> str:
    """SQL that begins another transaction for a customer."""
    return f"BEGIN; SELECT set_config('app.customer_id', '{customer_id}', true)"


def is_for_customer(statement: str) -> bool:
    """Whether a statement begins a transaction for a customer, not for the service."""
    return "app.customer_id" in statement


def json_body(request: Any) -> Any:
    """The parsed body of a request that has been loaded; None where it has none."""
    return getattr(request, "_json", None)


def drop_header(request: Any, name: str) -> None:
    """Let a request that has been loaded be without a header; the name is in lower case."""
    request._headers = type(request.headers)({key: value for key, value in request.headers.items() if key != name})


def thread_found(row: Any) -> Any:
    """A thread's row as it is, or the refusal of what does not exist where there is no row."""
    return _own("threads.threads:_found")(row)


def thread_columns() -> str:
    """The columns of a thread, as SQL names them."""
    return _own("threads.threads:COLUMNS")


def list_query(customer_id: UUID, limit: int) -> str:
    """SQL for the first threads of a customer, the last active first; `$1` is the customer."""
    return _own("threads.search:Query")(customer_id).sql(limit)


def correlation_number() -> Any:
    """The context variable with the reference number of the request at hand."""
    return _own("platform.correlation:current")


def event_from(row: Any) -> Any:
    """An event from a row of the outbox."""
    return _own("events.events:from_row")(row)


def redis_of(event_log: Any) -> Any:
    """The Redis connection of the log of published events."""
    return event_log._redis


def stream_of(event_log: Any, customer_id: UUID) -> str:
    """The Redis key of a customer's published events."""
    return event_log._keys.events(customer_id)


def send_soon(socket: Any, event: Any) -> None:
    """Queue an event for a device, even one of another customer."""
    socket._put(lambda: socket._forward(event))


async def send_now(socket: Any, frame: dict[str, Any]) -> None:
    """Send a frame to a device, past its queue."""
    await socket._send(_own("platform.database:dumps")(frame))


def failed_run() -> Any:
    """The end of a run whose model gave no answer that can be used."""
    return _own("runs.worker:MODEL_FAILED")


def close_device(socket: Any) -> None:
    """End the connection of a device once what is queued for it is sent."""
    socket.end(1011, "internal error")


def devices_of(hub: Any) -> list[Any]:
    """The open devices of all customers in this process; each has the `identity` of its customer."""
    return hub.sockets()


def forget_devices(hub: Any, customer_id: UUID) -> None:
    """Let no device of a customer receive any further event."""
    hub._sockets.pop(customer_id, None)


async def ask_model(request: Any, messages: list[dict[str, str]]) -> Any:
    """Ask the agents' model, for the customer who makes a request."""
    return await resources_of(request).worker._speaker.ask(identity_of(request).customer_id, messages)
