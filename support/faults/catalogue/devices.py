"""Faults in devices: how they sign in, come back, follow conversations, and end with their session."""

from __future__ import annotations

import dataclasses
from typing import Any

from support.core.failure import Code
from support.faults import seams
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_result, instead, on_refusal, skip, swallow, watch
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-07.13", at="devices:is_in_state", code=Code.ACT_REFUSED))
def browsers_cannot_sign_in(patch: Patch) -> None:
    """A page in a browser cannot prove its session, and receives nothing."""
    instead(patch, Seam.BROWSER_TOKEN, lambda _call: None)


def _only_confirm(patch: Patch, seam: Seam, kind: str) -> None:
    instead(patch, seam, lambda call: seams.send_now(call.self, {"type": kind, "thread_id": str(call.thread_id)}))


@fault(breaks("TL-07.14", at="devices:received", code=Code.EVENT_TWICE))
def following_changes_nothing(patch: Patch) -> None:
    """A device that follows a conversation receives the events of all others too."""
    _only_confirm(patch, Seam.SUBSCRIBE, "subscribed")


@fault(breaks("TL-07.14", at="devices:received", code=Code.EVENT_MISSING))
def devices_follow_for_ever(patch: Patch) -> None:
    """A device that no longer follows a conversation goes on without the events of all others."""
    _only_confirm(patch, Seam.UNSUBSCRIBE, "unsubscribed")


@fault(breaks("TL-20.2", at="refusals:is_refused", code=Code.NOT_REFUSED))
def every_customer_can_follow_every_thread(patch: Patch) -> None:
    """A device may follow the conversations of everybody."""
    swallow(patch, Seam.CHECK_SUBSCRIPTION, lambda _call: None)


@fault(breaks("TL-07.12", at="devices:can_catch_up", code=Code.EVENT_MISSING))
def coming_back_from_early_events_is_impossible(patch: Patch) -> None:
    """A device can go on from its latest events, and not from earlier ones."""
    instead(
        patch,
        Seam.READ_EVENTS,
        lambda call: call.go(first=max(call.first, call.last - 2)),
        when=lambda call: call.first < call.last - 2,
    )


@fault(breaks("TL-07.12", at="devices:can_catch_up", code=Code.EVENT_DIFFERS))
def caught_up_events_differ(patch: Patch) -> None:
    """An event that is caught up does not say what it said when it was new."""

    def other(event: Any) -> Any:
        return dataclasses.replace(event, text=event.text.replace('"version":2', '"version":1'))

    change_result(patch, Seam.READ_EVENTS, lambda found, _call: [other(event) for event in found])


@fault(breaks("TL-07.11", at="devices:received", code=Code.EVENT_MISSING))
def devices_catch_up_only_as_they_connect(patch: Patch) -> None:
    """A device that asks for what it missed after it has connected gets nothing."""
    skip(patch, Seam.ASK_TO_RESUME)


@fault(breaks("TL-07.3", "TL-23.12", at="devices:received", code=Code.EVENT_MISSING))
def handshakes_are_not_read(patch: Patch) -> None:
    """A device that says as it connects what it has received last does not get what came since."""
    instead(patch, Seam.RESUME_FROM, lambda _call: None)


@fault(breaks("TL-23.12", at="devices:received", code=Code.EVENT_DIFFERS))
def devices_that_were_away_are_not_told_of_an_erasure(patch: Patch) -> None:
    """A device that was away goes on showing a conversation that was erased meanwhile."""
    change_result(
        patch, Seam.READ_EVENTS, lambda found, _call: [event for event in found if event.type != "thread_deleted"]
    )


@fault(breaks("TL-23.12", at="erasing:nothing_is_left", code=Code.TRACES_LEFT))
def erasures_are_kept_with_the_id(patch: Patch) -> None:
    """So that devices can be told of an erasure, its event is kept with the id of the conversation."""
    instead(
        patch,
        Seam.KEPT_EVENT,
        lambda call: (call.event.text, ""),
        when=lambda call: call.event.type == "thread_deleted",
    )


@fault(breaks("TL-20.11", at="devices:is_disconnected", code=Code.CONNECTION_KEPT))
def devices_outlive_their_session(patch: Patch) -> None:
    """A device of a session that has ended stays connected, and goes on receiving."""
    skip(patch, Seam.END_DEVICE)


@fault(breaks("TL-20.11", at="devices:received", code=Code.EVENT_MISSING))
def devices_are_not_told_that_their_session_ends(patch: Patch) -> None:
    """A device is disconnected without a word as its session ends."""
    skip(patch, Seam.OFFER_EVENT, when=lambda call: call.event.type == "session_revoked")


@fault(breaks("TL-20.12", at="devices:received", code=Code.CONNECTION_LOST))
def signing_out_disconnects_every_device(patch: Patch) -> None:
    """One session that ends disconnects the devices of all sessions of the customer."""

    def end(_result: Any, call: Call) -> None:
        for socket in seams.devices_of(call.self):
            if socket.identity.customer_id == call.event.customer_id:
                socket.end(4401, "session revoked")

    change_result(patch, Seam.DELIVER_EVENT, end, when=lambda call: call.event.type == "session_revoked")


@fault(breaks("TL-20.1[with a session for another product]", at="refusals:is_refused", code=Code.NOT_REFUSED))
def tokens_for_other_products_are_accepted(patch: Patch) -> None:
    """A token that was made for another product opens this one."""
    instead(patch, Seam.VERIFY_SIGNATURE, lambda call: call.go(options=call.options | {"verify_aud": False}))


@fault(
    breaks(
        "TL-20.1[without signing in]",
        "TL-20.1[with an unsigned session]",
        at="refusals:is_refused",
        code=Code.NOT_REFUSED,
    )
)
def devices_need_no_token(patch: Patch) -> None:
    """A device without a valid session is taken for that of the customer who was there last."""
    last: list[Any] = []

    def identify(problem: Any, call: Call) -> Any:
        if not call.connection.url.path.endswith("/ws") or not last:
            raise problem
        return last[-1]

    watch(patch, Seam.IDENTIFY, lambda found, _call: last.append(found))
    on_refusal(patch, Seam.IDENTIFY, identify)
