"""Faults in who is let in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from support.faults import seams
from support.faults.fault import Red, fault
from support.faults.patch import Patch
from support.faults.seams import Seam
from support.faults.within import without_row_security

NOBODY = "each of these acts is refused, for nobody has signed in"
UNKNOWN = "each of these acts is refused, for there is no such thing"
TOLD = "no refusal tells whether there is such a conversation, or what is in it"
CHANGED = "nothing at all has changed"
NEITHER = "neither of them can"
STRANGER = "A customer of another company tries everything"
STOPPING = "Only its owner can stop an agent at work"
ANSWERED = '"Plans for the takeover" has exactly these messages'
AUTHENTICATE = Seam.AUTHENTICATE


def _tried(how: str) -> str:
    return f"Everything is tried {how}"


WITHOUT = _tried("without signing in")


async def _of_anybody(request: Any, query: str, name: str) -> Any:
    """What a query gives for the id that the address of a request has under a name, whoever that belongs to."""
    async with seams.service_transaction(request) as connection:
        await connection.execute("SET LOCAL ROLE NONE")
        return await connection.fetchval(query, UUID(request.path_params[name]))


def _without_check(patch: Patch, ending: str, table: str, name: str) -> None:
    @patch.replace(AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        try:
            await original(route, request)
        except seams.problem_type():
            if not request.url.path.endswith(ending):
                raise
            owner = await _of_anybody(request, f"SELECT customer_id FROM {table} WHERE id = $1", name)
            seams.identify_as(request, seams.identity(owner or uuid4(), uuid4()))


@fault(
    *(
        Red(_tried(how), NOBODY, "take a copy of it away (it was done)")
        for how in ("without signing in", "with a pass that is made up", "with a pass that she has given back")
    )
)
def a_copy_can_be_taken_by_whoever_knows_the_address(patch: Patch) -> None:
    """Taking a copy of a conversation away asks for no pass; all the rest does."""
    _without_check(patch, "/export", "threads", "thread_id")


@fault(
    Red(WITHOUT, NOBODY, "these were not refused as not signed in: stop an agent in it (it was done)"),
    Red(STOPPING, NEITHER, "this was to be refused"),
)
def agents_can_be_stopped_by_whoever_knows_their_address(patch: Patch) -> None:
    """Stopping an agent asks for no pass; all the rest does."""
    _without_check(patch, "/cancel", "runs", "run_id")


@fault(Red(_tried("with a pass that has run out"), NOBODY, "open it (it was done)"))
def passes_never_run_out(patch: Patch) -> None:
    """A pass is good for ever."""
    _decode(patch, verify_exp=False)


@fault(
    Red(_tried("with a pass that somebody else has signed"), NOBODY, "open it (it was done)"),
    Red(_tried("with a pass that nobody has signed"), NOBODY, "open it (it was done)"),
)
def signatures_are_not_looked_at(patch: Patch) -> None:
    """What a pass says is believed, whoever has signed it."""
    _decode(patch, verify_signature=False)


def _decode(patch: Patch, **options: bool) -> None:
    @patch.replace(Seam.VERIFY_SIGNATURE)
    def decode(_original: Any, token: str, secret: str, **named: Any) -> Any:
        return _read(token, secret, named, options)


def _read(token: str, secret: str, named: dict[str, Any], options: dict[str, bool]) -> Any:
    return seams.jwt().PyJWT().decode(token, secret, **{**named, "options": {**named["options"], **options}})


@fault(Red(_tried("with a pass that nobody has signed"), NOBODY, "open it (it was done)"))
def a_pass_may_say_that_it_is_not_signed(patch: Patch) -> None:
    """Signatures are checked, but for a pass that says itself that it has none."""

    @patch.replace(Seam.VERIFY_SIGNATURE)
    def decode(_original: Any, token: str, secret: str, **named: Any) -> Any:
        jwt = seams.jwt()
        try:
            return _read(token, secret, named, {})
        except jwt.InvalidTokenError:
            if jwt.get_unverified_header(token)["alg"] != "none":
                raise
            return _read(token, secret, named, {"verify_signature": False})


@fault(Red(_tried("with a pass that she has given back"), NOBODY, "open it (it was done)"))
def passes_outlive_their_return(patch: Patch) -> None:
    """A pass that was good once is not asked for again until it runs out."""

    @patch.replace(Seam.SESSION_IS_LIVE)
    async def is_live(_original: Any, *_arguments: Any) -> bool:
        return True


@fault(Red(_tried("with a pass that is made up"), NOBODY, "start one (it was done)"))
def an_unreadable_pass_counts_as_the_last_good_one(patch: Patch) -> None:
    """Where a pass cannot be read, whoever asked before is taken to be asking again."""
    last = SimpleNamespace(claims=None)

    @patch.replace(Seam.DECODE_TOKEN)
    def decode(original: Any, token: str, secret: str) -> Any:
        try:
            last.claims = original(token, secret)
        except seams.invalid_token():
            if last.claims is None or token.count(".") == 2:
                raise
        return last.claims


@fault(
    Red(WITHOUT, CHANGED, "table public.threads"),
    Red(_tried("with a pass that has run out"), CHANGED, "table public.threads"),
)
def refused_without_a_pass_and_deleted_all_the_same(patch: Patch) -> None:
    """Whoever wants to delete a conversation without a good pass is refused, and it is deleted."""

    @patch.replace(AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        try:
            await original(route, request)
        except seams.problem_type():
            if request.method == "DELETE" and "thread_id" in request.path_params:
                await _of_anybody(request, "DELETE FROM threads WHERE id = $1 RETURNING id", "thread_id")
            raise


@fault(Red(WITHOUT, TOLD, "who tries to open it is told something else than where there is nothing"))
def a_refusal_names_the_conversation(patch: Patch) -> None:
    """Whoever has not signed in is told the title of what they cannot see."""

    @patch.replace(AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        try:
            await original(route, request)
        except seams.problem_type() as problem:
            if "thread_id" in request.path_params:
                title = await _of_anybody(request, "SELECT title FROM threads WHERE id = $1", "thread_id")
                problem.detail += f" It is needed to see {title!r}." if title else ""
            raise


@fault(Red(WITHOUT, TOLD, "is told ['Plans for the takeover']"))
def refusals_show_what_was_started_last(patch: Patch) -> None:
    """Whoever has not signed in is told what there would be to see."""
    titles: list[str] = []

    @patch.replace(Seam.STORE_THREAD, counts=False)
    async def insert(original: Any, connection: Any, customer_id: Any, title: str, *arguments: Any) -> Any:
        titles.append(title)
        return await original(connection, customer_id, title, *arguments)

    @patch.replace(Seam.UNAUTHENTICATED)
    def unauthenticated(original: Any) -> Any:
        problem = original()
        problem.members["most_wanted"] = titles
        return problem


@fault(Red(WITHOUT, CHANGED, "Redis key last_refused"))
def what_was_refused_is_remembered(patch: Patch) -> None:
    """Whoever is refused leaves a mark on what is kept."""

    @patch.replace(AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        try:
            await original(route, request)
        except seams.problem_type():
            resources = seams.resources_of(request)
            await resources.redis.set(f"{resources.settings.key_prefix}last_refused", request.url.path)
            raise


def _anybodys(patch: Patch, place: str) -> None:
    """Let a query find what it asks for, whoever it belongs to."""
    without_row_security(patch)

    @patch.replace(place)
    async def found(original: Any, connection: Any, customer_id: Any, *arguments: Any) -> Any:
        try:
            return await original(connection, customer_id, *arguments)
        except seams.problem_type():
            table = place.rpartition(".")[2].partition(":")[0]
            query = f"SELECT customer_id FROM {table} WHERE id = $1"
            owner = await connection.fetchval(query, arguments[0])
            return await original(connection, owner, *arguments)


@fault(Red(STRANGER, UNKNOWN, "take a copy of it away (it was done), erase it (it was done)"))
def whoever_has_a_pass_can_take_and_delete(patch: Patch) -> None:
    """Taking a conversation away, and deleting it, asks for a pass, and not whose it is."""
    _anybodys(patch, Seam.LOCK_THREAD)


@fault(
    Red(STRANGER, UNKNOWN, "these were not refused as not found: see one thing that an agent has done in it"),
)
def whoever_has_a_pass_can_see_what_agents_did(patch: Patch) -> None:
    """The work of an agent is shown to whoever knows its address."""
    _anybodys(patch, Seam.READ_RUN)


@fault(Red(STRANGER, TOLD, "who tries to see one thing that an agent has done in it is told something else"))
def a_refusal_tells_that_there_is_such_work(patch: Patch) -> None:
    """Whoever asks for the work of somebody else's agent is told that there is none, in other words than usual."""

    @patch.replace(Seam.READ_RUN)
    async def read(original: Any, connection: Any, customer_id: Any, run_id: Any) -> Any:
        try:
            return await original(connection, customer_id, run_id)
        except seams.problem_type() as problem:
            await connection.execute("SET LOCAL ROLE NONE")
            if await connection.fetchval("SELECT true FROM runs WHERE id = $1", run_id):
                problem.detail = "There is nothing under this address for you."
            raise


@fault(Red(STOPPING, ANSWERED, "shown is ['Buy now?']"))
def stopped_for_a_stranger_who_is_refused(patch: Patch) -> None:
    """A stranger is told that there is no such work, and it is stopped."""

    @patch.replace(Seam.CANCEL_RUN)
    async def cancel(original: Any, connection: Any, customer_id: Any, run_id: Any) -> Any:
        try:
            return await original(connection, customer_id, run_id)
        except seams.problem_type():
            await connection.execute("SET LOCAL ROLE NONE")
            owner = await connection.fetchval("SELECT customer_id FROM runs WHERE id = $1", run_id)
            await original(connection, owner, run_id)
            await connection.execute("COMMIT; BEGIN")
            raise


@fault(Red(STRANGER, "she has done everything that can be done with another such conversation", "take a copy of it"))
def nobody_can_take_anything_away(patch: Patch) -> None:
    """No copy is given to anybody, owners included."""

    @patch.replace(AUTHENTICATE)
    async def authenticate(original: Any, route: Any, request: Any) -> None:
        if request.url.path.endswith("/export"):
            raise seams.not_found()
        await original(route, request)
