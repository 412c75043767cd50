"""Faults in the titles that conversations get from their first message."""

from __future__ import annotations

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.functions import change_call, instead, repeat
from support.faults.makers.storage import change_what_was_stored
from support.faults.patch import Patch
from support.faults.seams import Seam


@fault(breaks("TL-01.1", at="conversations:is_called", code=Code.ASSERTION))
def title_is_constant(patch: Patch) -> None:
    """Each conversation gets the same title."""
    instead(patch, Seam.MAKE_TITLE, lambda _call: "New conversation")


@fault(breaks("TL-01.1", at="conversations:is_called", code=Code.ASSERTION))
def model_is_never_asked_for_a_title(patch: Patch) -> None:
    """The first words of the question become the title, and the model is never asked."""
    instead(patch, Seam.ASK_FOR_TITLE, lambda call: call.message)


@fault(breaks("TL-01.1", at="assistant:was_asked_once", code=Code.UNSPECIFIED))
def model_is_asked_twice_for_a_title(patch: Patch) -> None:
    """The product asks and pays for each title twice."""
    repeat(patch, Seam.ASK_FOR_TITLE)


@fault(breaks("TL-01.1", at="assistant:was_asked_once", code=Code.UNSPECIFIED))
def model_is_not_told_the_question(patch: Patch) -> None:
    """The product asks the model for a title without telling it the question."""
    change_call(patch, Seam.ASK_FOR_TITLE, message=lambda _message: "Hello!")


@fault(breaks("TL-01.2", at="assistant:begins_as_the_assistant_put_it", code=Code.UNSPECIFIED))
def title_is_the_whole_answer(patch: Patch) -> None:
    """The model's whole answer becomes the title, with all its lines."""
    instead(patch, Seam.CLEAN_TITLE, lambda call: call.answer)


@fault(
    breaks("TL-01.2", at="assistant:begins_as_the_assistant_put_it", code=Code.UNSPECIFIED),
    breaks("TL-01.3", at="conversations:begins_like_the_question", code=Code.UNSPECIFIED),
)
def title_is_never_shortened(patch: Patch) -> None:
    """A title may have any length."""
    instead(patch, Seam.SHORTEN_TITLE, lambda call: call.text)


@fault(breaks("TL-01.2", at="conversations:is_still_there", code=Code.ASSERTION))
def title_is_shortened_again_when_stored(patch: Patch) -> None:
    """The title that is stored is shorter than the one that is shown first."""
    change_what_was_stored(patch, "title = left(title, 30)")


@fault(breaks("TL-01.1", at="conversations:is_still_there", code=Code.ASSERTION))
def title_is_confirmed_and_not_stored(patch: Patch) -> None:
    """The title is shown once, and a standard title is stored."""
    change_what_was_stored(patch, "title = 'New conversation'")


@fault(breaks("TL-01.3", at="conversations:starts_by_asking", code=Code.ACT_REFUSED))
def no_start_without_the_model(patch: Patch) -> None:
    """No conversation can start while the model is unreachable."""
    instead(patch, Seam.MAKE_TITLE, lambda call: Seam.ASK_FOR_TITLE(call.self, call.customer_id, call.message))


@fault(breaks("TL-01.3", at="conversations:begins_like_the_question", code=Code.UNSPECIFIED))
def error_becomes_the_title(patch: Patch) -> None:
    """While the model is unreachable, an error message becomes the title."""
    instead(patch, Seam.TITLE_FROM_MESSAGE, lambda _call: "Error: no title from the model")
