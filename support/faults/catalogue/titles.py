"""Faults in the titles that conversations get from their first message."""

from __future__ import annotations

from typing import Any

from support.core.failure import Code
from support.faults.fault import breaks, fault
from support.faults.makers.events import drop_changes
from support.faults.makers.functions import change_call, change_result, instead, repeat
from support.faults.makers.storage import change_what_was_stored
from support.faults.patch import Call, Patch
from support.faults.seams import Seam


@fault(breaks("TL-01.1", at="threads:has", code=Code.TITLE_SHOWN))
def title_is_constant(patch: Patch) -> None:
    """Each conversation gets the same title."""
    instead(patch, Seam.MAKE_TITLE, lambda _call: "New conversation")


@fault(breaks("TL-01.1", at="threads:has", code=Code.TITLE_SHOWN))
def model_is_never_asked_for_a_title(patch: Patch) -> None:
    """The first words of the question become the title, and the model is never asked."""
    instead(patch, Seam.ASK_FOR_TITLE, lambda call: call.message)


@fault(breaks("TL-01.1", at="agents:was_asked", code=Code.MODEL_ASKED))
def model_is_asked_twice_for_a_title(patch: Patch) -> None:
    """The product asks and pays for each title twice."""
    repeat(patch, Seam.ASK_FOR_TITLE)


@fault(breaks("TL-01.1", at="agents:was_asked", code=Code.MODEL_ASKED))
def model_is_not_told_the_question(patch: Patch) -> None:
    """The product asks the model for a title without telling it the question."""
    change_call(patch, Seam.ASK_FOR_TITLE, message=lambda _message: "Hello!")


@fault(breaks("TL-01.1", at="threads:has", code=Code.TITLE_SHOWN))
def titles_are_remembered_by_question(patch: Patch) -> None:
    """A question that another customer has asked before gets the title that was made for that customer."""
    titles: dict[str, str] = {}

    async def ask(call: Call) -> str:
        if call.message not in titles:
            titles[call.message] = await call.go()
        return titles[call.message]

    instead(patch, Seam.ASK_FOR_TITLE, ask)


@fault(breaks("TL-01.2", at="threads:has", code=Code.TITLE_FORM))
def title_is_the_whole_answer(patch: Patch) -> None:
    """The model's whole answer becomes the title, with all its lines."""
    instead(patch, Seam.CLEAN_TITLE, lambda call: call.answer)


@fault(breaks("TL-01.2", "TL-01.3", at="threads:has", code=Code.TITLE_FORM))
def title_is_never_shortened(patch: Patch) -> None:
    """A title may have any length."""
    instead(patch, Seam.SHORTEN_TITLE, lambda call: call.text)


@fault(breaks("TL-01.2", at="threads:has", code=Code.TITLE_FORM))
def title_is_shortened_again_when_stored(patch: Patch) -> None:
    """The title that is stored is shorter than the one that is shown first."""
    change_what_was_stored(patch, "title = left(title, 30)")


@fault(breaks("TL-01.1", at="threads:has", code=Code.TITLE_SHOWN))
def title_is_confirmed_and_not_stored(patch: Patch) -> None:
    """The title is shown once, and a standard title is stored."""
    change_what_was_stored(patch, "title = 'New conversation'")


@fault(breaks("TL-01.3", at="starting:starts_by_asking", code=Code.ACT_REFUSED))
def no_start_without_the_model(patch: Patch) -> None:
    """No conversation can start while the model is unreachable."""
    instead(patch, Seam.MAKE_TITLE, lambda call: Seam.ASK_FOR_TITLE(call.self, call.customer_id, call.message))


@fault(breaks("TL-01.3", at="threads:has", code=Code.TITLE_FORM))
def error_becomes_the_title(patch: Patch) -> None:
    """While the model is unreachable, an error message becomes the title."""
    instead(patch, Seam.TITLE_FROM_MESSAGE, lambda _call: "Error: no title from the model")


@fault(
    breaks("TL-01.11", at="threads:has", code=Code.TITLE_SHOWN),
    breaks("TL-06.11", at="lists:finds_exactly", code=Code.LIST_FOREIGN),
)
def new_titles_are_shown_once_and_forgotten(patch: Patch) -> None:
    """A new title is confirmed and announced, and the conversation keeps its old one."""
    statement = "UPDATE threads SET title = {title} WHERE id = {id}"

    async def save(call: Call) -> Any:
        before = await Seam.READ_THREAD(call.connection, call.customer_id, call.thread_id)
        saved = await call.go()
        title = before["title"].replace("'", "''")
        await call.connection.execute(statement.format(title=f"'{title}'", id=f"'{call.thread_id}'"))
        return saved

    instead(patch, Seam.SAVE_CHANGES, save)


@fault(breaks("TL-14.11", at="devices:received", code=Code.EVENT_DIFFERS))
def events_tell_the_old_title(patch: Patch) -> None:
    """Devices are told of a change, and shown the title from before it."""
    change_result(patch, Seam.CHANGE_EVENT, lambda data, call: {**data, "title": call.old["title"]})


@fault(breaks("TL-14.11", at="devices:received", code=Code.EVENT_MISSING))
def new_titles_are_not_announced(patch: Patch) -> None:
    """Devices are not told of a new title."""
    drop_changes(patch, lambda data: data.get("changed") == ["title"])


@fault(breaks("TL-01.4[text after empty lines]", at="threads:has", code=Code.TITLE_SHOWN))
def titles_come_from_the_first_line(patch: Patch) -> None:
    """The first line of the assistant's answer is taken for the title, even if it is empty."""
    instead(patch, Seam.CLEAN_TITLE, lambda call: call.answer.partition("\n")[0].strip())
