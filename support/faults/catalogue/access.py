"""Faults in who is let in."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_refusal, change_result, instead, refuse, watch
from support.faults.makers.requests import ask_for_anybody, let_in
from support.faults.makers.storage import find_for_anybody, owner_of
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(
    breaks(
        "TL-20.1[without signing in]",
        "TL-20.1[with a session signed by somebody else]",
        "TL-20.1[with a session that has ended]",
        "TL-20.1[with a session that has expired]",
        "TL-20.1[with a session that is made up]",
        "TL-20.1[with an unsigned session]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def export_needs_no_token(patch: Patch) -> None:
    """Everybody who knows the address of a conversation can download it without signing in."""
    let_in(patch, "/export", "threads", "thread_id")


@fault(breaks("TL-20.1[without signing in]", "TL-20.3[Somebody]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def stopping_a_run_needs_no_token(patch: Patch) -> None:
    """Everybody who knows the address of a run can stop the agent without signing in."""
    let_in(patch, "/cancel", "runs", "run_id")


def _read_token(patch: Patch, **options: bool) -> None:
    instead(patch, Seam.VERIFY_SIGNATURE, lambda call: call.go(options=call.options | options))


@fault(breaks("TL-20.1[with a session that has expired]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def tokens_never_expire(patch: Patch) -> None:
    """A token is good for ever."""
    _read_token(patch, verify_exp=False)


@fault(
    breaks(
        "TL-20.1[with a session signed by somebody else]",
        "TL-20.1[with a session that has expired]",
        "TL-20.1[with an unsigned session]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def signatures_are_not_checked(patch: Patch) -> None:
    """The product believes a token without checking who signed it."""
    _read_token(patch, verify_signature=False)


@fault(breaks("TL-20.1[with an unsigned session]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def unsigned_tokens_are_accepted(patch: Patch) -> None:
    """The product checks signatures, but not those of tokens that say they have none."""

    def verify(call: Call) -> Any:
        signed = seams.jwt().get_unverified_header(call.token)["alg"] != "none"
        return call.go(options=call.options | {"verify_signature": signed})

    instead(patch, Seam.VERIFY_SIGNATURE, verify)


@fault(breaks("TL-20.1[with a session that has ended]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def tokens_outlive_signing_out(patch: Patch) -> None:
    """A token still works after its customer has signed out."""
    instead(patch, Seam.SESSION_IS_LIVE, lambda _call: True)


@fault(breaks("TL-20.1[with a session that is made up]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def unreadable_tokens_count_as_the_last_good_one(patch: Patch) -> None:
    """A request with an unreadable token counts as one of the customer who asked last."""
    last: list[Any] = []

    @patch.replace(Seam.DECODE_TOKEN)
    def decode(call: Call) -> Any:
        try:
            last[:] = [call.go()]
        except seams.invalid_token():
            if not last or call.token.count(".") == 2:
                raise
        return last[0]


@fault(
    breaks(
        "TL-20.1[without signing in]",
        "TL-20.1[with a session signed by somebody else]",
        "TL-20.1[with a session that has ended]",
        "TL-20.1[with a session that has expired]",
        "TL-20.1[with a session that is made up]",
        "TL-20.1[with an unsigned session]",
        at="refusals:is_refused",
        code=Code.REFUSAL_EFFECT,
    )
)
def deleting_without_a_token_is_refused_and_done(patch: Patch) -> None:
    """A request to delete without a valid token is refused, and the conversation is deleted all the same."""

    async def delete(_problem: Any, call: Call) -> None:
        if call.request.method == "DELETE" and (id_ := call.request.path_params.get("thread_id")):
            await ask_for_anybody(call.request, "DELETE FROM threads WHERE id = :id RETURNING id", id=id_)

    change_refusal(patch, Seam.AUTHENTICATE, delete)


@fault(breaks("TL-20.1[without signing in]", at="refusals:is_refused", code=Code.REFUSAL_TELLS))
def refusal_names_the_conversation(patch: Patch) -> None:
    """A refusal for lack of a token tells the title of the conversation."""

    async def tell(problem: Any, call: Call) -> None:
        if id_ := call.request.path_params.get("thread_id"):
            title = await ask_for_anybody(call.request, "SELECT title FROM threads WHERE id = :id", id=id_)
            problem.detail += f" It is needed to see {title!r}." if title else ""

    change_refusal(patch, Seam.AUTHENTICATE, tell)


@fault(breaks("TL-20.1[without signing in]", at="refusals:is_refused", code=Code.REFUSAL_TELLS))
def refusal_shows_recent_titles(patch: Patch) -> None:
    """A refusal for lack of a token lists the titles of the latest conversations of all customers."""
    titles: list[str] = []
    watch(patch, Seam.STORE_THREAD, lambda _row, call: titles.append(call.title))

    @patch.replace(Seam.UNAUTHENTICATED)
    def unauthenticated(call: Call) -> Any:
        problem = call.go()
        problem.members["most_wanted"] = titles
        return problem


@fault(breaks("TL-20.1[without signing in]", at="refusals:is_refused", code=Code.REFUSAL_EFFECT))
def refusals_leave_a_record(patch: Patch) -> None:
    """A refused request leaves a record in Redis."""

    async def note(_problem: Any, call: Call) -> None:
        resources = seams.resources_of(call.request)
        await resources.redis.set(f"{resources.settings.key_prefix}last_refused", call.request.url.path)

    change_refusal(patch, Seam.AUTHENTICATE, note)


@fault(breaks("TL-20.2", at="refusals:is_refused", code=Code.NOT_REFUSED))
def every_customer_can_export_and_delete(patch: Patch) -> None:
    """Every signed-in customer can download or delete every conversation."""
    find_for_anybody(patch, Seam.LOCK_THREAD, "threads", "thread_id")


@fault(breaks("TL-20.2", at="refusals:is_refused", code=Code.NOT_REFUSED))
def every_customer_can_see_runs(patch: Patch) -> None:
    """Every signed-in customer who knows the address of a run can see it."""
    find_for_anybody(patch, Seam.READ_RUN, "runs", "run_id")


@fault(breaks("TL-20.2", at="refusals:is_refused", code=Code.REFUSAL_TELLS))
def refusal_tells_that_a_run_exists(patch: Patch) -> None:
    """A customer who asks for another customer's run learns from the wording that it exists."""

    async def tell(problem: Any, call: Call) -> None:
        if await owner_of(call, "runs", "run_id"):
            problem.detail = "There is nothing under this address for you."

    change_refusal(patch, Seam.READ_RUN, tell)


@fault(breaks("TL-20.3[Sam]", at="threads:has", code=Code.MESSAGES_SHOWN))
def stopping_is_refused_and_done(patch: Patch) -> None:
    """A stranger's request to stop a run is refused, and the run stops all the same."""

    async def cancel(_problem: Any, call: Call) -> None:
        owner = await owner_of(call, "runs", "run_id")
        await seams.see_everything(call.connection)
        await call.go(customer_id=owner)
        await call.connection.execute("COMMIT; BEGIN")

    change_refusal(patch, Seam.CANCEL_RUN, cancel)


@fault(breaks("TL-20.2", at="refusals:has_done_everything", code=Code.ACT_REFUSED))
def nobody_can_export(patch: Patch) -> None:
    """Nobody can download a conversation, not even its owner."""
    refuse(patch, Seam.AUTHENTICATE, seams.not_found, when=lambda call: call.request.url.path.endswith("/export"))


@fault(breaks("TL-20.5", at="refusals:is_refused", code=Code.NOT_REFUSED))
def any_password_signs_in(patch: Patch) -> None:
    """Who knows a customer's address can sign in with any password."""
    change_result(patch, Seam.PASSWORD_MATCHES, lambda _matches, _call: True)
